"""A whole run: the product is onboarded, lives through its days, and is reported on."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from credit.actions import alerts
from credit.actions.training import TrainingFailed
from credit.models import ContractVersion, ModelVersion
from credit.simulating import journal as journals
from credit.simulating import learning, people, reporting, standing, watching
from credit.simulating import loans as loan_files
from credit.simulating.asked import CHECKED, Asked
from credit.simulating.days import ONE_DAY, Days
from credit.simulating.journal import Journal
from credit.simulating.loans import Loans
from credit.simulating.watching import Then
from scoring.contract import Contract
from scoring.results.windows import months_after
from scoring.simulation.alarms import Check

Progress = Callable[[str, float], None]
SCHEDULED = 1  # January
FIRST = "The product's first model."


class FirstModelRefused(standing.NothingToReplay):
    """What was mature before the run makes no model that may serve."""


def _cpu() -> float:
    """Processor seconds of this process; the database's are its own."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


@dataclass(slots=True)
class Watch:
    """Wall and processor time since it was last read."""

    wall: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=_cpu)

    def note(self, journal: Journal) -> None:
        """Add what has passed to a run's own time."""
        wall, cpu = time.monotonic(), _cpu()
        journal.seconds += wall - self.wall
        journal.cpu_seconds += cpu - self.cpu
        self.wall, self.cpu = wall, cpu


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way."""

    asked: Asked
    journal: Journal
    loans: Loans
    version: ContractVersion
    days: Days
    old_book: pl.DataFrame
    watch: Watch
    then: Then | None = None

    @property
    def contract(self) -> Contract:
        """The product's contract."""
        return self.days.contract

    def keep(self) -> None:
        """Note the time and write the journal."""
        self.watch.note(self.journal)
        self.journal.write()


def run(asked: Asked, *, progress: Progress) -> dict[str, Any]:
    """Run it, or go on with it; give the report.

    Raises the refusals of `standing`, `LoansNotDated` and `FirstModelRefused`.
    """
    watch, journal = Watch(), standing.stand(asked)
    if journal.is_finished:
        return reporting.kept(asked.product)
    contract = Contract.load(asked.contract)
    progress("Reading the loans", 0.0)
    loans = loan_files.read(asked, contract)
    journal.starts += 1
    journal.write()
    going = _set_up(asked, journal, loans, watch)
    _onboard(going, progress)
    _live(going, progress)
    progress("Comparing strategies", 0.95)
    report = reporting.make(going.days, loans, journal)
    watch.note(journal)
    report["took"] = {
        "seconds": round(journal.seconds, 1),
        "cpu_seconds": round(journal.cpu_seconds, 1),
        "starts": journal.starts,
    }
    journals.keep_report(asked.product, report)
    journal.is_finished = True
    journal.write()
    progress("Done", 1.0)
    return report


def _set_up(asked: Asked, journal: Journal, loans: Loans, watch: Watch) -> Run:
    at = asked.at(asked.start, CHECKED)
    staff = people.gather(at=at)
    version = learning.register(asked.contract.read_bytes(), people=staff, at=at)
    days = Days(
        asked=asked,
        contract=loans.contract,
        product=version.product,
        people=staff,
        loans=loans.stream,
    )
    return Run(
        asked=asked,
        journal=journal,
        loans=loans,
        version=version,
        days=days,
        old_book=loans.old_book,
        watch=watch,
    )


def _onboard(run: Run, progress: Progress) -> None:
    """Bring the product live on what was mature before the run."""
    if run.journal.trainings and learning.champion_of(run.version) is not None:
        return
    progress("Training the first model", 0.02)
    _train(run, run.asked.start, why=FIRST)
    if learning.champion_of(run.version) is None:
        said = run.journal.trainings[-1]["said"]
        raise FirstModelRefused(
            f"What was mature on {run.asked.start} makes no model that may serve: {said}"
        )
    run.keep()


def _live(run: Run, progress: Progress) -> None:
    journal = run.journal
    first = journal.done_until + ONE_DAY if journal.done_until else run.asked.start
    run.days.take_up(first)
    if journal.pending:
        _train_as_planned(run)
    day, total = first, max(1, (run.asked.end - run.asked.start).days)
    while day <= run.asked.end:
        if day.day == 1 and day > run.asked.start:
            journal.done_until = day - ONE_DAY
            _month(run, day)
            run.keep()
            progress(f"{day:%B %Y}", 0.05 + 0.9 * (day - run.asked.start).days / total)
        run.days.run(day)
        day += ONE_DAY
    journal.done_until = run.asked.end
    run.keep()


def _month(run: Run, day: date) -> None:
    """Look at the model, and learn anew where that is due."""
    journal = run.journal
    champion = learning.champion_of(run.version)
    is_done = bool(journal.checks) and journal.checks[-1]["on"] >= day.isoformat()
    if is_done or champion is None:  # in an earlier start of this run
        return
    if run.then is None or run.then.version_id != champion.pk:
        run.then = watching.then_of(champion, run.contract)
    found = watching.look(run.days, run.then, old_book=run.old_book, on=day)
    alarms = [each for each in found if each.is_alarm]
    for each in alarms:
        _alert(run, day, each)
    new = [each.kind for each in alarms if each.kind not in journal.open_alarms]
    journal.open_alarms = sorted({*journal.open_alarms, *new})
    journal.checks.append(
        {
            "on": day.isoformat(),
            "champion": champion.name,
            "found": [each.facts for each in found],
            "new": new,
        }
    )
    why = _why_train(run, day)
    if why:
        journal.pending = {"on": day.isoformat(), "why": why}
        run.keep()
        _train_as_planned(run)


def _train_as_planned(run: Run) -> None:
    planned = run.journal.pending
    if planned is not None:
        _train(run, date.fromisoformat(planned["on"]), why=planned["why"])
        run.journal.pending = None


def _alert(run: Run, day: date, found: Check) -> None:
    product = run.version.product
    alerts.raise_alert(
        cause=f"drift_{found.kind}",
        product=product,
        message=found.said,
        n=found.n,
        link=f"/console/{product.slug}/time-machine/",
        at=run.asked.at(day, CHECKED),
    )


def _why_train(run: Run, day: date) -> str:
    """Say why a training is due: an open alarm, or the year; not too soon after the last."""
    last = date.fromisoformat(run.journal.trainings[-1]["on"])
    if day < months_after(last, run.asked.every):
        return ""
    if run.journal.open_alarms:
        return "Drift: " + ", ".join(run.journal.open_alarms).replace("_", " ") + "."
    return "The yearly training." if day.month == SCHEDULED else ""


def _train(run: Run, day: date, *, why: str) -> None:
    """Learn from what matured by a day, and put the candidate before the validator."""
    at, staff = run.asked.at(day, CHECKED), run.days.people
    champion = learning.champion_of(run.version)
    learning.bring_in(
        run.loans.book_known_on(day), contract=run.version, on=day, people=staff, at=at
    )
    try:
        made = learning.train(run.version, people=staff, at=at)
    except TrainingFailed as failed:
        _refused(run, day, what="training", said=str(failed))
        run.journal.trainings.append(_told(day, why, None, signs=False, said=str(failed)))
        return
    own = learning.try_own_signature(made, people=staff, at=at)
    if own and not any(each["what"] == "own signature" for each in run.journal.refusals):
        _refused(run, day, what="own signature", said=own)
    verdict = learning.look_at(made, champion)
    if verdict.signs:
        learning.promote(made, people=staff, at=at, note=f"{why} {verdict.said}")
        run.journal.open_alarms = []
    else:
        _refused(run, day, what="promotion", said=f"{made.name}: {verdict.said}")
    run.journal.trainings.append(_told(day, why, made, signs=verdict.signs, said=verdict.said))


def _told(
    day: date, why: str, made: ModelVersion | None, *, signs: bool, said: str
) -> dict[str, Any]:
    told = {"on": day.isoformat(), "why": why, "is_promoted": signs, "said": said}
    if made is None:
        return told | {"version": None}
    return told | {
        "version": made.name,
        "version_id": made.pk,
        "rows": made.snapshot.rows,
        "bads": made.snapshot.bads,
        "immature": made.snapshot.immature,
        "label_sources": made.snapshot.label_sources,
        "auc": made.metrics.get("auc"),
    }


def _refused(run: Run, day: date, *, what: str, said: str) -> None:
    run.journal.refusals.append({"on": day.isoformat(), "what": what, "said": said})
