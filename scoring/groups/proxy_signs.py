"""How much each feature says about a protected group, by itself, and which look like a proxy.

A number is measured by the chance that it is higher in the group than in the reference (AUC), a
category by Cramér's V. Neither reads the score.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import ncx2
from scipy.stats.contingency import association

from scoring.contract import Contract, Feature, Kind
from scoring.groups.gaps import Gap
from scoring.proportions import CONFIDENCE, Interval, Z
from scoring.results import performance
from scoring.results.performance import NotMeasurable

Bools = NDArray[np.bool_]
MISSING = "(missing)"
NOTHING = 0.5  # AUC of a number that says nothing
LEAST_SHARE = 0.1  # of the gap; a feature with less is no lead worth following


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What one feature says about a group."""

    feature: str
    measure: Literal["auc", "v"]
    n: int  # people whose value is known, of a category all
    value: float | None  # None where nothing can be measured
    within: Interval | None  # 95 %
    by_chance: float  # what a feature that says nothing has on average

    @property
    def is_shown(self) -> bool:
        """Whether it says more than chance."""
        if self.within is None:
            return False
        if self.measure == "v":
            return self.within.low > self.by_chance
        return not self.within.low <= NOTHING <= self.within.high


def signs(contract: Contract, values: Mapping[str, Sequence[Any]], is_own: Bools) -> list[Sign]:
    """Measure each feature against belonging to a group rather than to the reference.

    Parameters
    ----------
    values : mapping of feature to n values
        Of the people of both groups; None where it is missing.
    is_own : array of shape (n,)
        Whether a person is of the group.

    Returns
    -------
    list of Sign
        In contract order.
    """
    return [_sign(feature, values[feature.name], is_own) for feature in contract.features]


def suspects(gap: Gap, found: Sequence[Sign]) -> list[str]:
    """Name the features that tell the group *and* carry the gap: likely proxies, the worst first.

    A feature is named where both are shown at 95 % each and it makes at least a tenth of the gap.
    It is a lead for a person, and no verdict: a feature may do both and be about the risk alone.
    """
    telling = {sign.feature for sign in found if sign.is_shown}
    parts = [
        part
        for part in gap.parts
        if part.feature in telling
        and part.is_shown
        and part.share is not None
        and part.share >= LEAST_SHARE
    ]
    return [part.feature for part in sorted(parts, key=lambda part: -(part.share or 0.0))]


def cramers_interval(v: float, *, n: int, rows: int, columns: int) -> Interval:
    """Bound Cramér's V by the noncentral chi-squared distributions that its statistic fits.

    Source: M. Smithson, Confidence Intervals (2003), chapter 4. The lower end is never below what
    unrelated columns have on average, `chance`.

    Examples
    --------
    >>> found = cramers_interval(0.3, n=400, rows=2, columns=3)
    >>> round(found.low, 3), round(found.high, 3)
    (0.209, 0.401)
    """
    free, smaller = (rows - 1) * (columns - 1), min(rows, columns) - 1
    statistic = v**2 * n * smaller
    tail = (1 - CONFIDENCE) / 2
    low, high = (_noncentral(statistic, free, share) for share in (1 - tail, tail))
    ends = [min(math.sqrt((each + free) / (n * smaller)), 1.0) for each in (low, high)]
    return Interval(low=ends[0], high=ends[1])


def chance(*, n: int, rows: int, columns: int) -> float:
    """Say what V is about where the columns have nothing to do with each other."""
    free, smaller = (rows - 1) * (columns - 1), min(rows, columns) - 1
    return min(math.sqrt(free / (n * smaller)), 1.0)


def _noncentral(statistic: float, free: int, share: float) -> float:
    """Find the noncentrality of which `share` lies at or below the statistic; 0 where none does."""

    def gap(noncentrality: float) -> float:
        return float(ncx2.cdf(statistic, free, noncentrality) - share)

    least = 1e-9
    if gap(least) <= 0:
        return 0.0
    most = statistic + 10 * math.sqrt(statistic + free) + 50
    return float(brentq(gap, least, most))


def _sign(feature: Feature, values: Sequence[Any], is_own: Bools) -> Sign:
    if feature.kind.is_numeric or feature.is_ordinal:
        return _of_numbers(feature, values, is_own)
    return _of_categories(feature, values, is_own)


def _of_numbers(feature: Feature, values: Sequence[Any], is_own: Bools) -> Sign:
    known = np.array([value is not None for value in values], dtype=np.bool_)
    places = {value: at for at, value in enumerate(feature.values)}
    read = places.get if feature.kind is Kind.CATEGORY else float
    numbers = np.array([read(value) for value in values if value is not None], dtype=np.float64)
    own = is_own[known]
    try:
        auc = performance.auc(own, numbers)
    except NotMeasurable:
        return Sign(
            feature=feature.name, measure="auc", n=len(own), value=None, within=None, by_chance=0.5
        )
    half = Z * performance.sd_of_auc(auc, float(own.sum()), float((~own).sum()))
    within = Interval(low=max(auc - half, 0.0), high=min(auc + half, 1.0))
    return Sign(
        feature=feature.name, measure="auc", n=len(own), value=auc, within=within, by_chance=NOTHING
    )


def _of_categories(feature: Feature, values: Sequence[Any], is_own: Bools) -> Sign:
    named = np.array([MISSING if value is None else str(value) for value in values], dtype=np.str_)
    levels, place = np.unique(named, return_inverse=True)
    table = np.stack([np.bincount(place[who], minlength=len(levels)) for who in (is_own, ~is_own)])
    n = len(named)
    if len(levels) < 2 or not table.sum(axis=1).all():
        return Sign(feature=feature.name, measure="v", n=n, value=None, within=None, by_chance=0.0)
    v = float(association(table, method="cramer"))
    return Sign(
        feature=feature.name,
        measure="v",
        n=n,
        value=v,
        within=cramers_interval(v, n=n, rows=2, columns=len(levels)),
        by_chance=chance(n=n, rows=2, columns=len(levels)),
    )
