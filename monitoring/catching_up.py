"""All at once what the worker's clock would count, check and report within hours."""

from datetime import datetime

from credit.models import Product
from monitoring import findings, periods
from monitoring.drift import checks as drift_checks
from monitoring.drift import references as drift_references
from monitoring.drift.counts import KIND as DRIFT
from monitoring.fairness import findings as fairness_findings
from monitoring.fairness import schedule as fairness_schedule
from monitoring.mirror import making as mirror
from monitoring.results import business, business_findings, performance_findings, vintages


def catch_up(product: Product, *, at: datetime, is_anew: bool) -> dict[str, int]:
    """Bring a product's figures, reports and alerts up to date; says how many reports it made.

    Every part is idempotent, so the worker may do the same meanwhile, and does it no more after.
    """
    count(product, at=at, is_anew=is_anew)
    findings.tell(performance_findings.findings(product, at=at), at=at)
    findings.tell(business_findings.findings(product, at=at), at=at)
    drift_checks.watch(at=at)
    reports = fairness_schedule.report_months(at=at, only=product)
    fairness_findings.tell_of_newest(at=at)
    return {"reports": reports, "mirrors": mirror.bring_up_to_date(at=at, only=product)}


def count(product: Product, *, at: datetime, is_anew: bool) -> None:
    """Count its days and months, and what its champion learned from."""
    drift_references.bring_up_to_date(at=at, only=product)
    for kind in (business.KIND, DRIFT):
        periods.bring_wholly_up_to_date(kind, product, at=at, is_anew=is_anew)
    vintages.count_product(product, at=at, is_anew=is_anew)
