from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.management.console import ProductCommand, product_named
from monitoring import catching_up


class Command(ProductCommand):
    help = (
        "Count, check and report at once what the worker would within hours: business, drift, "
        "performance, the fairness of months, officers' mirrors, and the alerts that follow. "
        "With --anew what was counted before is counted again, as after a replay, which writes "
        "into days that were over. A second time it changes nothing. Reading the vault is audited."
    )
    example = "catch_up small-business-loan --anew"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--anew", action="store_true", help="count again what was counted")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product = product_named(options["product"])
        try:
            made = catching_up.catch_up(product, at=timezone.now(), is_anew=options["anew"])
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(
                "PostgreSQL refuses this login the vault: use the worker's, not the web server's."
            ) from error
        return {"product": product.slug, **made}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(
            f"{facts['product']} is counted. {facts['reports']} fairness reports and"
            f" {facts['mirrors']} officer mirrors were made."
        )
