from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import holds
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import LegalHold, User
from credit.queries import holds as hold_queries
from scoring.results.windows import months_after


class Command(ProductCommand):
    help = (
        "Keep the records of a decision, or of a product's months, past their retention while a "
        "complaint or an investigation runs; with --lift let them go again. Without either, list "
        "the holds."
    )
    example = "hold --decision 01M6A6FT7G4N5T0S3W8Y2C9KXD --by carla --why 'Complaint 17'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--decision", help="whose records stay")
        does.add_argument("--product", help="whose months stay, as in consumer-loan")
        does.add_argument("--lift", type=int, metavar="NUMBER", help="of the hold")
        parser.add_argument("--since", type=_month, help="first month, as in 2026-01")
        parser.add_argument("--until", type=_month, help="last month; default all that come")
        parser.add_argument("--by", help="username of who says so, of compliance")
        parser.add_argument("--why", help="in a sentence")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["decision"] or options["product"] or options["lift"]:
            if not (options["by"] and options["why"]):
                raise CommandError("Say who says so with --by, and why with --why.")
            made = _changed(options, by=user_named(options["by"]))
            return {"hold": made.pk, "is_lifted": made.lifted_at is not None}
        return {"holds": [asdict(each) for each in hold_queries.holds()]}

    def tell(self, facts: dict[str, Any]) -> None:
        if "hold" in facts:
            stands = "is lifted" if facts["is_lifted"] else "is placed"
            self.stdout.write(f"The legal hold {facts['hold']} {stands}.")
            return
        for hold in facts["holds"]:
            what = hold["decision_id"] or f"{hold['product_slug']}, {hold['first']} to "
            ends = "" if hold["decision_id"] else str(hold["last"] or "now and on")
            lifted = f" Lifted by {hold['lifted_by']}." if hold["lifted_at"] else ""
            self.stdout.write(
                f"{hold['id']}: {what}{ends}: {hold['why']} ({hold['placed_by']}){lifted}"
            )
        if not facts["holds"]:
            self.stdout.write("Nothing is held.")


def _changed(options: dict[str, Any], *, by: User) -> LegalHold:
    said = {"why": options["why"], "by": by, "at": timezone.now()}
    if options["lift"]:
        if not LegalHold.objects.filter(pk=options["lift"]).exists():
            raise CommandError(f"There is no hold {options['lift']}.")
        return holds.lift(hold_id=options["lift"], **said)
    if options["decision"]:
        return holds.place(decision_id=options["decision"], **said)
    if options["since"] is None:
        raise CommandError("Say from which month on with --since.")
    return holds.place_on_months(
        product_id=product_named(options["product"]).pk,
        since=options["since"],
        until=months_after(options["until"], 1) if options["until"] else None,
        **said,
    )


def _month(said: str) -> date:
    try:
        return date.fromisoformat(f"{said}-01")
    except ValueError as wrong:
        raise ArgumentTypeError(f"{said} is no month; write it as 2026-01.") from wrong
