from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import inventory
from credit.management.console import ProductCommand, day, product_named, user_named
from credit.models import InventoryEntry, Product
from credit.queries import registry
from credit.queries.registry import InventoryRow

SAID = ("owner", "tier", "intended_use", "limits", "review_on")


class Command(ProductCommand):
    help = (
        "Say who owns a product's model, how much depends on it, what it is for and not for, and"
        " its next review. With --by write it anew: what is not said stays as it is. Exit code 1"
        " where nobody wrote anything yet."
    )
    example = "inventory consumer-loan --review-on 2027-06-01 --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--by", help="username of the developer or validator who writes it")
        parser.add_argument("--owner", help="username of a model developer or validator")
        parser.add_argument("--tier", type=int, choices=InventoryEntry.Tier.values)
        parser.add_argument("--intended-use", metavar="WORDS", help="what the model is for")
        parser.add_argument("--limits", metavar="WORDS", help="what it is not for")
        parser.add_argument("--review-on", type=day, metavar="DAY", help="its next review, by")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product = product_named(options["product"])
        given = {name: options[name] for name in SAID if options[name] is not None}
        if options["by"]:
            _write(product, given, by=options["by"])
        elif given:
            raise CommandError("Say with --by who writes it.")
        stands = _stands(product)
        if stands is None:
            raise CommandError(f"Nobody wrote yet who owns the model of {product.slug}.")
        return {"product": product.slug, **asdict(stands)}

    def tell(self, facts: dict[str, Any]) -> None:
        overdue = " (overdue)" if facts["is_overdue"] else ""
        self.stdout.write(
            f"{facts['product']}: owned by {facts['owner_username']}, tier {facts['tier_label']},"
            f" next review by {facts['review_on']}{overdue}\n"
            f"  for: {facts['intended_use']}\n  not for: {facts['limits']}\n"
            f"  written by {facts['written_by']}, {facts['written_at']:%Y-%m-%d %H:%M} UTC"
        )


def _write(product: Product, given: dict[str, Any], *, by: str) -> None:
    found = _stands(product)
    stands = asdict(found) | {"owner": found.owner_username} if found else {}
    said: dict[str, Any] = {name: (stands | given).get(name) for name in SAID}
    lacking = [f"--{name.replace('_', '-')}" for name in SAID if said[name] is None]
    if lacking:
        raise CommandError(f"Nobody wrote anything yet: say {', '.join(lacking)} too.")
    inventory.write(product_id=product.pk, **said, by=user_named(by), at=timezone.now())


def _stands(product: Product) -> InventoryRow | None:
    return registry.inventory_of(product.slug, at=timezone.now())
