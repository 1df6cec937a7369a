"""How far apart two groups' scores lie, in standard deviations, with how sure that is."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.proportions import Interval, Z

FEWEST = 2  # people; a variance needs them


@dataclass(frozen=True, slots=True, kw_only=True)
class Smd:
    """A standardized mean difference: below zero, the group scores lower than the reference."""

    value: float
    interval: Interval  # 95 %
    n: int  # people of the group who have a score
    reference_n: int


class Moments(NamedTuple):
    """Of one group's scores; the variance is unbiased."""

    n: int
    mean: float
    variance: float


def smd(own: NDArray[np.float64], reference: NDArray[np.float64]) -> Smd | None:
    """Compare two groups' scores, as `smd_of` does of their moments.

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
    return smd_of(_moments(own), _moments(reference))


def smd_of(own: Moments, reference: Moments) -> Smd | None:
    """Compare two groups' scores; None where either has fewer than two, or all score alike.

    The difference of the means over the pooled standard deviation (J. Cohen, Statistical Power
    Analysis, 1988, chapter 2), bounded by its large-sample variance (L. V. Hedges and I. Olkin,
    Statistical Methods for Meta-Analysis, 1985, p. 86).

    Examples
    --------
    >>> smd_of(Moments(3, 2.0, 1.0), Moments(3, 3.0, 1.0)).value
    -1.0
    """
    n, m = own.n, reference.n
    if min(n, m) < FEWEST:
        return None
    pooled = ((n - 1) * own.variance + (m - 1) * reference.variance) / (n + m - 2)
    if pooled <= 0:
        return None
    value = (own.mean - reference.mean) / math.sqrt(pooled)
    error = Z * math.sqrt((n + m) / (n * m) + value**2 / (2 * (n + m)))
    return Smd(
        value=value,
        interval=Interval(low=value - error, high=value + error),
        n=n,
        reference_n=m,
    )


def _moments(scores: NDArray[np.float64]) -> Moments:
    known = scores[~np.isnan(scores)]
    if len(known) < FEWEST:
        return Moments(len(known), 0.0, 0.0)
    return Moments(len(known), float(known.mean()), float(known.var(ddof=1)))
