from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, product_named
from monitoring.results import performance, vintages
from monitoring.results.figures_in_words import number, share
from monitoring.results.performance import Looked
from scoring.results.performance_checks import Check


class Command(ProductCommand):
    help = (
        "Show how a product's loans turned out by the month of their application: AUC, KS and share"
        " of bads on matured outcomes with 95 % intervals, beside what was estimated before."
        " Counts first what is due."
    )
    example = "performance consumer-loan"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="its slug, as in consumer-loan")
        parser.add_argument("--segment", default="", help="a part, as in version:7")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, at = product_named(options["product"]), timezone.now()
        vintages.count_product(product, at=at)
        found = performance.performance(product, at=at, segment=options["segment"])
        if options["segment"] and not found.months:
            raise CommandError(f"{product.slug} has no months of {options['segment']}")
        return {
            "product": product.slug,
            "segment": found.segment,
            "window_months": found.window_months,
            "newest_matured": _looked(found.looked),
            "months": [asdict(row) for row in found.months],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if not facts["months"]:
            self.stdout.write("Nothing was approved yet.")
        for row in facts["months"]:
            self.stdout.write(_line(row))
        newest = facts["newest_matured"]
        if newest is None:
            self.stdout.write("Nothing has matured yet.")
            return
        for name in ("ranking", "calibration"):
            check = newest[name]
            if check is None:
                self.stdout.write(f"{name}: too few outcomes to say")
            else:
                verdict = "NOT AS PROMISED" if check["is_bad"] else "as promised"
                self.stdout.write(
                    f"{name}: {check['found']:.4f}, promised {check['promised']:.4f}"
                    f" (n = {check['n']:,}, {newest['since']:%Y-%m} to {newest['until']:%Y-%m}):"
                    f" {verdict}"
                )


def _looked(looked: Looked) -> dict[str, Any] | None:
    if looked.pool is None:
        return None
    return {
        "since": looked.pool.since,
        "until": looked.pool.until,
        "known_share": looked.pool.known_share,
        "ranking": _check(looked.ranking),
        "calibration": _check(looked.calibration),
    }


def _check(check: Check | None) -> dict[str, Any] | None:
    return None if check is None else asdict(check)


def _line(row: dict[str, Any]) -> str:
    found = row["measured"]
    auc, estimated, bad = found["auc"], found["estimated_auc"], found["bad_rate"]
    parts = [f"{row['month']:%Y-%m}", f"{found['matured']:,} of {found['n']:,} matured"]
    if estimated:
        parts.append(f"AUC estimated {number(estimated['value'], 3)}")
    if auc:
        parts.append(f"found {_interval(auc, 3)}")
    if bad:
        parts.append(f"bad {share(bad['value'])} ({share(bad['low'])} to {share(bad['high'])})")
    return ", ".join(parts)


def _interval(found: dict[str, float], digits: int) -> str:
    value, low, high = (number(found[name], digits) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
