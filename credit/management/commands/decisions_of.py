from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.management.console import (
    ProductCommand,
    moment,
    partner_named,
    product_named,
    version_named,
)
from credit.queries.concerned import concerned
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "List a product's decisions of a time, a model version or a partner: which ones an incident"
        " concerns. `--ids` prints ids alone, for `replay`."
    )
    example = (
        "decisions_of consumer-loan --version consumer-loan/3 --since 2026-12-01T08:00 --ids"
        " | xargs python manage.py replay"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--since", type=moment, required=True, help="received since, UTC")
        parser.add_argument("--until", type=moment, help="and before, UTC; default now")
        parser.add_argument("--version", type=version_named, help="that scored, as consumer-loan/3")
        parser.add_argument("--partner", type=partner_named, help="that sent it: its slug")
        parser.add_argument("--ids", action="store_true", help="print ids and nothing else")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        found = concerned(
            product=product_named(options["product"]),
            since=options["since"],
            until=options["until"] or timezone.now(),
            version=options["version"],
            partner=options["partner"],
        )
        return {"decisions": [asdict(row) for row in found], "ids_only": options["ids"]}

    def tell(self, facts: dict[str, Any]) -> None:
        for row in facts["decisions"]:
            self.stdout.write(row["decision_id"] if facts["ids_only"] else _line(row))
        if not facts["ids_only"]:
            self.stdout.write(f"{counted(len(facts['decisions']), 'decision')}.")


def _line(row: dict[str, Any]) -> str:
    at = f"{row['decided_at']:%Y-%m-%d %H:%M:%S}"
    by = f"{row['version'] or 'no model':<24}{row['partner'] or 'by hand':<20}"
    return f"{row['decision_id']}  {at}  {by}{row['recommendation']:<9}{row['status']}"
