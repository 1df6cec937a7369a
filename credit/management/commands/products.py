from dataclasses import asdict
from typing import Any

from django.utils import timezone

from credit.management.console import ProductCommand
from credit.queries import models
from scoring.plurals import counted


class Command(ProductCommand):
    help = "List the lending products with their champion, contract and policy."
    example = "products --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {
            "products": [
                {**asdict(product), "champion": product.champion_name}
                for product in models.products(on=timezone.now().date())
            ]
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if not facts["products"]:
            self.stdout.write("There is no product yet: see `manage.py onboard --help`.")
        for product in facts["products"]:
            over = "over " if product["has_more"] else ""
            came = over + counted(product["applications"], "application")
            self.stdout.write(
                f"{product['slug']}: {product['name']}, "
                f"champion {product['champion'] or 'none'}, contract {product['contract_number']}, "
                f"policy {product['policy_number'] or 'none'}, "
                f"{came} ({product['awaiting']} waiting)"
            )
            if product["notice_problem"]:
                self.stdout.write(f"  {product['notice_problem']}")
