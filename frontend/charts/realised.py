"""Predicted against realised, a row each: the interval of what happened, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

ROOM = 1.04  # of the widest value, so that no sign touches the edge


class Realised(Protocol):
    """What is drawn of a band or a quarter."""

    @property
    def mean_pd(self) -> float | None: ...  # noqa: D102
    @property
    def bad_rate(self) -> float | None: ...  # noqa: D102
    @property
    def low(self) -> float | None: ...  # noqa: D102
    @property
    def high(self) -> float | None: ...  # noqa: D102


R = TypeVar("R", bound=Realised)


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """One row and its places in per cent of the width; none where there was nobody."""

    of: R
    low: str = ""
    high: str = ""
    realised: str = ""
    predicted: str = ""


def realised_rows(found: Sequence[R]) -> list[Row[R]]:
    """Lay the rows out on one scale from nothing to the largest share among them."""
    values = [value for one in found for value in (one.mean_pd, one.high) if value is not None]
    widest = max(values, default=0.0) * ROOM or 1.0
    return [_row(one, widest) for one in found]


def _row(one: R, widest: float) -> Row[R]:
    if one.mean_pd is None or one.bad_rate is None or one.low is None or one.high is None:
        return Row(one)
    places = (one.low, one.high, one.bad_rate, one.mean_pd)
    return Row(one, *(f"{100 * value / widest:.2f}%" for value in places))
