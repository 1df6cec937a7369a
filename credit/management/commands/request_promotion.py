from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import promotions
from credit.management.console import ProductCommand, user_named, version_named


class Command(ProductCommand):
    help = (
        "Ask that a model version serve. A validator who neither trained it nor asks approves or"
        " refuses."
    )
    example = "request_promotion consumer-loan/2 --by dora --why 'Better calibrated'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help="username of a developer or validator")
        parser.add_argument("--why", required=True, help="why it should serve")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        made = promotions.request(
            version_id=version_named(options["version"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            why=options["why"],
        )
        return {"version": options["version"], "request": made.pk, "state": str(made.state)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"The promotion of {facts['version']} is asked for.")
