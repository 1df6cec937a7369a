"""What models earn, or how well they rank, against how their approvals fall on a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontend.charts import plot
from frontend.charts.plot import Axis, Plot, Spot, Way

ABOVE, BELOW = -7, 17
ROOM = 0.06  # beyond the outermost interval, of the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A model: its lowest AIR and its worth, each with `value`, `low` and `high`."""

    words: str
    kind: str  # "own", "ring" or "dot"
    air: dict[str, Any]
    worth: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What the drawing's axes say."""

    x_words: str
    y_words: str
    x_way: Way
    y_way: Way


def frontier(points: Sequence[Point], *, minimum_air: float, axes: Axes) -> Plot:
    """Draw the models, the line of those that no other beats both ways, and the screen."""
    x = _axis([minimum_air], [each.air for each in points])
    y = _axis([], [each.worth for each in points], is_across=True)
    best = unbeaten(points)
    return Plot(
        x_words=axes.x_words,
        y_words=axes.y_words,
        across=y.ticks(axes.y_way),
        along=x.ticks(axes.x_way),
        lines=(
            plot.line("ideal", [(minimum_air, y.low), (minimum_air, y.high)], x, y),
            plot.line("gap", [(p.air["value"], p.worth["value"]) for p in best], x, y),
        ),
        spots=tuple(_spot(each, x, y) for each in points),
    )


def unbeaten(points: Sequence[Point]) -> list[Point]:
    """Keep those that no other has both a higher AIR and a higher worth than, by rising AIR."""
    by_air = sorted(points, key=lambda each: (-each.air["value"], -each.worth["value"]))
    kept: list[Point] = []
    for each in by_air:
        if not kept or each.worth["value"] > kept[-1].worth["value"]:
            kept.append(each)
    return kept[::-1]


def _axis(also: list[float], found: list[dict[str, Any]], *, is_across: bool = False) -> Axis:
    ends = [*also, *(float(each[name]) for each in found for name in ("low", "value", "high"))]
    room = ROOM * ((max(ends) - min(ends)) or 1.0)
    return Axis(min(ends) - room, max(ends) + room, is_across=is_across)


def _spot(point: Point, x: Axis, y: Axis) -> Spot:
    return Spot(
        kind=point.kind,
        x=x.place(point.air["value"]),
        y=y.place(point.worth["value"]),
        left=x.place(point.air["low"]),
        right=x.place(point.air["high"]),
        low=y.place(point.worth["low"]),
        high=y.place(point.worth["high"]),
        words=point.words,
        words_dy=ABOVE if point.kind == "dot" else BELOW,
    )
