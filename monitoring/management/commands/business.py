from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, product_named
from monitoring import periods
from monitoring.results import business, business_figures, vintages
from monitoring.results.business_checks import period
from monitoring.results.business_figures import Figure
from monitoring.results.business_words import label_of
from monitoring.results.figures_in_words import with_interval, written


class Command(ProductCommand):
    help = (
        "Show what a product's business came to in the last 30 days, each figure with its interval"
        " beside the target of its owner, and whether that was set before go-live. Counts first"
        " what is due."
    )
    example = "business consumer-loan"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="its slug, as in consumer-loan")
        parser.add_argument("--segment", default="", help="a part, as in partner:acme or version:7")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, at = product_named(options["product"]), timezone.now()
        periods.bring_wholly_up_to_date(business.KIND, product, at=at)
        vintages.count_product(product, at=at)
        found = business_figures.business(product, at=at, segment=options["segment"])
        if options["segment"] and options["segment"] not in found.segments:
            raise CommandError(f"{product.slug} has no figures of {options['segment']}")
        return {
            "product": product.slug,
            "segment": found.segment,
            "figures": [_figure(each) for each in found.figures],
            "months": [asdict(each) for each in found.months],
            "counts": found.counts,
            "waiting": found.waiting,
            "overdue": found.overdue,
            "review_costs": found.review_costs,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for figure in facts["figures"]:
            self.stdout.write(figure["in_words"])


def _figure(figure: Figure) -> dict[str, Any]:
    target = figure.target
    return {
        "name": figure.name,
        "unit": figure.unit,
        "value": asdict(figure.value) if figure.value else None,
        "since": figure.since,
        "until": figure.until,
        "target": asdict(target) | {"set_before_go_live": target.is_set_before} if target else None,
        "standing": figure.standing,
        "in_words": _words(figure),
    }


def _words(figure: Figure) -> str:
    said = f"{label_of(figure.name)}: "
    said += with_interval(figure.value, figure.unit) if figure.value else "nothing yet"
    said += f"; {period(figure)}"
    if figure.target is None:
        return said
    when = "before" if figure.target.is_set_before else "AFTER"
    target, tolerance = (
        written(each, figure.unit) for each in (figure.target.target, figure.target.tolerance)
    )
    standing = figure.standing or f"counts from {figure.target.since:%Y-%m-%d}"
    return (
        f"{said}; target {target} ± {tolerance}, set {when} go-live on"
        f" {figure.target.set_at:%Y-%m-%d}: {standing}"
    )
