"""The bad rate by year of application, and where a year is unlike those beside it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from scoring.drafting.judge import Judged
from scoring.drafting.times import dates_of

BESIDE = 5  # years compared with all the older, or all the newer ones
MOST_ROWS = 0.2  # share of the file that a proposal may put out of scope at each end
OLDER_TIMES, NEWER_TIMES = 3.0, 2.0  # so many times the bad rate is unlike
FEWEST_ROWS = 30  # of the years put out of scope
CLEAR = 20.0  # deviance that chance hardly explains


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year of application: rows with an outcome, and how many of them are bad."""

    year: int
    rows: int
    bads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A year from which, or until which, loans are unlike those beside it."""

    day: date  # the first or the last that belongs to the scope
    outside: float  # bad rate of all the years beyond
    inside: float  # bad rate of the years beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How the bad rate moves over the years of a file."""

    years: tuple[Year, ...]
    older: Break | None
    newer: Break | None
    delays: tuple[int, int, date] | None  # days until half, and 9 in 10, were known; the last


def span_of(judged: list[Judged]) -> Span | None:
    """Count the bad by year of application, and find the ends that are unlike the rest."""
    applied = next((one.column for one in judged if one.part == "applied_on"), None)
    if applied is None:
        return None
    dates = dates_of(applied)
    rows = pl.DataFrame({"date": dates, "bad": applied.bad}).drop_nulls()
    counted = (
        rows.filter(pl.col("bad") >= 0)
        .group_by(pl.col("date").dt.year().alias("year"))
        .agg(pl.len().alias("rows"), pl.col("bad").cast(pl.Int64).sum().alias("bads"))
        .sort("year")
    )
    years = tuple(Year(**row) for row in counted.iter_rows(named=True))
    return Span(
        years=years,
        older=_older(years),
        newer=_newer(years),
        delays=_delays(judged, dates),
    )


def _older(years: tuple[Year, ...]) -> Break | None:
    """Find the year before which the file may be a selection: three times the bads, or a third."""
    return _break(
        years,
        day=lambda at: date(years[at].year, 1, 1),
        sides=lambda at: (years[:at], years[at : at + BESIDE]),
        is_unlike=lambda out, kept: max(out, kept) > OLDER_TIMES * min(out, kept),
    )


def _newer(years: tuple[Year, ...]) -> Break | None:
    """Find the year from which too few are bad, as where outcomes are still awaited."""
    return _break(
        years,
        day=lambda at: date(years[at - 1].year, 12, 31),
        sides=lambda at: (years[at:], years[max(at - BESIDE, 0) : at]),
        is_unlike=lambda out, kept: kept > NEWER_TIMES * out,
    )


def _break(
    years: tuple[Year, ...],
    *,
    day: Callable[[int], date],
    sides: Callable[[int], tuple[tuple[Year, ...], tuple[Year, ...]]],
    is_unlike: Callable[[float, float], bool],
) -> Break | None:
    """Take the place where both sides differ most, of those where they differ enough."""
    total = sum(year.rows for year in years)
    best, clearest = None, CLEAR
    for at in range(1, len(years)):
        outside, inside = (_pooled(side) for side in sides(at))
        if not FEWEST_ROWS <= outside.rows <= MOST_ROWS * total or not inside.rows:
            continue
        out, kept = outside.bads / outside.rows, inside.bads / inside.rows
        clear = _deviance(outside, inside)
        if is_unlike(out, kept) and clear > clearest:
            best, clearest = Break(day=day(at), outside=out, inside=kept), clear
    return best


def _pooled(years: tuple[Year, ...]) -> Year:
    return Year(
        year=years[0].year,
        rows=sum(year.rows for year in years),
        bads=sum(year.bads for year in years),
    )


def _deviance(one: Year, other: Year) -> float:
    """Weigh how unlike two bad rates are by the rows they stand on: the G statistic."""
    rate = (one.bads + other.bads) / (one.rows + other.rows)
    found = 0.0
    for side in (one, other):
        for seen, expected in (
            (side.bads, side.rows * rate),
            (side.rows - side.bads, side.rows * (1 - rate)),
        ):
            found += 2 * seen * math.log(seen / expected) if seen else 0.0
    return found


def _delays(judged: list[Judged], applied: pl.Series) -> tuple[int, int, date] | None:
    """Count the days from application until it was known that a loan is bad."""
    column = next((one.column for one in judged if one.part == "outcome_known_on"), None)
    if column is None:
        return None
    known = pl.DataFrame({"known": dates_of(column), "applied": applied, "bad": column.bad})
    known = known.drop_nulls().filter((pl.col("bad") == 1) & (pl.col("known") > pl.col("applied")))
    if known.height < FEWEST_ROWS:
        return None
    days = (known["known"] - known["applied"]).sort()
    half, most = (
        days[int(share * (known.height - 1))] // timedelta(days=1) for share in (0.5, 0.9)
    )
    return half, most, known["known"].max()  # type: ignore[return-value]
