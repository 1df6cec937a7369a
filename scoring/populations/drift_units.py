"""Whether a number has changed its unit: is sent in thousands, in cents, by the year.

Counts keep their shape when a unit changes and move as a whole. So a factor is found where the
two distributions are far apart as they are, and lie on each other once one of them is moved.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.populations.drift_cells import MISSING, PER_POWER, ZERO, Counts, position

FACTORS = (1_000.0, 100.0, 12.0, 10.0)  # thousands, cents or per cent, years, a decimal point
FEWEST = 30  # positive numbers
APART = 0.5  # of the largest gap between the distributions, as they are
ALIKE = 0.35  # of the same once one is moved; whole thousands have steps where there were none
NEAR = 0.2  # powers of ten: how far their medians may then be apart

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """By what today's numbers would have to be multiplied to be like those of then."""

    factor: float  # 1000: they are a thousand times too small; 0.001: too large
    n: int

    @property
    def is_smaller(self) -> bool:
        """Whether they are smaller now."""
        return self.factor > 1

    @property
    def times(self) -> int:
        """How many times smaller or larger they are."""
        return round(self.factor if self.is_smaller else 1 / self.factor)


def changed(then: Counts, now: Counts, *, error: float) -> Unit | None:
    """Find the factor that brings today's numbers back to what they were; None where none does.

    By chance alone the gap between two distributions passes `g` with a probability of at most
    `e exp(-2 g^2 n m / (n + m))`, however they are shaped.

    Source: F. Wei and R. M. Dudley, Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities,
    Statistics and Probability Letters 82 (2012) 636-644, theorem 1: `C = e` for all sizes.

    Examples
    --------
    >>> then, now = {"470": 200, "475": 500, "480": 300}, {"410": 40, "415": 100, "420": 60}
    >>> changed(then, now, error=1e-7).factor
    1000.0
    """
    before, today = _positive(then), _positive(now)
    m, n = before.sum(), today.sum()
    if n < FEWEST or m < FEWEST:
        return None
    chance = math.sqrt((1 - math.log(error)) / 2 * (1 / n + 1 / m))
    if _gap(before, today, 1.0) < max(APART, chance):
        return None
    gaps = {factor: _gap(before, today, factor) for each in FACTORS for factor in (each, 1 / each)}
    best = min(gaps, key=lambda factor: gaps[factor])
    away = _middle(today) + math.log10(best) - _middle(before)
    is_that = gaps[best] <= ALIKE and abs(away) <= NEAR
    return Unit(factor=best, n=int(n)) if is_that else None


def median(counts: Counts) -> float | None:
    """Give the median of the positive numbers, to within a cell's width.

    Examples
    --------
    >>> round(median({"474": 9, "480": 1}))
    4217
    """
    rows = _positive(counts)
    if not rows.sum():
        return None
    return float(10 ** _middle(rows))


def since(then: Counts, days: Sequence[Counts], factor: float) -> int | None:
    """Give the place of the first day of those that end the list and have the other unit."""
    usual, first = median(then), None
    if usual is None:
        return None
    for at in range(len(days) - 1, -1, -1):
        found = median(days[at])
        if found is None:
            continue
        away = math.log(found / usual)
        if abs(away + math.log(factor)) > abs(away):
            break
        first = at
    return first


def _positive(counts: Counts) -> Floats:
    """Lay the counts of positive numbers out in order."""
    rows = np.zeros(ZERO)
    for cell, n in counts.items():
        if cell != MISSING and int(cell) > ZERO:
            rows[min(int(cell) - ZERO - 1, ZERO - 1)] += n
    return rows


def _middle(rows: Floats) -> float:
    """Give the logarithm of the median."""
    place = int(np.searchsorted(np.cumsum(rows), rows.sum() / 2))
    return position(place + ZERO + 1)


def _gap(then: Floats, now: Floats, factor: float) -> float:
    """Give the largest gap between the distributions, once today's numbers are multiplied."""
    edges = np.arange(1, ZERO + 1) - 1.0
    moved = np.interp(
        edges - PER_POWER * math.log10(factor), edges, np.cumsum(now) / now.sum(), left=0.0
    )
    return float(np.abs(np.cumsum(then) / then.sum() - moved).max())
