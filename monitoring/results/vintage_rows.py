"""Months of decisions as they were counted, and what their matured outcomes say together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import add
from typing import Any

from credit.models import Product
from monitoring.models import CountedVintage
from scoring.results import vintage_figures
from scoring.results.vintages import Vintage, empty, from_json
from scoring.results.windows import months_after

MOST_MONTHS = 120  # shown
# Months that a look puts together, until so many goods and bads are expected of them: of fewer a
# change of a half is not seen, of more it is seen late.
LONGEST_POOL, ENOUGH = 12, 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageRow:
    """A month; `measured` as `scoring.results.vintage_figures` states it."""

    month: date
    measured: dict[str, Any]
    is_complete: bool  # every loan's performance window has passed
    computed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Months of which every loan's window has passed, put together."""

    since: date
    until: date  # the first day of the last month
    vintage: Vintage

    @property
    def known_share(self) -> float:
        """Share of the approved loans of which an outcome is known."""
        n = self.vintage.count("n")
        return self.vintage.count("matured") / n if n else 0.0


def rows(product: Product, *, at: datetime, segment: str = "") -> list[VintageRow]:
    """List the months in which something was approved, the oldest first."""
    found = CountedVintage.objects.filter(
        product=product, segment=segment, measured__n__gt=0
    ).defer("vintage", "seen")
    newest = list(found.order_by("-month")[:MOST_MONTHS])
    window = window_months(product)
    return [
        VintageRow(
            month=row.month,
            measured=row.measured,
            is_complete=is_over(row.month, window, at=at),
            computed_at=row.computed_at,
        )
        for row in reversed(newest)
    ]


def newest_matured(product: Product, *, at: datetime, since: date = date.min) -> Pool | None:
    """Put the newest matured months together until enough goods and bads are expected of them.

    Expected by their PDs, not found: who stopped at a number of bads would choose the result.
    """
    pooled: list[tuple[date, Vintage]] = []
    for month, vintage in matured_months(product, at=at, since=since, most=LONGEST_POOL):
        pooled.append((month, vintage))
        bads = sum(each.sum("matured_pd") for _, each in pooled)
        goods = sum(each.sum("matured") for _, each in pooled) - bads
        if min(goods, bads) >= ENOUGH:
            break
    return _pool(pooled)


def newest_months(product: Product, *, at: datetime, most: int, since: date) -> Pool | None:
    """Put the newest matured months together, so many at most."""
    return _pool(list(matured_months(product, at=at, since=since, most=most)))


def window_months(product: Product) -> int:
    """Say how long a loan takes to mature."""
    contract = product.deciding_contract()
    return contract.read().outcome.window_months if contract else 0


def is_over(month: date, window: int, *, at: datetime) -> bool:
    """Say whether the window of each loan of a month has passed.

    The month after is waited for as well: officers decide some days after an application came.
    """
    return months_after(month, window + 2) <= at.astimezone(UTC).date()


def matured_months(
    product: Product, *, at: datetime, most: int, since: date = date.min, segment: str = ""
) -> Iterator[tuple[date, Vintage]]:
    """Give matured months of which an outcome is known, the newest first."""
    before = months_after(at.astimezone(UTC).date(), -window_months(product) - 2)
    found = CountedVintage.objects.filter(
        product=product,
        segment=segment,
        measured__matured__gt=0,
        month__lte=before,
        month__gte=since.replace(day=1),
    )
    for row in found.order_by("-month")[:most]:
        yield row.month, from_json(row.vintage)


def _pool(found: Sequence[tuple[date, Vintage]]) -> Pool | None:
    if not found:
        return None
    return Pool(
        since=found[-1][0],
        until=found[0][0],
        vintage=reduce(add, (vintage for _, vintage in found), empty()),
    )


def together(product: Product, months: Sequence[VintageRow], *, segment: str) -> VintageRow | None:
    """Put the complete ones of these months together: by band a month alone is too small."""
    complete = [row.month for row in months if row.is_complete and row.measured["matured"]]
    if not complete:
        return None
    found = CountedVintage.objects.filter(product=product, segment=segment, month__in=complete)
    pooled = reduce(add, (from_json(row.vintage) for row in found), empty())
    return VintageRow(
        month=complete[0],
        measured=vintage_figures.measured(pooled),
        is_complete=True,
        computed_at=min(row.computed_at for row in found),
    )
