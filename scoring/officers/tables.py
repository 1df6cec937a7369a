"""Two by two tables, one a stratum: who was exposed, and of whom something came true. numpy only.

With their margins given, the number that is both has a hypergeometric distribution in each
stratum, and the sum over strata the convolution of these. So every p-value here is exact.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-60  # of the likeliest number's chance: chances below are left out
STEPS = 3  # of Newton's, from a start that is near
TIES = 1 + 1e-7  # probabilities nearer than this are the same one, as in R's fisher.test


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Of each stratum: exposed and true, exposed, true, and all. Uninformative ones are left out.

    A stratum without both exposed and unexposed, or without both true and untrue, says nothing.
    """

    both: Ints
    exposed: Ints
    true: Ints
    n: Ints

    @property
    def total(self) -> int:
        """How many are exposed and true, over all strata."""
        return int(self.both.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A logarithm of an odds ratio, and its variance."""

    value: float
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The distribution of a sum: `chances[i]` is that of `first + i`."""

    first: int
    chances: Floats


def tables(exposed: ArrayLike, true: ArrayLike, strata: ArrayLike) -> Tables:
    """Count rows into tables.

    Parameters
    ----------
    exposed, true : array of bool, shape (n,)
    strata : array of int, shape (n,)
        Zero or more; the numbers need not be consecutive.

    Examples
    --------
    >>> found = tables([1, 1, 0, 0, 1], [1, 0, 0, 1, 1], [0, 0, 0, 0, 7])
    >>> found.both.tolist(), found.n.tolist()  # the second stratum has nobody unexposed
    ([1], [4])
    """
    rows, came = np.asarray(exposed, dtype=bool), np.asarray(true, dtype=bool)
    codes = np.asarray(strata, dtype=np.int64)
    size = int(codes.max()) + 1 if codes.size else 0
    n, r, c, a = (
        np.bincount(codes[chosen], minlength=size)
        for chosen in (np.ones_like(rows), rows, came, rows & came)
    )
    return informative(both=a, exposed=r, true=c, n=n)


def tables_of_each(
    who: Ints, exposed: ArrayLike, true: ArrayLike, strata: Ints
) -> dict[int, Tables]:
    """Count the rows of each person into tables of their own, as `tables` would.

    Examples
    --------
    >>> found = tables_of_each(np.array([4, 4, 9]), [1, 0, 1], [1, 0, 1], np.array([0, 0, 0]))
    >>> found[4].both.tolist(), found[9].both.tolist()
    ([1], [])
    """
    rows, came = np.asarray(exposed, dtype=bool), np.asarray(true, dtype=bool)
    people, place = np.unique(who, return_inverse=True)
    size = int(strata.max()) + 1 if strata.size else 0
    n, r, c, a = (
        np.bincount((place * size + strata)[chosen], minlength=people.size * size).reshape(
            people.size, size
        )
        for chosen in (np.ones_like(rows), rows, came, rows & came)
    )
    return {
        each: informative(both=a[at], exposed=r[at], true=c[at], n=n[at])
        for at, each in enumerate(people.tolist())
    }


def informative(*, both: Ints, exposed: Ints, true: Ints, n: Ints) -> Tables:
    """Keep the strata that say anything."""
    says = (exposed > 0) & (exposed < n) & (true > 0) & (true < n)
    return Tables(both=both[says], exposed=exposed[says], true=true[says], n=n[says])


def joined(found: Sequence[Tables]) -> Tables:
    """Put the strata of several people side by side."""
    return Tables(
        both=np.concatenate([each.both for each in found]),
        exposed=np.concatenate([each.exposed for each in found]),
        true=np.concatenate([each.true for each in found]),
        n=np.concatenate([each.n for each in found]),
    )


def odds_ratio(found: Tables) -> Estimate | None:
    """Estimate the logarithm of the odds ratio that is common to all strata.

    Mantel and Haenszel's estimate, with the variance of Robins, Breslow and Greenland. Where it is
    zero or infinite, Peto's one-step estimate, which needs no cell to be filled. None where no
    stratum says anything.

    Source: N. Mantel and W. Haenszel, JNCI 22 (1959) 719-748; J. Robins, N. Breslow and S.
    Greenland, Biometrics 42 (1986) 311-323; S. Yusuf et al., Prog. Cardiovasc. Dis. 27 (1985).

    Examples
    --------
    >>> one = Tables(both=np.array([30]), exposed=np.array([50]), true=np.array([50]),
    ...              n=np.array([100]))
    >>> round(odds_ratio(one).value, 4)  # ln(30 * 30 / (20 * 20))
    0.8109
    """
    if not found.n.size:
        return None
    a, b = found.both.astype(float), (found.exposed - found.both).astype(float)
    c = (found.true - found.both).astype(float)
    d = found.n - a - b - c
    r, s = a * d / found.n, b * c / found.n
    if r.sum() == 0 or s.sum() == 0:
        return _peto(found)
    p, q = (a + d) / found.n, (b + c) / found.n
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    return Estimate(value=math.log(r.sum() / s.sum()), variance=float(variance))


def _peto(found: Tables) -> Estimate:
    expected, variance = _moments(found)
    return Estimate(value=(found.total - expected) / variance, variance=1 / variance)


def _moments(found: Tables) -> tuple[float, float]:
    """Give mean and variance of the total where exposure does not matter."""
    n, r, c = (each.astype(float) for each in (found.n, found.exposed, found.true))
    variance = r * (n - r) * c * (n - c) / (n**2 * np.maximum(n - 1, 1))
    return float((r * c / n).sum()), float(variance.sum())


def cmh(found: Tables) -> float:
    """Give the p-value of Cochran, Mantel and Haenszel's test, exact whatever the numbers.

    Two-sided: all totals that are no likelier than the one observed.

    Source: W. G. Cochran, Biometrics 10 (1954); Mantel and Haenszel (1959), as in R's
    `mantelhaen.test(exact = TRUE)`.

    Examples
    --------
    >>> one = Tables(both=np.array([3]), exposed=np.array([4]), true=np.array([4]), n=np.array([8]))
    >>> round(cmh(one), 4)  # Fisher's lady who tasted tea
    0.4857
    """
    return _two_sided(spread(found), found.total)


def spread(found: Tables, *, tilt: float = 0.0) -> Spread:
    """Give the distribution of the total where every stratum has the odds ratio exp(`tilt`)."""
    if not found.n.size:
        return Spread(first=0, chances=np.ones(1))
    low, high = _ends(found)
    rows = zip(low.tolist(), _by_stratum(found, tilt), (high - low + 1).tolist(), strict=True)
    return together([Spread(first=first, chances=row[:size]) for first, row, size in rows])


def common(found: Tables) -> float:
    """Give the tilt under which the observed total is the mean one, between -5 and 5.

    The conditional maximum likelihood estimate, by Newton's method from Mantel and Haenszel's.
    """
    estimate = odds_ratio(found)
    if estimate is None:
        return 0.0
    low, _ = _ends(found)
    tilt = float(np.clip(estimate.value, -5, 5))
    for _ in range(STEPS):
        rows = _by_stratum(found, tilt)
        above = np.arange(rows.shape[1])
        means = rows @ above
        variance = float((rows @ above**2 - means**2).sum())
        if variance <= 0:
            break
        gone = (found.total - float((low + means).sum())) / variance
        tilt = float(np.clip(tilt + gone, -5, 5))
    return tilt


def _ends(found: Tables) -> tuple[Ints, Ints]:
    """Give the fewest and the most that can be both, by stratum."""
    return np.maximum(0, found.exposed + found.true - found.n), np.minimum(
        found.exposed, found.true
    )


def _by_stratum(found: Tables, tilt: float) -> Floats:
    """Give the distribution of each stratum, a row each, from the fewest that there can be."""
    low, high = _ends(found)
    a = low[:, None] + np.arange(int((high - low).max()) + 1)
    inside = a <= high[:, None]
    a = np.minimum(a, high[:, None])
    r, c, n = found.exposed[:, None], found.true[:, None], found.n[:, None]
    ways = -sum(gammaln(part + 1) for part in (a, r - a, c - a, n - r - c + a)) + tilt * a
    likely: Any = np.where(inside, np.exp(ways - ways.max(axis=1, keepdims=True)), 0.0)
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), dtype=np.float64)


def beside(own: Spread, own_total: int, others: Spread, others_total: int) -> float:
    """Give the p-value that own tables have the odds ratio that others have, whatever that is.

    Given the total over both, the common odds ratio drops out of the distribution of one's own
    share of it, and so does how lenient each stratum is: an exact conditional test.

    Parameters
    ----------
    own, others : Spread
        By one tilt, whichever; near the common odds ratio it keeps the numbers from vanishing.
    own_total, others_total : int
        What was observed.

    Source: K. F. Hirji, Exact Analysis of Discrete Data (2006), the test that series of 2 x 2
    tables share one odds ratio; after M. Zelen, Biometrika 58 (1971) 129-137.
    """
    totals = own.first + np.arange(own.chances.size)
    places = own_total + others_total - totals - others.first
    possible = (places >= 0) & (places < others.chances.size)
    weights = np.zeros(own.chances.size)
    weights[possible] = own.chances[possible] * others.chances[places[possible]]
    if weights.sum() == 0:  # both so far from the tilt that no number is left of either
        return 0.0
    return _two_sided(Spread(first=own.first, chances=weights / weights.sum()), own_total)


def together(spreads: Sequence[Spread]) -> Spread:
    """Give the distribution of the sum of independent totals, without its negligible ends."""
    found = Spread(first=0, chances=np.ones(1))
    for each in spreads:
        found = _without_ends(found.first + each.first, np.convolve(found.chances, each.chances))
    return found


def _without_ends(first: int, chances: Floats) -> Spread:
    kept = np.flatnonzero(chances > NEGLIGIBLE * chances.max())
    return Spread(first=first + int(kept[0]), chances=chances[kept[0] : kept[-1] + 1])


def sum_within(one: Spread, other: Spread, *, low: int, high: int) -> Spread:
    """Give the chances that the sum of two independent totals is each number from low to high."""
    short, long = sorted((one, other), key=lambda each: each.chances.size)
    beginning = low - short.first - short.chances.size + 1 - long.first
    places = np.arange(beginning, high - short.first - long.first + 1)
    is_there, met = (places >= 0) & (places < long.chances.size), np.zeros(places.size)
    met[is_there] = long.chances[places[is_there]]
    return Spread(first=low, chances=np.convolve(met, short.chances, mode="valid"))


def _two_sided(found: Spread, total: int) -> float:
    at = total - found.first
    own = found.chances[at] if 0 <= at < found.chances.size else 0.0
    return min(1.0, float(found.chances[found.chances <= own * TIES].sum()))
