"""Two by two tables, one a stratum: who was exposed, and of whom something came true. numpy only.

With their margins given, the number that is both has a hypergeometric distribution in each
stratum, and the sum over strata the convolution of these. So every p-value here is exact.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
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
    says = (r > 0) & (r < n) & (c > 0) & (c < n)
    return Tables(both=a[says], exposed=r[says], true=c[says], n=n[says])


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
    low = np.maximum(0, found.exposed + found.true - found.n)
    high = np.minimum(found.exposed, found.true)
    chances = np.ones(1)
    for row, last in zip(_by_stratum(found, low, high, tilt), high - low, strict=True):
        chances = np.convolve(chances, row[: last + 1])
    return Spread(first=int(low.sum()), chances=chances)


def _by_stratum(found: Tables, low: Ints, high: Ints, tilt: float) -> Floats:
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


def together(spreads: list[Spread]) -> Spread:
    """Give the distribution of the sum of independent totals."""
    chances = np.ones(1)
    for each in spreads:
        chances = np.convolve(chances, each.chances)
    return Spread(first=sum(each.first for each in spreads), chances=chances)


def _two_sided(found: Spread, total: int) -> float:
    own = found.chances[total - found.first]
    return min(1.0, float(found.chances[found.chances <= own * TIES].sum()))
