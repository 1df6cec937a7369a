from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, product_named
from credit.models import Partner
from monitoring import periods
from monitoring.drift import references as drift_references
from monitoring.drift import words as drift_words
from monitoring.drift.counts import KIND
from monitoring.drift.views import drift_of
from monitoring.drift.windows import DAY, midnight_after

USUAL = 30  # days


class Command(ProductCommand):
    help = (
        "Compare the applications of a time with those that the champion learned from: the score,"
        " each feature, missing and new values, units. Counts what is not counted yet."
    )
    example = "drift consumer-loan --since 2026-11-01 --partner acme-broker"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--since", type=_day, help="first day; default 30 days in all")
        parser.add_argument("--until", type=_day, help="last day; default today")
        parser.add_argument("--partner", help="slug of a partner; default everybody")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, now = product_named(options["product"]), timezone.now()
        until = (options["until"] or midnight_after(now) - DAY) + DAY
        since = options["since"] or until - USUAL * DAY
        if since >= until:
            raise CommandError("--since must not be after --until.")
        partner = options["partner"] or ""
        if partner and not Partner.objects.filter(slug=partner).exists():
            raise CommandError(f"There is no partner {partner}.")
        drift_references.bring_up_to_date(at=now, only=product)
        periods.bring_wholly_up_to_date(KIND, product, at=now)
        return asdict(drift_of(product, since=since, until=until, partner=partner))

    def tell(self, facts: dict[str, Any]) -> None:
        for line in _lines(facts):
            self.stdout.write(line)


def _lines(facts: dict[str, Any]) -> list[str]:
    period = f"{drift_words.day(facts['since'])} to {drift_words.day(facts['until'])}"
    head = f"{facts['product']}: {facts['n']:,} applications, {period}"
    if facts["state"] != "compared":
        return [head, f"Not compared: {facts['state']}."]
    beside = f"beside the {facts['m']:,} loans that {facts['model']} learned from"
    rows = [("score", facts["score"]), *((each["name"], each) for each in facts["features"])]
    return [f"{head}, {beside}", *(f"  {name}: {each['said']}" for name, each in rows)]


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text} is no day; write it as in 2026-11-01") from wrong
