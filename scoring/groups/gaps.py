"""Which features a gap of mean score between two groups comes from, by the model's exact reasons.

A score is the base points and what each feature gave or took: Shapley values, which add up. So the
gap between the mean scores of two groups is the sum, over the features, of the gaps between their
mean points. Nothing is estimated but the means themselves, and nothing is left over but rounding.

Sums can be added, so a month of decisions is read once and kept in a few numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from scoring.groups.mean_difference import FEWEST, Moments, smd_of
from scoring.proportions import CONFIDENCE, Interval

__all__ = ["FEWEST", "Gap", "Part", "Sums", "decompose", "sums_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Of one group: how many, and sums over each feature's points; the last column is the score."""

    n: int
    first: Floats  # (features + 1,)
    second: Floats  # (features + 1,): of squares

    def __add__(self, other: Self) -> Self:
        """Put two sets of people together that have nobody in common."""
        return type(self)(
            n=self.n + other.n, first=self.first + other.first, second=self.second + other.second
        )

    @property
    def means(self) -> Floats:
        """Mean points of each feature, and of the score."""
        return np.asarray(self.first / self.n)

    @property
    def variances(self) -> Floats:
        """Unbiased; never below nought by rounding."""
        spread = self.second - self.first**2 / self.n
        return np.asarray(np.maximum(spread, 0.0) / (self.n - 1))

    @property
    def scores(self) -> Moments:
        """Mean and variance of the score."""
        return Moments(self.n, float(self.means[-1]), float(self.variances[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one feature adds to a gap."""

    feature: str
    points: float
    within: Interval  # 95 %
    share: float | None  # of the gap; None where the gap itself is not shown to be one

    @property
    def is_shown(self) -> bool:
        """Whether its points are no chance finding, looked at by themselves."""
        return not self.within.low <= 0 <= self.within.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A group's mean score beside the reference's, in points; below 0: the group's is lower."""

    n: int
    reference_n: int
    points: float
    within: Interval  # 95 %
    smd: float | None  # None where nobody's score differs
    smd_within: Interval | None
    parts: tuple[Part, ...]  # in contract order
    rounding: float  # what the parts' sum is off by

    @property
    def is_shown(self) -> bool:
        """Whether the gap is no chance finding."""
        return not self.within.low <= 0 <= self.within.high


def sums_of(points: ArrayLike, contributions: ArrayLike) -> Sums:
    """Sum up a group.

    Parameters
    ----------
    points : array of shape (n,)
        Scores before rounding.
    contributions : array of shape (n, n_features)
        Points each feature gave (+) or took (-), in contract order.
    """
    shares = np.asarray(contributions, dtype=np.float64)
    scores = np.asarray(points, dtype=np.float64)
    columns = np.column_stack([shares, scores])
    return Sums(n=len(scores), first=columns.sum(axis=0), second=(columns**2).sum(axis=0))


def decompose(own: Sums, reference: Sums, features: Sequence[str]) -> Gap:
    """Part the gap between two groups' mean scores among the features.

    Intervals are Welch's (Biometrika 34, 1947), each feature looked at by itself. The standardised
    mean difference is that of `mean_difference`.

    Parameters
    ----------
    own, reference : Sums
        Of at least two people each.
    features : sequence of n_features names
        In contract order.

    Examples
    --------
    >>> own = sums_of([500, 520, 510], [[-10, 0], [10, 0], [0, 0]])
    >>> other = sums_of([530, 540, 550], [[0, 20], [10, 20], [20, 20]])
    >>> gap = decompose(own, other, ["income", "address"])
    >>> gap.points, [part.points for part in gap.parts], gap.rounding
    (-30.0, [-10.0, -20.0], 0.0)
    """
    differences = own.means - reference.means
    halves = _halves(own, reference)
    *parts, total = (
        (float(points), Interval(low=float(points - half), high=float(points + half)))
        for points, half in zip(differences, halves, strict=True)
    )
    gap, within = total
    is_gap = not within.low <= 0 <= within.high
    smd = smd_of(own.scores, reference.scores)
    return Gap(
        n=own.n,
        reference_n=reference.n,
        points=gap,
        within=within,
        smd=smd.value if smd else None,
        smd_within=smd.interval if smd else None,
        parts=tuple(
            Part(feature=name, points=points, within=ends, share=points / gap if is_gap else None)
            for name, (points, ends) in zip(features, parts, strict=True)
        ),
        rounding=math.fsum(points for points, _ in parts) - gap,
    )


def _halves(own: Sums, reference: Sums) -> Floats:
    """Give half the width of Welch's interval of each difference."""
    own_error, other_error = own.variances / own.n, reference.variances / reference.n
    error = own_error + other_error
    below = own_error**2 / (own.n - 1) + other_error**2 / (reference.n - 1)
    freedom = np.divide(error**2, below, out=np.full_like(error, np.inf), where=below > 0)
    quantile = t.ppf((1 + CONFIDENCE) / 2, np.where(np.isfinite(freedom), freedom, 1e9))
    return np.asarray(quantile * np.sqrt(error))
