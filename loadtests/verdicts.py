"""Whether a run reached its targets. Pure: no clock, no network."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from attempts import Outcome, recovered_after, unexplained
from profiles import steps
from runs import PERCENTILES, Measured, Run, percentile
from slo import EndpointTargets, RunTargets, Targets
from standing import Reckoning

SINGLES = "POST /api/v1/decisions"
BREAKS_FOR = 6.0  # seconds after a process was killed in which its connections may break


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One target and what was reached."""

    of: str
    figure: str
    target: str
    reached: str
    passed: bool


def evaluate(targets: Targets, run: Run) -> list[Check]:
    """Compare a run with its targets. There is at least one check, and each can fail.

    A profile that climbs until it no longer holds is held to how far it came, and to the truth.
    """
    measures = [*_held(targets, run)] if run.profile.climbs else _measures(targets, run)
    return [
        *measures,
        *(_stored(name, each) for name, each in run.stored.items()),
        *(_statement(name, against) for name, against in run.statements.items()),
    ]


def _measures(targets: Targets, run: Run) -> list[Check]:
    measured, faulty = run.measured(), targets.recovery is not None
    scale = run.rate / targets.run.rate
    return [
        *_arrivals(targets.run, run),
        *(
            check
            for name, wanted in targets.endpoints.items()
            for check in _endpoint(
                name, wanted, measured.get(name, Measured()), scale=scale, faulty=faulty
            )
        ),
        *_others(measured, targets.endpoints, faulty=faulty),
        *_faults(targets, run),
    ]


def table(checks: Sequence[Check]) -> str:
    """Lay the checks out for a terminal."""
    rows = [("", "figure", "target", "reached", "verdict")]
    rows += [
        (check.of, check.figure, check.target, check.reached, "ok" if check.passed else "MISSED")
        for check in checks
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _arrivals(wanted: RunTargets, run: Run) -> Iterator[Check]:
    share = len(run.tally.lags_ms) / run.due if run.due else 0.0
    yield Check(
        of="arrivals",
        figure="made of those due",
        target=f"at least {wanted.minimum_share:.0%} of {run.due:,}",
        reached=f"{share:.1%}",
        passed=share >= wanted.minimum_share,
    )
    lag = percentile(run.tally.lags_ms, 0.95)
    yield _at_most("generator", "lag p95 ms", wanted.generator_lag_p95_ms, lag)


def _endpoint(
    name: str, wanted: EndpointTargets, measured: Measured, *, scale: float, faulty: bool
) -> Iterator[Check]:
    for figure, share in PERCENTILES.items():
        reached = percentile(measured.times_ms, share)
        yield _at_most(name, figure.replace("_", " "), getattr(wanted, figure), reached)
    yield _errors(name, measured, at_most=wanted.error_rate, faulty=faulty)
    yield Check(
        of=name,
        figure="good answers/s",
        target=f"at least {wanted.per_second * scale:.3g}",
        reached=f"{measured.good_per_second:.3g}",
        passed=measured.good_per_second > 0
        and measured.good_per_second >= wanted.per_second * scale,
    )


def _errors(name: str, measured: Measured, *, at_most: float, faulty: bool) -> Check:
    """While faults are made, a 503 or a connection that a killed process held is no error."""
    kinds = [Outcome.FAILED] if faulty else [Outcome.FAILED, Outcome.REFUSED, Outcome.BROKEN]
    share = measured.share(*kinds)
    return Check(
        of=name,
        figure="other answers" if faulty else "error rate",
        target=f"at most {at_most:.2%}",
        reached=f"{share:.2%}",
        passed=share <= at_most,
    )


def _others(
    measured: Mapping[str, Measured], targets: Iterable[str], *, faulty: bool
) -> Iterator[Check]:
    """Hold what has no targets of its own to this one: it answers."""
    for name in sorted(set(measured) - set(targets)):
        yield _errors(name, measured[name], at_most=0.0, faulty=faulty)


def _held(targets: Targets, run: Run) -> Iterator[Check]:
    wanted = targets.holds_per_second or 0.0
    reached = held_per_second(run, targets)
    yield Check(
        of=SINGLES,
        figure="held/s within targets",
        target=f"at least {wanted:g}",
        reached=f"{reached:g}",
        passed=0 < reached >= wanted,
    )


def held_per_second(run: Run, targets: Targets) -> float:
    """Find the highest rate up to which every step answered well and in time."""
    wanted, held = targets.endpoints[SINGLES], 0.0
    for began, ends, rate in steps(run.profile, rate=run.rate, seconds=run.seconds):
        found = [
            each
            for each in run.tally.attempts
            if each.endpoint == SINGLES and began <= each.due < ends
        ]
        slowest = percentile([each.took_ms for each in found], 0.99)
        if slowest > wanted.p99_ms or any(each.outcome is not Outcome.GOOD for each in found):
            break
        held = max(held, rate)
    return held


def _faults(targets: Targets, run: Run) -> Iterator[Check]:
    wanted = targets.recovery
    if wanted is None:
        return
    for fault in (event for event in run.events if event.is_fault):
        found = recovered_after(
            run.tally.attempts,
            fault,
            endpoint=SINGLES,
            run=int(wanted.run),
            within=wanted.answered_within,
        )
        yield Check(
            of=fault.name,
            figure="steady again after s",
            target=f"at most {wanted.seconds:g}",
            reached="never" if found is None else f"{found:.1f}",
            passed=found is not None and found <= wanted.seconds,
        )
    broken = unexplained(run.tally.attempts, run.events, seconds=BREAKS_FOR)
    yield Check(
        of="broken connections",
        figure="of no killed process",
        target="0",
        reached=str(len(broken)),
        passed=not broken,
    )


def _stored(name: str, found: Reckoning) -> Check:
    faults = {"lost": found.lost, "doubled": found.doubled, "invented": found.invented}
    wrong = ", ".join(f"{len(ids)} {what} ({ids[0]})" for what, ids in faults.items() if ids)
    return Check(
        of=name,
        figure="stored exactly once",
        target=f"all of {found.acknowledged:,}",
        reached=wrong or "all, and no other",
        passed=found.is_right,
    )


def _statement(name: str, against: Sequence[str]) -> Check:
    return Check(
        of=name,
        figure="contradicted by",
        target="nothing",
        reached=f"{len(against)}: {against[0][:80]}" if against else "nothing",
        passed=not against,
    )


def _at_most(of: str, figure: str, target: float, reached: float) -> Check:
    return Check(
        of=of,
        figure=figure,
        target=f"at most {target:g}",
        reached=f"{reached:.1f}",
        passed=reached <= target,
    )
