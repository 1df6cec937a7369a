"""How long things took, from counts in fixed bins: what is added up has to be a sum. numpy only."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, bdtrik

from scoring.proportions import CONFIDENCE, Interval

FIRST = 1 / 60  # hours: all shorter ones are in the first bin
RATIO = 2**0.125  # of a bin's ends: a quantile is known to within a twelfth of itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """A duration that so large a share stayed below, in hours."""

    value: float
    interval: Interval
    n: int


def bin_of(hours: float) -> int:
    """Say in which bin a duration is counted.

    Examples
    --------
    >>> bin_of(0.0), bin_of(1.0), bin_of(24.0)
    (0, 48, 84)
    """
    return 0 if hours <= FIRST else math.ceil(math.log(hours / FIRST, RATIO) - 1e-9)


def top_of(place: int) -> float:
    """Give the longest duration of a bin, in hours.

    Examples
    --------
    >>> round(top_of(48), 3)
    1.067
    """
    return float(FIRST * RATIO**place)


def quantile(counts: Mapping[int, int], share: float) -> Quantile | None:
    """Find a quantile and its 95 % interval, each as the top of its bin; None of nothing.

    The interval is between two order statistics, by the binomial distribution: it asks nothing of
    how durations are spread (W. J. Conover, Practical Nonparametric Statistics, 1999, section 3.2).

    Examples
    --------
    >>> found = quantile({48: 50, 84: 50}, 0.9)
    >>> round(found.value), found.n
    (24, 100)
    """
    places = sorted(place for place, count in counts.items() if count)
    n = sum(counts[place] for place in places)
    if not n:
        return None
    up_to = np.cumsum([counts[place] for place in places])

    def at(rank: float) -> float:
        wanted = min(max(math.ceil(rank), 1), n)
        return top_of(places[int(np.searchsorted(up_to, wanted))])

    tail = (1 - CONFIDENCE) / 2
    low, high = (_binomial_rank(each, n=n, share=share) for each in (tail, 1 - tail))
    return Quantile(value=at(share * n), interval=Interval(low=at(low), high=at(high + 1)), n=n)


def _binomial_rank(probability: float, *, n: int, share: float) -> int:
    """Give the least count that the binomial distribution does not pass with this probability.

    It is `scipy.stats.binom.ppf`, without what that module takes to import: pages ask for it.
    """
    rank = math.ceil(float(bdtrik(probability, n, share)))
    is_less_enough = rank > 0 and float(bdtr(rank - 1, n, share)) >= probability
    return rank - 1 if is_less_enough else rank
