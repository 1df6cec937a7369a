from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, product_named
from credit.queries import policies


class Command(ProductCommand):
    help = (
        "List a product's policies: in force, scheduled, before; and the changes that were asked"
        " for. --in-full lists what the one in force says, by path."
    )
    example = "policies consumer-loan --in-full"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--in-full", action="store_true", help="list what is in force as well")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, now = product_named(options["product"]), timezone.now()
        in_force = policies.in_force(product.pk, at=now)
        said = in_force.settings if in_force and options["in_full"] else {}
        return {
            "product": product.slug,
            "policies": [asdict(each) for each in policies.policies(product.pk, at=now)],
            "proposals": [asdict(each) for each in policies.proposals(product.pk)],
            "settings": {path: each.value for path, each in said.items()},
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for each in facts["policies"]:
            self.stdout.write(
                f"{facts['product']}/{each['number']}: {each['state'].replace('_', ' ')}, from"
                f" {each['in_force_from']:%Y-%m-%d %H:%M} UTC; asked for by"
                f" {each['requested_by']}, approved by {each['approved_by']}"
            )
        for each in facts["proposals"]:
            self.stdout.write(
                f"Proposal {each['id']}: {each['state']}, by {each['requested_by']}: {each['why']}"
            )
        for path, value in facts["settings"].items():
            self.stdout.write(f"{path} = {value}")
