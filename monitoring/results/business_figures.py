"""What a product's business came to, beside what its owner set out for. Reads aggregates only."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from credit.models import Product, QueueItem
from monitoring.models import Figures
from monitoring.periods import figures_of, segments_of
from monitoring.results import criteria, vintage_rows
from monitoring.results.business import Row, added
from monitoring.results.business_words import BY_DAY, BY_VINTAGE
from monitoring.results.criteria import Target
from monitoring.results.vintage_rows import Pool
from scoring.contract import Economics
from scoring.results import business_figures
from scoring.results.business_figures import Value
from scoring.results.criteria import MEASURES, Standing, bounds, standing
from scoring.results.windows import months_after

DAYS = 30  # that a figure is judged by, up to yesterday
MONTHS = 24  # shown
VINTAGES = 3  # matured months that a bad rate and a realised profit are judged by
MOST_WAITING = 100_000  # counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, the period it is of, and how it stands to its target."""

    name: str
    unit: str
    value: Value | None
    since: date
    until: date  # inclusive; of a vintage the first day of its last month
    target: Target | None
    standing: Standing | None  # None: there is no target, or it does not count yet
    least: float | None = None  # of what is within tolerance
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month came to, and what came of its loans."""

    month: date
    values: dict[str, Value]
    counts: Row
    is_matured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """All that is shown of a product, or of a part of it."""

    segment: str
    segments: list[str]
    figures: list[Figure]
    months: list[Month]
    counts: Row  # of the days that are judged
    waiting: int
    overdue: int
    review_costs: float
    computed_until: datetime | None


def business(product: Product, *, at: datetime, segment: str = "") -> Business:
    """Read what days and months came to. A part has no targets: they are of the whole."""
    today = datetime.combine(at.astimezone(UTC).date(), time(), tzinfo=UTC)
    since = _month_before(_last_day(product) or today, MONTHS - 1)
    days = figures_of("business", product, since=since, until=at, segment=segment)
    economics = _economics(product)
    judged = _summed(days, since=today - timedelta(days=DAYS), until=today)
    return Business(
        segment=segment,
        segments=segments_of("business", product, since=since, until=at),
        figures=figures(product, at=at, segment=segment),
        months=_months(product, days, economics, segment=segment, at=at),
        counts=judged,
        waiting=QueueItem.objects.filter(product=product)[:MOST_WAITING].count(),
        overdue=QueueItem.objects.filter(product=product, due_at__lt=at)[:MOST_WAITING].count(),
        review_costs=float(economics.review_cost) * judged.get("made", 0) if economics else 0.0,
        computed_until=days[-1][0] if days else None,
    )


def figures(product: Product, *, at: datetime, segment: str = "") -> list[Figure]:
    """Hold each figure of the last days, and of the newest matured months, against its target."""
    today = datetime.combine(at.astimezone(UTC).date(), time(), tzinfo=UTC)
    begins = today - timedelta(days=DAYS)
    days = figures_of("business", product, since=begins, until=today, segment=segment)
    targets = {} if segment else criteria.targets(product, at=at)
    economics = _economics(product)
    found = []
    for name in BY_DAY:
        target = targets.get(name)
        begun = target is not None and _midnight(target.since) < today  # else it counts later
        since = max(begins, _midnight(target.since)) if target and begun else begins
        values = _values(_summed(days, since=since, until=today), economics)
        last = (today - timedelta(days=1)).date()
        found.append(_figure(name, values.get(name), since.date(), last, target, counts=begun))
    if not segment:
        found.append(_waiting(product, targets.get("waiting"), at=at))
    return found + _of_vintages(product, targets, economics, segment=segment, at=at)


def _of_vintages(
    product: Product,
    targets: dict[str, Target],
    economics: Economics | None,
    *,
    segment: str,
    at: datetime,
) -> list[Figure]:
    if segment:
        return []
    found = []
    for name in BY_VINTAGE:
        target = targets.get(name)
        pool = _pool(product, since=target.since if target else date.min, at=at)
        values = business_figures.of_vintages(pool.vintage, economics) if pool and economics else {}
        first, last = (pool.since, pool.until) if pool else (at.date(), at.date())
        begun = target is not None and target.since.replace(day=1) <= last
        found.append(_figure(name, values.get(name), first, last, target, counts=begun))
    return found


def _pool(product: Product, *, since: date, at: datetime) -> Pool | None:
    """Put the months together that a target counts of; where there is none yet, those before."""
    counted = vintage_rows.newest_months(product, at=at, most=VINTAGES, since=since)
    return counted or vintage_rows.newest_months(product, at=at, most=VINTAGES, since=date.min)


def _waiting(product: Product, target: Target | None, *, at: datetime) -> Figure:
    """Count what waits now: nothing of it is uncertain."""
    n = QueueItem.objects.filter(product=product)[:MOST_WAITING].count()
    value = Value(value=float(n), low=float(n), high=float(n), n=n)
    counts = target is not None and target.since <= at.date()
    return _figure("waiting", value, at.date(), at.date(), target, counts=counts)


def _figure(
    name: str,
    value: Value | None,
    since: date,
    until: date,
    target: Target | None,
    *,
    counts: bool,
) -> Figure:
    least, most = bounds(name, target.criterion) if target else (None, None)
    return Figure(
        name=name,
        unit=str(MEASURES[name].unit),
        value=value,
        since=since,
        until=until,
        target=target,
        standing=standing(name, target.criterion, value.ends if value else None)
        if target is not None and counts
        else None,
        least=least,
        most=most,
    )


def _months(
    product: Product,
    days: list[tuple[datetime, Row]],
    economics: Economics | None,
    *,
    segment: str,
    at: datetime,
) -> list[Month]:
    by_month: dict[date, list[Row]] = defaultdict(list)
    for starts_at, counts in days:
        by_month[starts_at.date().replace(day=1)].append(counts)
    matured = _vintages_by_month(product, economics, segment=segment, at=at)
    found = []
    for month in sorted({*by_month, *matured}):
        counts = reduce(added, by_month[month], {})
        values = _values(counts, economics) | matured.get(month, {})
        if values or counts:
            found.append(
                Month(month=month, values=values, counts=counts, is_matured=month in matured)
            )
    return found


def _vintages_by_month(
    product: Product, economics: Economics | None, *, segment: str, at: datetime
) -> dict[date, dict[str, Value]]:
    """State what came of the loans of each month, of the newest ones whose window has passed."""
    if economics is None or segment.startswith("partner:"):
        return {}
    found = vintage_rows.matured_months(product, at=at, most=MONTHS, segment=segment)
    return {month: business_figures.of_vintages(each, economics) for month, each in found}


def _summed(days: list[tuple[datetime, Row]], *, since: datetime, until: datetime) -> Row:
    within = [counts for starts_at, counts in days if since <= starts_at < until]
    return reduce(added, within, {})


def _values(counts: Row, economics: Economics | None) -> dict[str, Value]:
    return business_figures.of_days(counts, economics) if economics else {}


def _economics(product: Product) -> Economics | None:
    contract = product.deciding_contract()
    return contract.read().economics if contract else None


def _last_day(product: Product) -> datetime | None:
    """Find the newest day on which somebody applied: a replay of the past ended long ago."""
    days = Figures.objects.filter(
        kind="business", product=product, segment="", figures__has_key="first_at"
    )
    return days.order_by("-starts_at").values_list("starts_at", flat=True).first()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _month_before(today: datetime, months: int) -> datetime:
    return _midnight(months_after(today.date().replace(day=1), -months))
