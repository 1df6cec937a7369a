from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.management.console import ProductCommand, product_named, user_named
from credit.models import Product
from monitoring.mirror import making as mirror
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror.pages import SEES_GROUPS, SEES_OFFICERS


class Command(ProductCommand):
    help = (
        "Make the officer mirrors of the last twelve months that are missing, and print the newest "
        "one that others than the officers may see: names for compliance, auditors and senior "
        "officers, groups for compliance, auditors and model validators. Reading the vault is "
        "audited."
    )
    example = "officer_mirror consumer-loan --by carla --json"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of who asks")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, by = product_named(options["product"]), user_named(options["by"])
        if not by.has_role(*SEES_OFFICERS, *SEES_GROUPS):
            raise CommandError(f"{by.username} may not see the mirrors of officers.")
        at = timezone.now()
        made = _brought_up_to_date(product, at=at)
        team = mirror_pages.told_to(by, product, at=at)
        told = asdict(team) | {"product": product.slug} if team else None
        return {"product": product.slug, "made": made, "team": told}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['made']} months were made.")
        team = facts["team"]
        if team is None:
            self.stdout.write("There is no mirror yet that others than the officers may see.")
            return
        self.stdout.write(
            f"{team['figures']['n']:,} decisions of {team['figures']['officers']} officers, "
            f"{team['since']} to {team['until']}."
        )
        for row in team["officers"]:
            self.stdout.write(_line(row))


def _brought_up_to_date(product: Product, *, at: datetime) -> int:
    try:
        return mirror.bring_up_to_date(at=at, only=product)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise CommandError(
            "PostgreSQL refuses this login the vault: use the worker's, not the web server's."
        ) from error


def _line(row: dict[str, Any]) -> str:
    figures = row["figures"]
    said = []
    if "low_side" in figures:
        said = [
            f"{figures['n']:,} decisions",
            f"outcomes of overrides: {figures['low_side']['measure']['verdict']}",
        ]
    said += [
        f"{each['attribute']}, {each['label']}: {each['measure']['verdict']}"
        for each in figures.get("groups", [])
    ]
    return f"  {row['name'] or 'An officer'}: {'; '.join(said)}"
