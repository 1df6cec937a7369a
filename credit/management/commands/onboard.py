from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit import promotion_path
from credit.actions import (
    contracts,
    ingestions,
    model_versions,
    policies,
    promotions,
    training,
    training_runs,
)
from credit.actions.refusals import require_role
from credit.engines import Engine
from credit.laws import notice_problem
from credit.management.console import (
    ProductCommand,
    add_engine_argument,
    moment,
    training_bar,
    user_named,
)
from credit.management.loan_files import add_file_arguments, read_loans
from credit.models import ContractVersion, Ingestion, ModelVersion, Role, User
from credit.models.model_versions import Stage
from scoring.contract import Contract
from scoring.files.reading import sha256_of

EXPLAINS_FINISH = "# Lines with FINISH"  # the head of a draft
MOST_LINES = 10  # named
Clock = Callable[[], datetime]


class Command(ProductCommand):
    help = (
        "Bring a lending product live from its contract and a file of past loans: validate, "
        "ingest, train, check, promote. Two people stand for it: --by trains, --approved-by signs. "
        "Running it again goes on where it was stopped, and changes nothing once it is live. Where "
        "a champion serves whose policy asks for steps, the new version is approved and takes them."
    )
    example = (
        "onboard contracts/consumer-loan/contract.toml contracts/consumer-loan/loans.csv"
        " --by dana --approved-by vera"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("contract", type=Path, help="the product, a TOML file")
        parser.add_argument("data", type=Path, help="its past loans: CSV, Parquet, or gzip")
        add_file_arguments(parser)
        parser.add_argument("--by", required=True, help="username of a model developer")
        parser.add_argument("--approved-by", required=True, help="username of a model validator")
        parser.add_argument(
            "--as-of",
            type=moment,
            metavar="MOMENT",
            help="date it all as if it were done then: for demonstrations and replays",
        )
        add_engine_argument(parser)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        by, approver = user_named(options["by"]), user_named(options["approved_by"])
        self.clock = _clock(options["as_of"])
        require_role(by, Role.MODEL_DEVELOPER, to="onboard a product")
        require_role(approver, Role.MODEL_VALIDATOR, to="approve a product's onboarding")
        asked = Contract.load(options["contract"])  # first of all: its problems name the file
        found = [_unfinished(asked), notice_problem(asked, on=self.clock().date())]
        warnings = [each for each in found if each]
        for warning in warnings:
            self.stderr.write(f"{options['contract']}: {warning}")
        return self._bring_live(options, by=by, approver=approver) | {"warnings": warnings}

    def _bring_live(self, options: dict[str, Any], *, by: User, approver: User) -> dict[str, Any]:
        live = _live(options["contract"], options["data"])
        if live is not None:
            return {"version": live.name, "was_live": True}
        clock = self.clock
        contract = contracts.register(source=options["contract"].read_bytes(), by=by, at=clock())
        if not contract.policyversion_set.exists():
            policies.put_in_force(contract_id=contract.pk, by=by, approved_by=approver, at=clock())
        read = read_loans(contract, options, by=by, at=clock(), tell=self.stderr.write)
        _check_is_learned_from(read)
        version = _candidate(contract, read) or _train(
            contract, by, engine=options["engine"], silent=options["json"], clock=clock
        )
        facts = {"version": version.name, "was_live": False, "metrics": version.metrics}
        if promotion_path.steps_asked(contract.product, at=clock()) is not None:
            _approve(version, by=by, approver=approver, clock=clock)
            return facts | {"takes_steps": True}
        model_versions.promote(
            version_id=version.pk, by=approver, at=clock(), note="First model, onboarded."
        )
        return facts

    def tell(self, facts: dict[str, Any]) -> None:
        if facts.get("takes_steps"):
            self.stdout.write(
                f"{facts['version']} is approved. The policy in force asks for steps before it "
                f"serves: manage.py take_step {facts['version']} --by USER --note WHY"
            )
            return
        already = " already" if facts["was_live"] else ""
        self.stdout.write(f"{facts['version']} is live{already}.")


def _unfinished(contract: Contract) -> str:
    """Say which lines of a draft nobody has finished: they would be shown to people as they are."""
    lines = [
        number
        for number, line in enumerate(contract.text.splitlines(), start=1)
        if "FINISH" in line and not line.startswith(EXPLAINS_FINISH)
    ]
    if not lines:
        return ""
    say = "1 line still says" if len(lines) == 1 else f"{len(lines)} lines still say"
    shown = ", ".join(map(str, lines[:MOST_LINES])) + (" ..." if len(lines) > MOST_LINES else "")
    return (
        f"{say} FINISH ({shown}): what they say was guessed from the file. "
        "Take the word away where a person has looked."
    )


def _clock(as_of: datetime | None) -> Clock:
    """Give the time as it goes, or one moment for everything."""
    return timezone.now if as_of is None else lambda: as_of


def _live(contract: Path, loans: Path) -> ModelVersion | None:
    """Find the champion that this contract and this file made."""
    return (
        ModelVersion.objects.select_related("product")
        .filter(
            stage=Stage.CHAMPION,
            contract__hash=Contract.load(contract).hash,
            snapshot__ingestion__file_sha256=sha256_of(loans),
        )
        .first()
    )


def _check_is_learned_from(read: Ingestion) -> None:
    """Refuse to make a model live whose loans are another file's than the one that is named."""
    last = ingestions.newest(read.product)
    if last is not None and last != read:
        raise CommandError(
            f"{read.file_name} is not what {read.product.name} learns from: {last.file_name} was "
            f"brought in on {last.ingested_at:%Y-%m-%d}, after the moment that --as-of names."
        )


def _candidate(contract: ContractVersion, read: Ingestion) -> ModelVersion | None:
    """Find what an earlier run trained and was stopped before promoting."""
    return ModelVersion.objects.filter(
        stage=Stage.CANDIDATE, contract=contract, snapshot__ingestion=read
    ).first()


def _approve(version: ModelVersion, *, by: User, approver: User, clock: Clock) -> None:
    """Ask for its promotion and approve it, unless an earlier run did."""
    if promotion_path.approved(version) is not None:
        return
    asked = promotions.request(
        version_id=version.pk, by=by, at=clock(), why="Its contract is onboarded."
    )
    promotions.approve(
        request_id=asked.pk, by=approver, at=clock(), words="Its contract is onboarded."
    )


def _train(
    contract: ContractVersion, by: User, *, engine: Engine, silent: bool, clock: Clock
) -> ModelVersion:
    left = contract.product.training_runs.filter(state__in=training_runs.UNFINISHED).first()
    run = left or training_runs.request(
        product_id=contract.product_id, by=by, at=clock(), enqueue=False
    )
    with training_bar(silent=silent) as show:
        try:
            return training.run(
                run_id=run.pk,
                at=clock(),
                progress=show,
                clock=clock,
                engine=engine,
            )
        except training_runs.NothingToDo as busy:
            raise CommandError(f"{contract.product.name} is being trained already.") from busy
