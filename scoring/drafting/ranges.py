"""The bounds of a number, and which way the bad rate moves along it."""

import math
from collections.abc import Callable
from itertools import pairwise

from scoring.drafting.profile import Column


def bounds(column: Column) -> tuple[float, float]:
    """Round the extremes outward to two digits, codes for missing left out."""
    known = column.numbers.filter(~column.numbers.is_in(list(column.sentinels))).drop_nulls()
    low, high = float(known.min() or 0), float(known.max() or 0)  # type: ignore[arg-type]
    low, high = _outward(low, math.floor), _outward(high, math.ceil)
    return (low, high) if low < high else (low, low + 1)


def _outward(value: float, way: Callable[[float], int]) -> float:
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{way(value / step) * step:.10g}")


def trend(column: Column) -> str | None:
    """Say which way the bad rate of five equal parts moves, if it moves one way only."""
    known = column.numbers.is_not_null().to_numpy() & (column.bad >= 0)
    if known.sum() < 500:
        return None
    order = column.numbers.to_numpy()[known].argsort(kind="stable")
    bad = column.bad[known][order]
    parts = [bad[len(bad) * at // 5 : len(bad) * (at + 1) // 5].mean() for at in range(5)]
    if all(one < other for one, other in pairwise(parts)):
        return "up"
    if all(one > other for one, other in pairwise(parts)):
        return "down"
    return None
