"""Two groups compared within strata, such as products or score bands, and summed up as one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import chi2

from scoring.proportions import Interval, Share, Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A group beside the reference group, within one stratum."""

    share: Share
    reference: Share

    @property
    def n(self) -> int:
        """How many people it has."""
        return self.share.n + self.reference.n

    @property
    def count(self) -> int:
        """How many of them are chosen."""
        return self.share.count + self.reference.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What all strata come to: one ratio, one gap, one test."""

    strata: int
    ratio: float | None  # None where nobody of the reference group is chosen
    ratio_interval: Interval | None
    odds_ratio: float | None
    difference: float
    difference_interval: Interval
    chi_squared: float
    p_value: float


def combine(strata: Sequence[Stratum], *, is_corrected: bool = False) -> Combined | None:
    """Sum up strata by Mantel and Haenszel; None where no stratum has people of both.

    Parameters
    ----------
    strata
        Each with people of both groups: who is alone in a stratum is compared with nobody.
    is_corrected
        Whether the test takes half a person off the gap, as R's `mantelhaen.test` does unless told
        not to.

    Notes
    -----
    The test and the odds ratio: N. Mantel and W. Haenszel, JNCI 22 (1959) 719-748; W. G. Cochran,
    Biometrics 10 (1954) 417-451. The common ratio and difference of shares with their variances:
    S. Greenland and J. M. Robins, Biometrics 41 (1985) 55-68. In one stratum the ratio's interval
    is that of Katz.

    Examples
    --------
    >>> found = combine(
    ...     [Stratum(share=Share(count=40, n=100), reference=Share(count=80, n=100))]
    ... )
    >>> found.ratio, found.difference
    (0.5, -0.4)
    """
    if not strata:
        return None
    up = sum(each.share.count * each.reference.n / each.n for each in strata)
    down = sum(each.reference.count * each.share.n / each.n for each in strata)
    weight = sum(each.share.n * each.reference.n / each.n for each in strata)
    gap = (up - down) / weight
    error = Z * math.sqrt(sum(_variance_of_gap(each) for each in strata)) / weight
    statistic = _chi_squared(strata, is_corrected=is_corrected)
    return Combined(
        strata=len(strata),
        ratio=up / down if down else None,
        ratio_interval=_ratio_interval(strata, up, down),
        odds_ratio=_odds_ratio(strata),
        difference=gap,
        difference_interval=Interval(low=gap - error, high=gap + error),
        chi_squared=statistic,
        p_value=float(chi2.sf(statistic, 1)),
    )


def _chi_squared(strata: Sequence[Stratum], *, is_corrected: bool) -> float:
    gap = sum(each.share.count - each.share.n * each.count / each.n for each in strata)
    variance = sum(
        each.share.n
        * each.reference.n
        * each.count
        * (each.n - each.count)
        / (each.n**2 * (each.n - 1))
        for each in strata
    )
    if variance == 0:
        return 0.0
    return float(max(abs(gap) - (0.5 if is_corrected else 0.0), 0.0) ** 2 / variance)


def _ratio_interval(strata: Sequence[Stratum], up: float, down: float) -> Interval | None:
    """Bound the ratio by its logarithm; where nobody is chosen, half a person is added."""
    if not down:
        return None
    if not up:
        halved = [_with_half(each) for each in strata]
        top = sum(count * other_n / (n + other_n) for count, n, _, other_n in halved)
        bottom = sum(other * n / (n + other_n) for _, n, other, other_n in halved)
        spread = sum(_spread(*each) for each in halved) / (top * bottom)
        return Interval(low=0.0, high=top / bottom * math.exp(Z * math.sqrt(spread)))
    spread = sum(
        _spread(each.share.count, each.share.n, each.reference.count, each.reference.n)
        for each in strata
    ) / (up * down)
    half = Z * math.sqrt(max(spread, 0.0))
    return Interval(low=up / down * math.exp(-half), high=up / down * math.exp(half))


def _with_half(each: Stratum) -> tuple[float, float, float, float]:
    own, other = each.share, each.reference
    return own.count + 0.5, own.n + 1.0, other.count + 0.5, other.n + 1.0


def _spread(count: float, n: float, other: float, other_n: float) -> float:
    everybody = n + other_n
    return ((count + other) * n * other_n - count * other * everybody) / everybody**2


def _variance_of_gap(each: Stratum) -> float:
    own, other = each.share, each.reference
    return (own.count * own.rest * other.n**3 + other.count * other.rest * own.n**3) / (
        own.n * other.n * each.n**2
    )


def _odds_ratio(strata: Sequence[Stratum]) -> float | None:
    up = sum(each.share.count * each.reference.rest / each.n for each in strata)
    down = sum(each.share.rest * each.reference.count / each.n for each in strata)
    return up / down if down else None
