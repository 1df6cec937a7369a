from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import promotions
from credit.management.console import ProductCommand, request_for, user_named


class Command(ProductCommand):
    help = (
        "Refuse a request that a model version serve, at the word of a validator who neither"
        " trained it nor asked for it."
    )
    example = "refuse_promotion consumer-loan/2 --by vera --words 'Too few loans of 2026'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help="username of the validator")
        parser.add_argument("--words", required=True, help="why")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        found = promotions.refuse(
            request_id=request_for(options["version"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            words=options["words"],
        )
        return {"version": options["version"], "request": found.pk, "state": str(found.state)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"The promotion of {facts['version']} is refused.")
