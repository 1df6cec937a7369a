"""Odds ratios with their intervals on one logarithmic scale, 1 among them."""

import math
from collections.abc import Mapping, Sequence

from frontend.charts.spans import Span, spans

FARTHEST = 10.0  # what lies beyond is drawn at the edge; the table says it

Ratio = Mapping[str, float]


def ratio_spans(found: Sequence[Ratio | None]) -> list[Span | None]:
    """Lay ratios of `value`, `low` and `high` out; None stays None."""
    drawn = iter(spans([_logarithms(each) for each in found if each is not None]))
    return [None if each is None else next(drawn) for each in found]


def _logarithms(ratio: Ratio) -> dict[str, float]:
    return {
        "low": _bounded(ratio["low"]),
        "high": _bounded(ratio["high"]),
        "profit": _bounded(ratio["value"]),
    }


def _bounded(ratio: float) -> float:
    return math.log(min(max(ratio, 1 / FARTHEST), FARTHEST))
