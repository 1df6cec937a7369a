"""What the newest matured months say of a product's models, for the list of alerts.

For the worker: what takes findings up brings the training room along.
"""

from datetime import datetime

from django.utils.translation import override

from credit.models import Product
from monitoring.findings import Finding
from monitoring.results import figures_in_words as words
from monitoring.results.performance import address, look
from monitoring.results.vintage_rows import Pool
from scoring.results.performance_checks import Check

FELL, OFF = "performance_fell", "calibration_off"


def findings(product: Product, *, at: datetime) -> list[Finding]:
    """Tell what the newest matured months say; nothing is told where they are too few."""
    looked = look(product, at=at)
    found = []
    with override("en"):  # what is stored is translated when it is shown
        if looked.pool and looked.ranking:
            message = _ranking_words(product, looked.pool, looked.ranking)
            found.append(_finding(FELL, product, looked.ranking, message))
        if looked.pool and looked.calibration:
            message = _calibration_words(product, looked.pool, looked.calibration)
            found.append(_finding(OFF, product, looked.calibration, message))
    return found


def _finding(cause: str, product: Product, check: Check, message: str) -> Finding:
    return Finding(
        cause=cause,
        product=product,
        segment="",
        is_bad=check.is_bad,
        message=message,
        n=check.n,
        link=address(product),
    )


def _ranking_words(product: Product, pool: Pool, check: Check) -> str:
    return (
        f"{product.name}: AUC {check.found:.3f} ({check.interval.low:.3f} to"
        f" {check.interval.high:.3f}, {check.level:.0%} interval) among {_of(pool, check)};"
        f" their PDs promise {check.promised:.3f}."
    )


def _calibration_words(product: Product, pool: Pool, check: Check) -> str:
    return (
        f"{product.name}: {check.found:.1%} bad among {_of(pool, check)}; {check.promised:.1%} were"
        f" predicted. That is {check.found / check.promised:.2f} times as many"
        f" ({check.interval.low:.2f} to {check.interval.high:.2f}, {check.level:.0%} interval)."
    )


def _of(pool: Pool, check: Check) -> str:
    months = words.months(pool.since, pool.until)
    return (
        f"{check.n:,} matured loans ({check.bads:,} bad) of {months}, of {pool.known_share:.0%} of"
        " those approved"
    )
