import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, day, training_bar
from credit.management.simulation_words import told
from credit.simulating import journal, running, standing
from credit.simulating.asked import Asked
from scoring.contract import Contract
from scoring.simulation.book import LoansNotDated


class Command(ProductCommand):
    help = (
        "Replay a product's real, dated loans as if they arrived day by day: applications, "
        "officers, outcomes when they became known, drift, retraining, promotion. It onboards the "
        "product itself, on what was mature before --from, so it needs a database without it. "
        "Killed, it goes on where it was when it is run again with the same settings."
    )
    example = "simulate small-business-loan --from 2003-01-01 --to 2010-12-31"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of a product whose contract ships")
        parser.add_argument(
            "--from", dest="start", type=day, required=True, help="first day, as in 2003-01-01"
        )
        parser.add_argument("--to", dest="end", type=day, required=True, help="last day")
        parser.add_argument("--data", type=Path, help="Parquet file of loans; default the sample")
        parser.add_argument("--rows", type=int, help="draw so many rows from the file")
        parser.add_argument(
            "--every", type=int, default=12, help="months at least between two trainings"
        )
        parser.add_argument("--seed", type=int, default=1, help="of the draw and of the officers")
        parser.add_argument(
            "--until-now",
            action="store_true",
            help="move all days so that the last one is yesterday: for demonstrations",
        )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = _asked(options)
        begun = standing.begun_here(asked.product)
        if begun is not None and begun.asked == asked.facts and not options["json"]:
            self.stderr.write(_state(begun))
        with _without_a_line_a_day(), training_bar(silent=options["json"]) as show:
            try:
                return running.run(asked, progress=show)
            except LoansNotDated as undated:
                raise CommandError(str(undated)) from undated

    def tell(self, facts: dict[str, Any]) -> None:
        for line in told(facts):
            self.stdout.write(line)


@contextmanager
def _without_a_line_a_day() -> Iterator[None]:
    """Log warnings only; the lines of thousands of days tell nobody anything."""
    ours = logging.getLogger("credit")
    before = ours.level
    ours.setLevel(logging.WARNING)
    try:
        yield
    finally:
        ours.setLevel(before)


def _asked(options: dict[str, Any]) -> Asked:
    folder = settings.BASE_DIR / "contracts" / options["product"]
    contract = folder / "contract.toml"
    if not contract.is_file():
        raise CommandError(f"No contract of a product {options['product']} ships.")
    Contract.load(contract)  # its problems name the file
    return Asked(
        product=options["product"],
        contract=contract,
        loans=options["data"] or folder / "loans.parquet",
        start=options["start"],
        end=options["end"],
        rows=options["rows"],
        seed=options["seed"],
        every=options["every"],
        shift=_shift(options),
    )


def _shift(options: dict[str, Any]) -> timedelta:
    """Give the move to yesterday; of a run that was begun before, the one that it had."""
    if not options["until_now"]:
        return timedelta()
    begun = standing.begun_here(options["product"])
    if begun is not None:
        return timedelta(days=begun.asked["shift_days"])
    yesterday = timezone.now().astimezone(UTC).date() - timedelta(days=1)
    moved: timedelta = yesterday - options["end"]
    return moved


def _state(begun: journal.Journal) -> str:
    if begun.is_finished:
        return "This run has ended before; its report:"
    if begun.done_until is None:
        return "Going on with a run that was stopped while it onboarded the product."
    return f"Going on with a run that was stopped: all days until {begun.done_until} are done."
