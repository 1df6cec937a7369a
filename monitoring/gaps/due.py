"""Which reports on gaps are missing. Asked each minute, so it loads nothing that computes."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from credit.models import ModelVersion, Product
from monitoring.fairness.months import Month, is_due, months_over, newest_end
from monitoring.models import GapReport
from scoring.results.windows import months_after

FORMAT = 1
MOST_MONTHS = 36  # that are looked back at
AT_ONCE = 3  # of a product a run: a long gap is caught up with over several
SETTLED = timedelta(days=1)  # by then what was decided in a month is stored
Population = GapReport.Population


def versions_due() -> QuerySet[ModelVersion]:
    """List the versions in use or to be judged whose validation nobody has looked at."""
    done = GapReport.objects.filter(population=Population.VALIDATION, format=FORMAT)
    return (
        ModelVersion.objects.exclude(stage=ModelVersion.Stage.RETIRED)
        .exclude(pk__in=done.values("model_version"))
        .select_related("product", "contract", "snapshot")
        .order_by("pk")
    )


def months_due(product: Product, *, at: datetime) -> list[date]:
    """List the months that are over, in which somebody applied, and that nobody has looked at."""
    done = GapReport.objects.filter(
        product=product, population=Population.DECISIONS, format=FORMAT
    ).values("month")
    counted = product.counted_months.filter(n__gt=0).exclude(month__in=done).order_by("month")
    months = counted.values_list("month", flat=True)
    oldest = months_after(at.date().replace(day=1), -MOST_MONTHS)
    return [each for each in months if each >= oldest and is_over(each, at=at)]


def waits_for_fairness(product: Product, month: date, *, at: datetime) -> bool:
    """Say whether the worker has yet to make its first fairness reports on a month.

    They come first: of what would give somebody away beside them, the report on gaps tells less.
    """
    asked = Month(product=product, since=begins(month), until=begins(months_after(month, 1)))
    if asked.until > newest_end(product, at=at):
        return True
    return asked in set(months_over(product, at=at)) and is_due(asked)


def is_over(month: date, *, at: datetime) -> bool:
    """Say whether a month ended so long ago that what was decided in it is stored."""
    return begins(months_after(month, 1)) + SETTLED <= at


def begins(month: date) -> datetime:
    """Give the first moment of a month, in UTC."""
    return datetime.combine(month, time(), tzinfo=UTC)
