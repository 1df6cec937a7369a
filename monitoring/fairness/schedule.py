"""What the worker reports of its own: each month twice, and what people ask for."""

from datetime import datetime

from django.db import transaction

from credit import locks
from credit.models import AuditEvent, ModelVersion, Product, User
from monitoring.fairness import across_products, asked, months, reports
from monitoring.fairness.months import Month
from monitoring.fairness.populations import Reader
from monitoring.models import FairnessReport

Population, Stage = FairnessReport.Population, FairnessReport.Stage


def report_months(*, at: datetime, only: Product | None = None) -> int:
    """Report on every month that is due, or a product's; says how many reports it made.

    Doubled it makes nothing, and missed it is made up for by the next. Of what it made
    `findings.tell_of_newest` tells.
    """
    due = [month for month in months.due(at=at) if only in {None, month.product}]
    return sum(len(_report_month(month, at=at)) for month in due)


@transaction.atomic
def _report_month(month: Month, *, at: datetime) -> list[FairnessReport]:
    """Report on every version and stage of a product's month, all or none."""
    locks.alone(f"fairness/{month.product.pk}")
    if not months.is_due(month):
        return []
    reader = Reader()
    of_each = [_stages(of, month, at=at, reader=reader) for of in months.whose(month)]
    return [report for reports_made in of_each for report in reports_made]


def _stages(
    of: ModelVersion | Product, month: Month, *, at: datetime, reader: Reader
) -> list[FairnessReport]:
    """Report on every stage of a version's month, or of all versions'.

    The report on recommendations is made even where nobody's group is known, and says so: it marks
    the month as done, so that the vault is not looked into again.
    """
    first = _make(of, Stage.RECOMMENDATION, month, at=at, reader=reader, is_due=True)
    made = [first]
    if first and any(each["known"] for each in first.report["attributes"]):
        others = [stage for stage in Stage if stage != Stage.RECOMMENDATION]
        made += [_make(of, stage, month, at=at, reader=reader) for stage in others]
    return [each for each in made if each is not None]


def _make(
    of: ModelVersion | Product,
    stage: str,
    month: Month,
    *,
    at: datetime,
    reader: Reader,
    is_due: bool = False,
) -> FairnessReport | None:
    return reports.make(
        version=of if isinstance(of, ModelVersion) else None,
        product=month.product,
        population=Population.DECISIONS,
        stage=stage,
        since=month.since,
        until=month.until,
        by=None,
        at=at,
        is_due=is_due,
        is_matured=month.is_matured,
        reader=reader,
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
