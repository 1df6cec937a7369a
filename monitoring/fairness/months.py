"""Which months are over and not reported on. Most looks find none, so nothing heavy is loaded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from credit.models import ModelVersion, Product, Score, StageChange
from credit.models.model_versions import Stage as VersionStage
from monitoring.fairness.decided import bounds
from monitoring.models import FairnessReport
from scoring.results.windows import months_after

MONTHS_BACK = 12  # a worker that was away catches up with a year at most
SETTLED = timedelta(days=1)  # by then what was decided in a month is stored


def is_any_due(*, at: datetime) -> bool:
    """Say whether any month of any product is to be reported on."""
    return any(
        is_due(version, since=since, until=until)
        for since, until in months_over(at)
        for product in Product.objects.filter(created_at__lt=until).order_by("pk")
        for version in champions_in(product, since=since, until=until)
    )


def is_due(version: ModelVersion, *, since: datetime, until: datetime) -> bool:
    """Say whether a version decided in a month that nobody has reported on."""
    is_done = _is_done(version, since=since, until=until)
    return not is_done and _has_decided(version, since, until)


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


def _is_done(version: ModelVersion, *, since: datetime, until: datetime) -> bool:
    scheduled = FairnessReport.objects.filter(created_by=None, asked_by_event=None)
    return scheduled.filter(model_version=version, since=since, until=until).exists()


def _has_decided(version: ModelVersion, since: datetime, until: datetime) -> bool:
    low, below = bounds(since, until)
    scored = Score.objects.filter(application_id__gte=low, application_id__lt=below)
    return scored.filter(model_version=version).exists()


def months_over(at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the months that ended a day ago or more, the oldest first."""
    last = newest_end(at)
    for back in range(MONTHS_BACK, 0, -1):
        yield _months_from(last, -back), _months_from(last, 1 - back)


def newest_end(at: datetime) -> datetime:
    """Give the end of the newest month that ended a day ago or more."""
    settled = (at - SETTLED).astimezone(UTC)
    return settled.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months_from(moment: datetime, months: int) -> datetime:
    return datetime.combine(months_after(moment.date(), months), moment.timetz())
