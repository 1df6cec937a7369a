from collections.abc import Callable
from typing import ParamSpec

import structlog
from celery import shared_task
from django.utils import timezone

from credit.store import FileAltered, FileMissing

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


@_task(name="monitoring.watch_drift")
def watch_drift() -> None:
    """Count what came, hold it against what champions learned from, and tell what was found."""
    # polars, in the worker's child only.
    from monitoring import drift_checks, drift_references, periods  # noqa: PLC0415
    from monitoring.drift_counts import KIND  # noqa: PLC0415

    now = timezone.now()
    drift_references.bring_up_to_date(at=now)
    periods.bring_up_to_date(KIND, at=now)
    drift_checks.watch(at=now)
