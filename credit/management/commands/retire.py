from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import model_versions
from credit.management.console import ProductCommand, user_named, version_named


class Command(ProductCommand):
    help = "Take a model version out of shadow or service for good, at the word of a validator."
    example = "retire consumer-loan/2 --by vera --note 'Flips too many decisions'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help="username of the validator")
        parser.add_argument("--note", required=True, help="why")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        retired = model_versions.retire(
            version_id=version_named(options["version"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": retired.name, "stage": str(retired.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['version']} is retired.")
