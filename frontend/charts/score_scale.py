"""The score on its scale: bands, cut-offs, and where this applicant stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

BEYOND = 0.3  # how far the two open-ended bands are drawn, in shares of what lies between
LABEL_ROOM = 17  # per cent of the width that a label beside a cut-off needs


class Band(Protocol):
    """What is drawn of a band."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def pd_below(self) -> float: ...  # noqa: D102
    @property
    def is_this(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Segment:
    """A band's place on the scale, in per cent of the width."""

    name: str
    x: str
    width: str
    middle: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-off's place, and on which side of it the words stand."""

    x: str
    score: int
    anchor: str  # "start" or "end"


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """Everything the template draws."""

    bands: tuple[Segment, ...]
    decline: Cut
    approve: Cut
    marker: str
    marker_anchor: str
    score: int


def score_scale(
    *,
    bands: Sequence[Band],
    approve_pd_at_most: float,
    decline_pd_at_least: float,
    points: float,
    score: int,
    to_points: Callable[[float], float],
) -> ScoreScale:
    """Lay the scale out, worst on the left; the best band is listed first, as PDs ascend."""
    edges = [to_points(band.pd_below) for band in bands[:-1]]
    approve, decline = to_points(approve_pd_at_most), to_points(decline_pd_at_least)
    low, high = _reach([*edges, approve, decline], points)

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    uppers, lowers = [high, *edges], [*edges, low]
    return ScoreScale(
        bands=tuple(
            _segment(band, place(lower), place(upper))
            for band, lower, upper in zip(bands, lowers, uppers, strict=True)
        ),
        decline=_cut(place(decline), decline, leans="end"),
        approve=_cut(place(approve), approve, leans="start"),
        marker=f"{place(points):.2f}%",
        marker_anchor=_anchor(place(points)),
        score=score,
    )


def _reach(marks: Sequence[float], points: float) -> tuple[float, float]:
    low, high = min(marks), max(marks)
    beyond = max(BEYOND * (high - low), 5.0)
    return min(low - beyond, points - 5), max(high + beyond, points + 5)


def _segment(band: Band, left: float, right: float) -> Segment:
    return Segment(
        name=band.name,
        x=f"{left:.2f}%",
        width=f"{right - left:.2f}%",
        middle=f"{(left + right) / 2:.2f}%",
        is_this=band.is_this,
    )


def _cut(place: float, points: float, *, leans: str) -> Cut:
    """Put the words outside of the two cut-offs, unless the edge is too near."""
    if leans == "end" and place < LABEL_ROOM:
        leans = "start"
    elif leans == "start" and place > 100 - LABEL_ROOM:
        leans = "end"
    return Cut(x=f"{place:.2f}%", score=round(points), anchor=leans)


def _anchor(place: float) -> str:
    if place < 5:
        return "start"
    return "end" if place > 95 else "middle"
