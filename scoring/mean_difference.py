"""How far apart two groups' scores lie, in standard deviations, with how sure that is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.proportions import Interval, Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Smd:
    """A standardized mean difference: below zero, the group scores lower than the reference."""

    value: float
    interval: Interval  # 95 %
    n: int  # people of the group who have a score
    reference_n: int


def smd(own: NDArray[np.float64], reference: NDArray[np.float64]) -> Smd | None:
    """Compare two groups' scores; None where either has fewer than two, or all score alike.

    The difference of the means over the pooled standard deviation (J. Cohen, Statistical Power
    Analysis, 1988, chapter 2), bounded by its large-sample variance (L. V. Hedges and I. Olkin,
    Statistical Methods for Meta-Analysis, 1985, chapter 5).

    Parameters
    ----------
    own, reference : array of shape (n,), (m,)
        Scores in points; NaN, of whom no model could score, is left out.

    Examples
    --------
    >>> found = smd(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    >>> found.value
    -1.0
    """
    one, other = own[~np.isnan(own)], reference[~np.isnan(reference)]
    if min(len(one), len(other)) < 2:
        return None
    free = len(one) + len(other) - 2
    pooled = math.sqrt(
        ((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / free
    )
    if pooled == 0:
        return None
    value = float((one.mean() - other.mean()) / pooled)
    n, m = len(one), len(other)
    error = Z * math.sqrt((n + m) / (n * m) + value**2 / (2 * (n + m)))
    return Smd(
        value=value,
        interval=Interval(low=value - error, high=value + error),
        n=n,
        reference_n=m,
    )
