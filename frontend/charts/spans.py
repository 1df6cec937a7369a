"""Amounts with their intervals on one scale, zero among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROOM = 0.03  # of the width, on either side


@dataclass(frozen=True, slots=True)
class Span:
    """One row, and its places in per cent of the width."""

    of: Mapping[str, Any]
    low: str
    high: str
    value: str
    zero: str


def spans(found: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Lay rows of `low`, `high` and `profit` out on one scale."""
    ends = [float(one[name]) for one in found for name in ("low", "high")]
    least, most = min([0.0, *ends]), max([0.0, *ends])
    width = (most - least) or 1.0

    def place(amount: float) -> str:
        return f"{100 * (ROOM + (1 - 2 * ROOM) * (amount - least) / width):.2f}%"

    return [
        Span(one, *(place(float(each)) for each in (one["low"], one["high"], one["profit"], 0)))
        for one in found
    ]
