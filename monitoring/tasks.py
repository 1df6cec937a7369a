from collections.abc import Callable
from typing import ParamSpec

import structlog
from celery import shared_task
from django.utils import timezone

from credit.store import FileAltered, FileMissing
from monitoring.periods import MOST_AT_ONCE

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


@_task(name="monitoring.take_pulse")
def take_pulse() -> None:
    """Give a sign of life, and find out how the service stands against what it promised."""
    from monitoring import counts, levels, pulses, service, service_checks  # noqa: PLC0415 - scipy

    at = timezone.now()
    counts.keep(at=at)
    pulse = pulses.beat(at=at)
    if pulse.levels is None:
        service.bring_service_up_to_date(at=at)
        pulse.levels = levels.found(pulse.standing, at=at)
        pulse.save(update_fields=["levels"])
        service_checks.tell_levels(pulse.levels, at=at)


@_task(name="monitoring.forget_minutes")
def forget_minutes() -> None:
    """Remove the minutes that hours were made of, once they all were."""
    from monitoring import counts, pulses, service  # noqa: PLC0415 - in the child only

    at = timezone.now()
    while service.bring_service_up_to_date(at=at) >= MOST_AT_ONCE:
        pass
    counts.forget(at=at)
    pulses.forget(at=at)
