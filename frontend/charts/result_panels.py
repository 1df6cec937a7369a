"""Panels of the pages on performance and business: which figures, and what is said of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from frontend import formats
from frontend.charts.months import Bounds, Panel, Point, panel
from monitoring.results.business_figures import Business, Figure
from monitoring.results.business_words import BY_DAY, BY_VINTAGE, FIGURES
from monitoring.results.figures_in_words import written
from monitoring.results.vintage_rows import VintageRow
from scoring.results.criteria import Unit


def of_performance(months: Sequence[VintageRow], promotions: Sequence[date]) -> list[Panel]:
    """Draw what turned out, beside what was estimated before."""
    drawn = [
        _measured(gettext("AUC"), months, "auc", "estimated_auc", promotions, is_share=False),
        _measured(
            gettext("Bad among the approved"),
            *(months, "bad_rate", "estimated_bad_rate", promotions),
            is_share=True,
        ),
        _measured(gettext("KS"), months, "ks", "", promotions, is_share=False),
    ]
    return [each for each in drawn if each is not None]


def of_business(found: Business, promotions: Sequence[date]) -> list[Panel]:
    """Draw each figure with its target."""
    by_name = {figure.name: figure for figure in found.figures}
    drawn = []
    for name in (*BY_DAY, *BY_VINTAGE):
        figure = by_name.get(name)
        points = [
            Point(month=each.month, value=value.value, low=value.low, high=value.high)
            for each in found.months
            if (value := each.values.get(name)) is not None
        ]
        drawn.append(_business(name, figure, points, promotions))
    return [each for each in drawn if each is not None]


def _business(
    name: str, figure: Figure | None, points: Sequence[Point], promotions: Sequence[date]
) -> Panel | None:
    unit = figure.unit if figure else str(Unit.SHARE)
    return panel(
        str(FIGURES[name].label),
        points,
        write=lambda value: _tick(value, unit),
        write_month=_month,
        words=_words(str(FIGURES[name].label), points, unit),
        bounds=_bounds(figure),
        promotions=promotions,
        floor=None if unit == Unit.GAIN else 0.0,
        meaning=str(FIGURES[name].meaning),
    )


def _measured(
    title: str,
    months: Sequence[VintageRow],
    name: str,
    estimated: str,
    promotions: Sequence[date],
    *,
    is_share: bool,
) -> Panel | None:
    points = [
        _point(row, found)
        for row in months
        if (found := row.measured[name]) and row.measured["matured"]
    ]
    before = [_point(row, found) for row in months if (found := row.measured.get(estimated))]
    unit = str(Unit.SHARE) if is_share else ""
    return panel(
        title,
        points,
        write=lambda value: _tick(value, unit),
        write_month=_month,
        words=_words(title, points, unit),
        estimated=before,
        promotions=promotions,
        floor=0.0 if is_share else None,
    )


def _point(row: VintageRow, found: Mapping[str, Any]) -> Point:
    return Point(
        month=row.month,
        value=found["value"],
        low=found["low"],
        high=found["high"],
        is_open=not row.is_complete,
    )


def _bounds(figure: Figure | None) -> Bounds | None:
    if figure is None or figure.target is None or figure.least is None or figure.most is None:
        return None
    infinite = float("inf")
    return Bounds(
        target=figure.target.target,
        low=None if figure.least == -infinite else figure.least,
        high=None if figure.most == infinite else figure.most,
    )


def _words(title: str, points: Sequence[Point], unit: str) -> str:
    """Say of a drawing what its newest month is; the table has them all."""
    if not points:
        return gettext("{title}: estimated only").format(title=title)
    last = points[-1]
    value, low, high = (_figure(each, unit) for each in (last.value, last.low, last.high))
    return gettext("{title} over {n} months; newest {month}: {value} ({low} to {high})").format(
        title=title,
        n=len(points),
        month=formats.month(last.month),
        value=value,
        low=low,
        high=high,
    )


def _figure(value: float, unit: str) -> str:
    return written(value, unit) if unit else formats.number(value, 3)


def _tick(value: float, unit: str) -> str:
    if unit == Unit.HOURS:
        return formats.number(value)
    if unit in {Unit.SHARE, Unit.GAIN}:
        return formats.percentage(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
    return formats.number(value, 2)


def _month(month: date) -> str:
    return formats.short_month(month)
