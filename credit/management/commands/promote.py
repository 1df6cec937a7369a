from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import model_versions
from credit.management.console import ProductCommand, product_named, user_named


class Command(ProductCommand):
    help = "Make a model version the champion, at the word of a validator who did not train it."
    example = "promote consumer-loan/2 --by vera --note 'Better calibrated'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help="username of the validator who signs")
        parser.add_argument("--note", required=True, help="why this version may serve")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        slug, _, number = options["version"].rpartition("/")
        product = product_named(slug)
        version = product.versions.filter(number=number if number.isdecimal() else -1).first()
        if version is None:
            raise CommandError(f"There is no model {options['version']}.")
        promoted = model_versions.promote(
            version_id=version.pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": promoted.name, "stage": str(promoted.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['version']} is now the champion.")
