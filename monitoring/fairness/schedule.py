"""What the worker reports of its own: each month that is over, once, and what people ask for."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import transaction

from credit.models import AuditEvent, ModelVersion, Product, Score, StageChange, User
from credit.models.model_versions import Stage as VersionStage
from monitoring.fairness import across_products, reports
from monitoring.fairness import findings as fairness_findings
from monitoring.fairness.decided import bounds
from monitoring.models import FairnessReport
from scoring.windows import months_after

Population, Stage = FairnessReport.Population, FairnessReport.Stage
MONTHS_BACK = 12  # a worker that was away catches up with a year at most
SETTLED = timedelta(days=1)  # by then what was decided in a month is stored


def report_months(*, at: datetime) -> int:
    """Report on every month that is over and was not reported on; says how many reports it made.

    Doubled it makes nothing, and missed it is made up for by the next.
    """
    made = 0
    for since, until in _months_over(at):
        month = [
            report
            for product in Product.objects.filter(created_at__lt=until).order_by("pk")
            for version in champions_in(product, since=since, until=until)
            for report in _report_month(version, since=since, until=until, at=at)
        ]
        made += len(month)
        if until == _begin_of_month(at - SETTLED):  # an old month is no news
            fairness_findings.tell_of(month, at=at)
    return made


def champions_in(product: Product, *, since: datetime, until: datetime) -> list[ModelVersion]:
    """Find the versions that were champion at some moment from since until."""
    champion: int | None = None
    found: list[int] = []
    for change in StageChange.objects.filter(product=product, at__lt=until).order_by("at", "pk"):
        if change.stage == VersionStage.CHAMPION:
            found = found if change.at >= since else []
            champion = change.version_id
            found.append(champion)
        elif change.version_id == champion:
            champion = None
            found = found if change.at >= since else []
    versions = ModelVersion.objects.select_related("product", "contract", "snapshot")
    return list(versions.filter(pk__in=found).order_by("pk"))


@transaction.atomic
def _report_month(
    version: ModelVersion, *, since: datetime, until: datetime, at: datetime
) -> list[FairnessReport]:
    """Report on every stage of a version's month, all or none; nothing where it was done.

    The report on recommendations is made even where nobody's group is known, and says so: it marks
    the month as done, so that the vault is not looked into again.
    """
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    if _is_done(version, since=since, until=until) or not _has_decided(version, since, until):
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
    return sum(len(_answer(event, at=at)) for event in _unanswered())


@transaction.atomic
def _answer(event: AuditEvent, *, at: datetime) -> list[FairnessReport]:
    asked = event.details
    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    made = []
    for stage in asked["stages"]:
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


def _unanswered() -> Iterable[AuditEvent]:
    """Find what was asked for; an event is looked up by its target, of which there are few."""
    targets = [f"fairness:{slug}" for slug in Product.objects.values_list("slug", flat=True)]
    asked = AuditEvent.objects.filter(
        target__in=[*targets, "fairness:all"], type=AuditEvent.Type.FAIRNESS_ASKED
    )
    events = list(asked.select_related("user").order_by("pk"))
    done = dict[int, int]()
    answered = FairnessReport.objects.filter(asked_by_event__in=[event.pk for event in events])
    for event_id in answered.values_list("asked_by_event", flat=True):
        done[event_id or 0] = done.get(event_id or 0, 0) + 1
    return [event for event in events if done.get(event.pk, 0) < len(event.details["stages"])]


def _is_done(version: ModelVersion, *, since: datetime, until: datetime) -> bool:
    scheduled = FairnessReport.objects.filter(created_by=None, asked_by_event=None)
    return scheduled.filter(model_version=version, since=since, until=until).exists()


def _has_decided(version: ModelVersion, since: datetime, until: datetime) -> bool:
    low, below = bounds(since, until)
    scored = Score.objects.filter(application_id__gte=low, application_id__lt=below)
    return scored.filter(model_version=version).exists()


def _months_over(at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the months that ended a day ago or more, the oldest first."""
    last = _begin_of_month(at - SETTLED)
    for back in range(MONTHS_BACK, 0, -1):
        yield _months_from(last, -back), _months_from(last, 1 - back)


def _begin_of_month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months_from(moment: datetime, months: int) -> datetime:
    return datetime.combine(months_after(moment.date(), months), moment.timetz())
