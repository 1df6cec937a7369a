"""What each cut-off earns: a curve with its interval, and two cut-offs marked on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

TOP, HEIGHT = 36, 180  # pixels; above the curve is room for the words of two marks
LABEL_ROOM = 60  # per cent of the width after which words stand to the left
MOST_LINES = 5
ROUND = (1, 2, 5, 10)


class CutOff(Protocol):
    """What is drawn of a cut-off."""

    @property
    def cut_off(self) -> float: ...  # noqa: D102
    @property
    def approved(self) -> float: ...  # noqa: D102
    @property
    def profit(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across or along the drawing, and its value."""

    place: str
    value: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Mark:
    """A cut-off of interest: where it stands, and where its words do."""

    x: str
    y: str
    words_y: int
    anchor: str  # "start" or "end"
    cut_off: float
    profit: float


@dataclass(frozen=True, slots=True)
class ProfitCurve:
    """Everything the template draws; the curve and its interval in per cent of the plot."""

    curve: str
    interval: str
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]
    best: Mark
    contract: Mark
    digits: int  # that the values across need
    top: int = TOP
    height: int = HEIGHT


def profit_curve(points: Sequence[CutOff], *, contract: CutOff, best: CutOff) -> ProfitCurve:
    """Lay the curve out up to where everybody is approved; beyond, nothing changes."""
    widest = _widest(points, marks=(contract, best))
    shown = [point for point in points if point.cut_off <= widest]
    low = min(0.0, *(point.low for point in shown))
    high = max(0.0, *(point.high for point in shown))
    high = high if high > low else low + 1.0

    def x(value: float) -> float:
        return 100 * value / widest

    def y(value: float) -> float:
        return 100 * (high - value) / (high - low)

    upper = [_pair(x(point.cut_off), y(point.high)) for point in shown]
    lower = [_pair(x(point.cut_off), y(point.low)) for point in reversed(shown)]
    return ProfitCurve(
        curve=" ".join(_pair(x(point.cut_off), y(point.profit)) for point in shown),
        interval=" ".join([*upper, *lower]),
        across=tuple(Tick(_pixels(y(value)), value) for value in _round_values(low, high)),
        along=tuple(_along(x(value), value) for value in _round_values(0.0, widest)),
        best=_mark(best, x(best.cut_off), y(best.profit), words_y=12),
        contract=_mark(contract, x(contract.cut_off), y(contract.profit), words_y=28),
        digits=max(0, -math.floor(math.log10(100 * _step(low, high)) + 1e-9)),
    )


def _widest(points: Sequence[CutOff], *, marks: Sequence[CutOff]) -> float:
    everybody = next((point.cut_off for point in points if point.approved >= 1), 1.0)
    return max(everybody, *(mark.cut_off for mark in marks)) or 1.0


def _pair(x: float, y: float) -> str:
    return f"{x:.2f},{y:.2f}"


def _pixels(share: float) -> str:
    return f"{TOP + HEIGHT * share / 100:.1f}"


def _along(place: float, value: float) -> Tick:
    anchor = "start" if place < 3 else "end" if place > 97 else "middle"
    return Tick(f"{place:.2f}%", value, anchor)


def _mark(at: CutOff, x: float, y: float, *, words_y: int) -> Mark:
    anchor = "end" if x > LABEL_ROOM else "start"
    return Mark(f"{x:.2f}%", _pixels(y), words_y, anchor, at.cut_off, at.profit)


def _round_values(low: float, high: float) -> list[float]:
    """Give the round values between two ends, few enough to be read."""
    step = _step(low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _step(low: float, high: float) -> float:
    rough = (high - low) / MOST_LINES
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * times for times in ROUND if size * times >= rough * (1 - 1e-9))
