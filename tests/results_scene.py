"""Months whose loans turned out, and days of business, as the worker stores them."""

from datetime import date, timedelta

import factories

from monitoring.models import CountedVintage, Figures
from scoring.results import vintage_figures
from scoring.results.binned_ranking import bin_of
from scoring.results.vintages import Cell, counted, to_json

DAY = timedelta(days=1)
TODAY = factories.AT.replace(hour=0, minute=0, second=0, microsecond=0)


def three_years(product, *, times=lambda _: 1.0):
    """Store 36 months, of which the last ones have not matured; `times` as many bads as told."""
    for number in range(36):
        month = date(2024 + number // 12, number % 12 + 1, 1)
        is_known = month < date(2025, 10, 1)
        store_month(product, month, outcome_known=is_known, times=times(number))


def store_month(product, month, *, outcome_known=True, times=1.0, segment="", n=2_000):
    cells = []
    for band, pd in (("A", 0.05), ("B", 0.15)):
        bads = round(n / 2 * pd * times)
        for outcome, count in (("bad", bads), ("good", n // 2 - bads)):
            known = outcome if outcome_known else "unknown"
            sums = (count, count * pd, count * pd**2, count * 1e3, count * 1e6)
            cells.append(Cell(bin_of(pd), band, "approved", known, *sums))
    cells.append(Cell(300, "E", "declined", "unknown", 100, 60.0, 40.0, 1e5, 1e8))
    vintage = counted(cells)
    CountedVintage.objects.create(
        product=product,
        month=month,
        segment=segment,
        vintage=to_json(vintage),
        measured=vintage_figures.measured(vintage),
        seen=[],
        computed_at=factories.AT,
    )


def store_day(product, at, segment="", **figures):
    Figures.objects.create(
        kind="business",
        product=product,
        segment=segment,
        starts_at=at,
        figures=figures,
        computed_at=at,
    )
