"""What hours and days came to, counted once by the worker so that pages only add up.

A period's rows are a function of what is stored about it: counted again they are replaced, so a
run that was missed is made up for by the next, and one that was doubled changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from credit import locks
from credit.models import Product
from monitoring.models import Figures

Counted = Mapping[str, dict[str, Any]]
MOST_AT_ONCE = 200  # periods of a product a run: a long gap is caught up with over several runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of figures. `compute` gives them by segment for a product from, until (excluded).

    The segment "" is everything and is always given, also of a period in which nothing happened.
    """

    name: str
    length: timedelta  # a divisor of a day, or a day
    again: int  # so many of the last ended periods are computed anew: facts arrive late
    compute: Callable[[Product | None, datetime, datetime], Counted]
    by_product: bool = True


def bring_up_to_date(kind: Kind, *, at: datetime) -> int:
    """Compute what is missing, what may have changed, and the running period. Returns how many."""
    products = list(Product.objects.order_by("pk")) if kind.by_product else [None]
    return sum(_one_product(kind, product, at=at) for product in products)


def bring_wholly_up_to_date(
    kind: Kind, product: Product, *, at: datetime, is_anew: bool = False
) -> None:
    """Catch up with one product to the end, for a command that somebody waits for.

    `is_anew` counts what was counted before as well: a replay writes into days that were over.
    """
    if is_anew:
        for starts_at in _starts(kind, _first(kind, product, at=at), at):
            _count(kind, product, starts_at, at=at)
        return
    counted_anew_each_time = kind.again + 1
    while _one_product(kind, product, at=at) > counted_anew_each_time:
        pass


def figures_of(
    kind: str, product: Product | None, *, since: datetime, until: datetime, segment: str = ""
) -> list[tuple[datetime, dict[str, Any]]]:
    """List the figures of the periods that start in [since, until), oldest first."""
    found = _rows(kind, product).filter(segment=segment, starts_at__gte=since, starts_at__lt=until)
    return list(found.order_by("starts_at").values_list("starts_at", "figures"))


def segments_of(
    kind: str, product: Product | None, *, since: datetime, until: datetime
) -> list[str]:
    """List the segments that some period in [since, until) has figures of, without everything."""
    found = _rows(kind, product).filter(starts_at__gte=since, starts_at__lt=until)
    named = found.exclude(segment="").order_by("segment")
    return list(named.values_list("segment", flat=True).distinct())


def _one_product(kind: Kind, product: Product | None, *, at: datetime) -> int:
    """Work oldest first, each period in a transaction of its own: what is done stays done."""
    due = _due(kind, product, at=at)[:MOST_AT_ONCE]
    for starts_at in due:
        _count(kind, product, starts_at, at=at)
    return len(due)


def _due(kind: Kind, product: Product | None, *, at: datetime) -> list[datetime]:
    first = _first(kind, product, at=at)
    done = dict(
        _rows(kind.name, product)
        .filter(segment="", starts_at__gte=first)
        .values_list("starts_at", "computed_at")
    )
    fresh = _start(kind, at) - kind.again * kind.length
    return [
        starts
        for starts in _starts(kind, first, at)
        if starts >= fresh or starts not in done or done[starts] < starts + kind.length
    ]


def _first(kind: Kind, product: Product | None, *, at: datetime) -> datetime:
    """Begin with a product's first day; of what belongs to no product, with the first count."""
    if product is not None:
        return _start(kind, product.created_at)
    earliest: datetime | None = _rows(kind.name, None).aggregate(first=Min("starts_at"))["first"]
    return earliest or _start(kind, at)


def _starts(kind: Kind, first: datetime, at: datetime) -> Iterator[datetime]:
    while first <= at:
        yield first
        first += kind.length


def _start(kind: Kind, at: datetime) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // kind.length * kind.length


@transaction.atomic
def _count(kind: Kind, product: Product | None, starts_at: datetime, *, at: datetime) -> None:
    """Replace a period's rows; two workers that meet do it one after the other."""
    key = f"{kind.name}/{product.pk if product else ''}/{starts_at.isoformat()}"
    locks.alone(key)
    counted = kind.compute(product, starts_at, starts_at + kind.length)
    _rows(kind.name, product).filter(starts_at=starts_at).exclude(segment__in=counted).delete()
    Figures.objects.bulk_create(
        (
            Figures(
                kind=kind.name,
                product=product,
                segment=segment,
                starts_at=starts_at,
                figures=figures,
                computed_at=at,
            )
            for segment, figures in counted.items()
        ),
        update_conflicts=True,
        unique_fields=["kind", "product", "segment", "starts_at"],
        update_fields=["figures", "computed_at"],
    )


def _rows(kind: str, product: Product | None) -> QuerySet[Figures]:
    return Figures.objects.filter(kind=kind, product=product)
