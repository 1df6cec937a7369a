from collections.abc import Callable
from typing import ParamSpec

import structlog
from celery import shared_task
from django.utils import timezone

from credit.models import Product
from credit.serving import ModelUnavailable
from credit.store import FileAltered, FileMissing
from scoring.engine import EngineFailed

log = structlog.get_logger("monitoring.tasks")
P = ParamSpec("P")
_task: Callable[..., Callable[[Callable[P, None]], Callable[P, None]]] = shared_task  # untyped


@_task(name="monitoring.report_fairness")
def report_fairness() -> None:
    """Report on each model version that has no report on its validation yet.

    It looks for itself what is missing, so a lost message costs a minute and a second one nothing.
    """
    # The statistics libraries are loaded when there is something to report, and in the child only.
    from monitoring import queries, reports  # noqa: PLC0415

    for version in queries.versions_without_report():
        try:
            reports.make_once(version=version, at=timezone.now())
        except (FileMissing, FileAltered) as error:
            log.warning("fairness_not_reported", model=version.name, why=str(error))


@_task(name="monitoring.report_gaps")
def report_gaps() -> None:
    """Say of new versions, and of months that are over, where the gaps between groups come from.

    It looks for itself what is missing; of a long history some months a run.
    """
    # What measures is loaded when the task runs, and in the child only.
    from monitoring import gaps_making  # noqa: PLC0415

    for version in gaps_making.versions_due():
        try:
            gaps_making.make_validation(version=version, by=None, at=timezone.now())
        except (FileMissing, FileAltered, ModelUnavailable, EngineFailed) as error:
            log.warning("gaps_not_reported", model=version.name, why=str(error))
    for product in Product.objects.order_by("pk"):
        for month in gaps_making.months_due(product, at=timezone.now())[: gaps_making.AT_ONCE]:
            gaps_making.make_month(product=product, month=month, by=None, at=timezone.now())
