"""A small histogram of then and now: a wide bar for then, a narrow one before it for now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

WIDTH, HEIGHT = 240, 64
FILLED = 0.86  # of a bin's place
NOW = 0.36  # of the same: so narrow that the other shows on both sides


class Shares(Protocol):
    """A bin's shares."""

    @property
    def then(self) -> float: ...  # noqa: D102
    @property
    def now(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; `kind` is "then" or "now"."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """All bars, those of now last."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT


def histogram(bins: Sequence[Shares]) -> Histogram:
    """Lay the bars out; the tallest of both fills the height."""
    most = max((max(each.then, each.now) for each in bins), default=1.0) or 1.0
    step = WIDTH / max(len(bins), 1)
    then = [_bar("then", at, each.then / most, step, FILLED) for at, each in enumerate(bins)]
    now = [_bar("now", at, each.now / most, step, NOW) for at, each in enumerate(bins)]
    return Histogram(bars=(*then, *now))


def _bar(kind: str, at: int, share: float, step: float, filled: float) -> Bar:
    height = round(HEIGHT * share, 1)
    return Bar(
        kind=kind,
        x=round(step * (at + (1 - filled) / 2), 1),
        y=round(HEIGHT - height, 1),
        width=round(step * filled, 1),
        height=height,
    )
