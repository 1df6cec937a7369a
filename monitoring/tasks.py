from collections.abc import Sequence
from datetime import date

import structlog
from django.utils import timezone

from credit.metered_task import task
from credit.models import ModelVersion, Product
from credit.serving import ModelUnavailable
from credit.store import FileAltered, FileMissing
from monitoring.fairness import asked, months, queries
from monitoring.fairness import findings as fairness_findings
from monitoring.gaps import due as gaps_due
from monitoring.periods import MOST_AT_ONCE
from scoring.engine import EngineFailed

log = structlog.get_logger("monitoring.tasks")


@task("monitoring.report_fairness", is_due=lambda: queries.versions_without_report().exists())
def report_fairness() -> None:
    """Report on each model version that has no report on its validation yet.

    It looks for itself what is missing, so a lost message costs a minute and a second one nothing.
    """
    due = list(queries.versions_without_report())
    if not due:
        return
    # The statistics libraries take seconds to load: when there is something to report, and in the
    # child only.
    from monitoring.fairness import reports  # noqa: PLC0415

    for version in due:
        try:
            reports.make_once(version=version, at=timezone.now())
        except (FileMissing, FileAltered) as error:
            log.warning("fairness_not_reported", model=version.name, why=str(error))


@task("monitoring.take_pulse")
def take_pulse() -> None:
    """Give a sign of life, and find out how the service stands against what it promised."""
    from monitoring.service import checks as service_checks  # noqa: PLC0415
    from monitoring.service import counts, levels, pulses  # noqa: PLC0415 - scipy
    from monitoring.service import periods as service  # noqa: PLC0415

    at = timezone.now()
    counts.keep(at=at)
    pulse = pulses.beat(at=at)
    if pulse.levels is None:
        service.bring_service_up_to_date(at=at)
        pulse.levels = levels.found(pulse.standing, at=at)
        pulse.save(update_fields=["levels"])
        service_checks.tell_levels(pulse.levels, at=at)


@task("monitoring.forget_minutes")
def forget_minutes() -> None:
    """Remove the minutes that hours were made of, once they all were."""
    from monitoring.service import counts, pulses  # noqa: PLC0415 - in the child only
    from monitoring.service import periods as service  # noqa: PLC0415

    at = timezone.now()
    while service.bring_service_up_to_date(at=at) >= MOST_AT_ONCE:
        pass
    counts.forget(at=at)
    pulses.forget(at=at)


@task("monitoring.count_results")
def count_results() -> None:
    """Count what days came to, and what matured of months."""
    from monitoring import periods  # noqa: PLC0415 - scipy, in the child only
    from monitoring.results import business, vintages  # noqa: PLC0415 - scipy, in the child only

    at = timezone.now()
    periods.bring_up_to_date(business.KIND, at=at)
    vintages.count_due(at=at)


@task("monitoring.check_results")
def check_results() -> None:
    """Tell what performance and business came to; the same facts give the same findings."""
    from monitoring import findings  # noqa: PLC0415
    from monitoring.results import business_findings, performance_findings  # noqa: PLC0415

    at = timezone.now()
    for product in Product.objects.order_by("pk"):
        findings.tell(performance_findings.findings(product, at=at), at=at)
        findings.tell(business_findings.findings(product, at=at), at=at)


@task("monitoring.answer_fairness", is_due=lambda: bool(asked.unanswered()))
def answer_fairness() -> None:
    """Make the fairness reports that somebody asked for; the rows say which."""
    if not asked.unanswered():
        return
    from monitoring.fairness import schedule as fairness_schedule  # noqa: PLC0415 - as above

    fairness_schedule.answer_all(at=timezone.now())


@task("monitoring.report_fairness_of_months")
def report_fairness_of_months() -> None:
    """Report on the months that are due, and tell what the newest came to.

    Each run tells of all that is stored: a run that was killed may have told nothing of what it
    made. What was told before counts once.
    """
    at = timezone.now()
    fairness_findings.tell_of_newest(at=at)
    if not months.is_any_due(at=at):
        return
    from monitoring.fairness import schedule as fairness_schedule  # noqa: PLC0415 - as above

    fairness_schedule.report_months(at=at)
    fairness_findings.tell_of_newest(at=at)


@task("monitoring.watch_drift")
def watch_drift() -> None:
    """Count what came, hold it against what champions learned from, and tell what was found."""
    # polars, in the worker's child only.
    from monitoring import periods  # noqa: PLC0415
    from monitoring.drift import checks as drift_checks  # noqa: PLC0415
    from monitoring.drift import references as drift_references  # noqa: PLC0415
    from monitoring.drift.counts import KIND  # noqa: PLC0415

    now = timezone.now()
    drift_references.bring_up_to_date(at=now)
    periods.bring_up_to_date(KIND, at=now)
    drift_checks.watch(at=now)


@task("monitoring.hold_up_mirrors")
def hold_up_mirrors() -> None:
    """Make the officer mirrors of months that are over, where they are missing."""
    # scipy takes a second to load, and only this needs it here.
    from monitoring.mirror import making as mirror  # noqa: PLC0415

    mirror.bring_up_to_date(at=timezone.now())


@task("monitoring.report_gaps")
def report_gaps() -> None:
    """Say of new versions, and of months that are over, where the gaps between groups come from.

    It looks for itself what is missing; of a long history some months a run.
    """
    at = timezone.now()
    versions = list(gaps_due.versions_due())
    of_months = [
        (product, month)
        for product in Product.objects.order_by("pk")
        for month in gaps_due.months_due(product, at=at)[: gaps_due.AT_ONCE]
        if not gaps_due.waits_for_fairness(product, month, at=at)
    ]
    if versions or of_months:
        _measure_gaps(versions, of_months)


def _measure_gaps(
    versions: Sequence[ModelVersion], of_months: Sequence[tuple[Product, date]]
) -> None:
    from monitoring.gaps import making as gaps_making  # noqa: PLC0415 - what measures, as above

    for version in versions:
        try:
            gaps_making.make_validation(version=version, by=None, at=timezone.now())
        except (FileMissing, FileAltered, ModelUnavailable, EngineFailed) as error:
            log.warning("gaps_not_reported", model=version.name, why=str(error))
    for product, month in of_months:
        gaps_making.make_month(product=product, month=month, by=None, at=timezone.now())
