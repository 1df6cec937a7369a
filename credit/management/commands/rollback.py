from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import model_versions
from credit.management.console import ProductCommand, product_named, user_named


class Command(ProductCommand):
    help = (
        "Make the champion before the champion again, at the word of one validator. The version"
        " that goes never serves any more."
    )
    example = "rollback consumer-loan --by vera --note 'Declines far too many'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of the validator who signs")
        parser.add_argument("--note", default="", help="why; it may be said later")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        champion = model_versions.roll_back(
            product_id=product_named(options["product"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": champion.name, "stage": str(champion.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['version']} is the champion again.")
