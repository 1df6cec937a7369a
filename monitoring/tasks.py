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


@_task(name="monitoring.hold_up_mirrors")
def hold_up_mirrors() -> None:
    """Make the officer mirrors of months that are over, where they are missing."""
    # scipy takes a second to load, and only this needs it here.
    from monitoring import mirror  # noqa: PLC0415

    mirror.bring_up_to_date(at=timezone.now())
