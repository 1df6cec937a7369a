from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import service_stops
from credit.management.console import ProductCommand, product_named, user_named


class Command(ProductCommand):
    help = (
        "Stop the models of a product: from now on every application goes to a person, without a"
        " score. With --resume they score again."
    )
    example = "stop consumer-loan --by vera --why 'Scores look wrong since noon'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of the validator")
        parser.add_argument("--why", required=True, help="in a sentence")
        parser.add_argument("--resume", action="store_true", help="let the models score again")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        act = service_stops.resume if options["resume"] else service_stops.stop
        product = product_named(options["product"])
        made = act(
            product_id=product.pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            why=options["why"],
        )
        return {"product": product.slug, "is_stopped": made.resumed_at is None}

    def tell(self, facts: dict[str, Any]) -> None:
        stands = (
            "are stopped: every application goes to a person"
            if facts["is_stopped"]
            else "score again"
        )
        self.stdout.write(f"The models of {facts['product']} {stands}.")
