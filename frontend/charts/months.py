"""A figure over months, small enough to stand beside others of its kind."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 26
MOST_LINES, MOST_WORDS = 4, 4
ROUND = (1, 2, 5, 10)
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A month's figure with its interval; `is_open` where more of it may come."""

    month: date
    value: float
    low: float
    high: float
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A target and what is within its tolerance; None where nothing bounds it."""

    target: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on an axis, and where it stands."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure with its interval, as it is drawn."""

    x: float
    y: float
    low: float
    high: float
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything the template draws, in units of the drawing."""

    title: str
    words: str  # what is seen, for who does not see it
    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]
    marks: tuple[float, ...]  # places of months in which a version became champion
    estimated: str = ""  # points of a line
    reach: str = ""  # points of the area that the estimate leaves open
    within_top: float = 0.0
    within_height: float = 0.0
    target: float | None = None
    meaning: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    ticks_x: int = LEFT - 6
    ticks_y: int = HEIGHT - 8
    span: int = WIDTH - RIGHT - LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """Where months and values stand."""

    months: tuple[date, ...]
    low: float
    high: float

    def x(self, month: date) -> float:
        """Give the place of a month, in the middle of its share of the width."""
        at = self.months.index(month) + 0.5
        return round(LEFT + (WIDTH - RIGHT - LEFT) * at / len(self.months), 1)

    def y(self, value: float) -> float:
        """Give the place of a value; one beyond the scale stands at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def panel(
    title: str,
    points: Sequence[Point],
    *,
    write: Write,
    write_month: Callable[[date], str],
    words: str,
    estimated: Sequence[Point] = (),
    bounds: Bounds | None = None,
    promotions: Sequence[date] = (),
    floor: float | None = 0.0,
    meaning: str = "",
) -> Panel | None:
    """Lay out a figure's months; None where there is none."""
    every = [*points, *estimated]
    if not every:
        return None
    scales = _scales(every, bounds, floor=floor)
    top, bottom = _within(bounds, scales)
    return Panel(
        title=title,
        words=words,
        meaning=meaning,
        dots=tuple(_dot(each, scales) for each in points),
        across=_across(scales, write),
        along=_along(scales, write_month),
        marks=tuple(scales.x(each) for each in promotions if each in scales.months),
        estimated=_line([(each.month, each.value) for each in estimated], scales),
        reach=_line(
            [
                *((each.month, each.high) for each in estimated),
                *((each.month, each.low) for each in reversed(estimated)),
            ],
            scales,
        ),
        target=None if bounds is None else scales.y(bounds.target),
        within_top=top,
        within_height=round(bottom - top, 1),
    )


def _scales(every: Sequence[Point], bounds: Bounds | None, *, floor: float | None) -> Scales:
    values = [value for each in every for value in (each.low, each.high)]
    if bounds is not None:
        ends = (bounds.target, bounds.low, bounds.high)
        values += [end for end in ends if end is not None]
    lowest, highest = min(values), max(values)
    if floor is not None and lowest >= floor:
        lowest = floor
    room = (highest - lowest) * 0.04 or 0.05
    first, last = min(each.month for each in every), max(each.month for each in every)
    return Scales(
        months=_months(first, last),
        low=lowest if lowest == floor else lowest - room,
        high=highest + room,
    )


def _months(first: date, last: date) -> tuple[date, ...]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = (first.year * 12 + first.month - 1 + at for at in range(count))
    return tuple(date(number // 12, number % 12 + 1, 1) for number in numbers)


def _dot(point: Point, scales: Scales) -> Dot:
    return Dot(
        scales.x(point.month),
        scales.y(point.value),
        scales.y(point.low),
        scales.y(point.high),
        point.is_open,
    )


def _line(pairs: Sequence[tuple[date, float]], scales: Scales) -> str:
    return " ".join(f"{scales.x(month)},{scales.y(value)}" for month, value in pairs)


def _within(bounds: Bounds | None, scales: Scales) -> tuple[float, float]:
    """Give where the tolerance begins and ends; at the edge of the drawing where nothing bounds."""
    if bounds is None:
        return TOP, TOP
    top = TOP if bounds.high is None else scales.y(bounds.high)
    return top, scales.y(scales.low if bounds.low is None else bounds.low)


def _across(scales: Scales, write: Write) -> tuple[Tick, ...]:
    rough = (scales.high - scales.low) / MOST_LINES
    size = 10.0 ** math.floor(math.log10(rough))
    wide = next(at for at, times in enumerate(ROUND) if size * times >= rough * (1 - 1e-9))
    values = _multiples(size * ROUND[wide], scales)
    if len(values) < 2 and wide:  # one line says nothing of the distance to it
        values = _multiples(size * ROUND[wide - 1], scales)
    return tuple(Tick(scales.y(value), write(value)) for value in values)


def _multiples(step: float, scales: Scales) -> list[float]:
    first, last = math.ceil(scales.low / step - 1e-9), math.floor(scales.high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _along(scales: Scales, write: Callable[[date], str]) -> tuple[Tick, ...]:
    """Name few enough months that the words do not meet."""
    every = math.ceil(len(scales.months) / MOST_WORDS)
    return tuple(
        Tick(scales.x(month), write(month)) for month in scales.months[every // 2 :: every]
    )
