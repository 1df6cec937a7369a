"""What the worker reports of its own: each month that is over, once, and what people ask for."""

from datetime import datetime

from django.db import transaction

from credit.models import AuditEvent, ModelVersion, Product, User
from monitoring.fairness import across_products, asked, reports
from monitoring.fairness import findings as fairness_findings
from monitoring.fairness.months import champions_in, is_due, months_over, newest_end
from monitoring.models import FairnessReport

Population, Stage = FairnessReport.Population, FairnessReport.Stage


def report_months(*, at: datetime) -> int:
    """Report on every month that is over and was not reported on; says how many reports it made.

    Doubled it makes nothing, and missed it is made up for by the next.
    """
    made = 0
    for since, until in months_over(at):
        month = [
            report
            for product in Product.objects.filter(created_at__lt=until).order_by("pk")
            for version in champions_in(product, since=since, until=until)
            for report in _report_month(version, since=since, until=until, at=at)
        ]
        made += len(month)
        if until == newest_end(at):  # an old month is no news
            fairness_findings.tell_of(month, at=at)
    return made


@transaction.atomic
def _report_month(
    version: ModelVersion, *, since: datetime, until: datetime, at: datetime
) -> list[FairnessReport]:
    """Report on every stage of a version's month, all or none; nothing where it was done.

    The report on recommendations is made even where nobody's group is known, and says so: it marks
    the month as done, so that the vault is not looked into again.
    """
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    if not is_due(version, since=since, until=until):
        return []
    first = _make(version, Stage.RECOMMENDATION, since=since, until=until, at=at, is_due=True)
    made = [first]
    if first and any(each["known"] for each in first.report["attributes"]):
        others = [stage for stage in Stage if stage != Stage.RECOMMENDATION]
        made += [_make(version, stage, since=since, until=until, at=at) for stage in others]
    return [each for each in made if each is not None]


def _make(
    version: ModelVersion,
    stage: str,
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    is_due: bool = False,
) -> FairnessReport | None:
    return reports.make(
        version=version,
        population=Population.DECISIONS,
        stage=stage,
        since=since,
        until=until,
        by=None,
        at=at,
        is_due=is_due,
    )


def answer_all(*, at: datetime) -> int:
    """Make the reports that people asked for and nobody has made yet; says how many."""
    return sum(len(_answer(event, at=at)) for event in asked.unanswered())


@transaction.atomic
def _answer(event: AuditEvent, *, at: datetime) -> list[FairnessReport]:
    details = event.details
    since, until = (datetime.fromisoformat(details[name]) for name in ("since", "until"))
    made = []
    for stage in details["stages"]:
        if FairnessReport.objects.filter(asked_by_event=event.pk, stage=stage).exists():
            continue
        made.append(_one(event, stage, since=since, until=until, at=at))
    return [each for each in made if each is not None]


def _one(
    event: AuditEvent, stage: str, *, since: datetime, until: datetime, at: datetime
) -> FairnessReport | None:
    by: User | None = event.user
    if event.target == "fairness:all":
        return across_products.make(
            stage=stage, since=since, until=until, by=by, at=at, event=event.pk, is_due=True
        )
    versions = ModelVersion.objects.select_related("product", "contract", "snapshot")
    version = versions.filter(pk=event.details.get("version")).first()
    product = Product.objects.get(slug=event.target.removeprefix("fairness:"))
    return reports.make(
        version=version,
        product=None if version else product,
        population=Population.DECISIONS,
        stage=stage,
        since=since,
        until=until,
        by=by,
        at=at,
        event=event.pk,
        is_due=True,
    )
