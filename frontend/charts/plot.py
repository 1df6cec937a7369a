"""A drawing of lines, points and bars on two axes, of one fixed size: a page and a PDF share it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 46
KEYS, KEY = TOP + 30, 18  # where the first stands, and how far below it the next
MOST_LINES = 5
ROUND = (1, 2, 5, 10)
Way = Callable[[float], str]
Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on an axis, and where it stands."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve; `kind` says how it is drawn, as "main", "other", "ideal" or "gap"."""

    kind: str
    points: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure with its interval."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A named figure with an interval each way; `kind` is its shape: "own", "ring" or "dot"."""

    kind: str
    x: float
    y: float
    left: float
    right: float
    low: float
    high: float
    words: str
    words_dy: int  # above, or below where another may stand on it


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of something; `kind` says of what, as "good" or "bad"."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Key:
    """What a kind of line or bar stands for, and where that is said."""

    kind: str
    words: str
    y: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything the template draws, in units of the drawing."""

    x_words: str
    y_words: str
    across: tuple[Tick, ...]  # of the y axis
    along: tuple[Tick, ...]  # of the x axis
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    spots: tuple[Spot, ...] = ()
    bars: tuple[Bar, ...] = ()
    keys: tuple[Key, ...] = ()
    marks: tuple[Tick, ...] = ()  # along the x axis: something happened, or is in force
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    middle: int = (LEFT + WIDTH - RIGHT) // 2
    key_x: int = LEFT + 14
    key_line_end: int = LEFT + 34
    key_words_x: int = LEFT + 42
    words_y: int = HEIGHT - 8
    mark_top: int = TOP + 16  # below the words of the y axis
    ticks_y: int = HEIGHT - BOTTOM + 18
    ticks_x: int = LEFT - 8


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values stand between two ends."""

    low: float
    high: float
    is_across: bool = False

    def place(self, value: float) -> float:
        """Give the place of a value in units of the drawing."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        if self.is_across:
            return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
        return round(LEFT + share * (WIDTH - RIGHT - LEFT), 1)

    @property
    def digits(self) -> int:
        """How many digits after the decimal sign its ticks need to differ."""
        return max(0, -math.floor(math.log10(_step(self.low, self.high)) + 1e-9))

    def ticks(self, write: Way) -> tuple[Tick, ...]:
        """Give round values, few enough to be read."""
        step = _step(self.low, self.high)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        values = [number * step for number in range(first, last + 1)]
        return tuple(Tick(self.place(value), write(value)) for value in values)


def line(kind: str, points: Pairs, x: Axis, y: Axis) -> Line:
    """Draw a curve through points."""
    return Line(kind, " ".join(f"{x.place(a)},{y.place(b)}" for a, b in points))


def bars(kind: str, counts: Sequence[float], y: Axis, *, half: int) -> list[Bar]:
    """Draw a bar a count, in the first or second half of its place."""
    each = (WIDTH - RIGHT - LEFT) / len(counts)
    return [
        Bar(
            kind,
            round(LEFT + each * (at + 0.08 + 0.42 * half), 1),
            y.place(count),
            round(each * 0.42, 1),
            round(HEIGHT - BOTTOM - y.place(count), 1),
        )
        for at, count in enumerate(counts)
        if count > 0
    ]


def keys(said: Sequence[tuple[str, str]]) -> tuple[Key, ...]:
    """Say what each kind stands for, one below the other."""
    return tuple(Key(kind, words, KEYS + KEY * at) for at, (kind, words) in enumerate(said))


def under_keys(highest: float, said: int) -> float:
    """Give the end of an axis on which no value reaches into what so many keys say at the top."""
    free = 1 - (KEYS + KEY * said - TOP) / (HEIGHT - BOTTOM - TOP)
    return highest / free or 1.0


def _step(low: float, high: float) -> float:
    rough = ((high - low) or 1.0) / MOST_LINES
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * times for times in ROUND if size * times >= rough * (1 - 1e-9))
