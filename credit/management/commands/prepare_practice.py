from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import practice
from credit.management.console import ProductCommand, product_named
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Lay out past loans for officers to practise on, with the PDs of the champion's folds. "
        "The worker does it every hour where a new champion has none."
    )
    example = "prepare_practice consumer-loan"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product = product_named(options["product"])
        return {"cases": practice.prepare(product_id=product.pk, at=timezone.now())}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"Laid out {counted(facts['cases'], 'past case')} for practice.")
