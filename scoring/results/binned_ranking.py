"""How well PDs rank, from goods and bads counted in fine bins: no row is needed. numpy only."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from scoring.proportions import CONFIDENCE, Interval
from scoring.results.performance import NotMeasurable, sd_of_auc

Floats = NDArray[np.float64]
REACH, STEP = 8.0, 0.05  # of the log-odds of a PD: bins are so wide, from -REACH to REACH
BINS = round(2 * REACH / STEP)
FEWEST = 10  # goods, and bads: of fewer no figure is stated
RESAMPLES = 400


def bin_of(pd: float) -> int:
    """Say in which bin a PD is counted; those beyond the ends are in the first and last.

    Examples
    --------
    >>> bin_of(0.0), bin_of(0.5), bin_of(1.0)
    (0, 160, 319)
    """
    odds = math.log(pd / (1 - pd)) if 0 < pd < 1 else math.copysign(math.inf, pd - 0.5)
    place = (min(max(odds, -REACH), REACH) + REACH) / STEP
    return min(BINS - 1, math.floor(place + 1e-9))


def auc(goods: ArrayLike, bads: ArrayLike) -> float:
    """Chance that a bad loan lies in a riskier bin than a good one; the same bin counts a half.

    Parameters
    ----------
    goods, bads : array of shape (bins,)
        Counts, the safest bin first. They may be expected counts, and then are not whole.

    Raises
    ------
    NotMeasurable
        There are no goods or no bads.

    Examples
    --------
    >>> auc([1, 1, 0, 0], [0, 1, 0, 1])
    0.875
    """
    good, bad = _both(goods, bads)
    return float((bad * _below(good)).sum() / (good.sum() * bad.sum()))


def auc_error(goods: ArrayLike, bads: ArrayLike) -> float:
    """Say how far an AUC of bins can be from that of the rows, either way.

    Only pairs within a bin are not known; each counts one half in place of nothing or one.

    Examples
    --------
    >>> auc_error([1, 1, 0, 0], [0, 1, 0, 1])
    0.125
    """
    good, bad = _both(goods, bads)
    return float((good * bad).sum() / (2 * good.sum() * bad.sum()))


def auc_interval(goods: ArrayLike, bads: ArrayLike, *, level: float = CONFIDENCE) -> Interval:
    """Bound an AUC by its placement variance, on the scale of its log-odds.

    Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837-845,
    computed on bins; the log-odds after M. S. Pepe, The Statistical Evaluation of Medical Tests
    (2003), section 5.2. Where bins separate the classes wholly, and the variance would be nothing,
    Hanley and McNeil's of half a pair less.

    Examples
    --------
    >>> found = auc_interval([30, 20, 10], [2, 8, 20])
    >>> round(found.low, 3), round(found.high, 3)
    (0.702, 0.879)
    """
    good, bad = _both(goods, bads)
    value, sd = auc(good, bad), sd_of_bins(good, bad)
    least = 0.5 / float(max(min(good.sum(), bad.sum()), 1.0))
    middle = min(max(value, least), 1 - least)
    if sd == 0:
        sd = sd_of_auc(middle, float(bad.sum()), float(good.sum()))
    half = float(ndtri(0.5 + level / 2)) * sd / (middle * (1 - middle))
    centre = math.log(middle / (1 - middle))
    low, high = (1 / (1 + math.exp(-end)) for end in (centre - half, centre + half))
    return Interval(low=min(low, value), high=max(high, value))


def sd_of_bins(goods: ArrayLike, bads: ArrayLike) -> float:
    """Say how much an AUC of these counts varies between samples (DeLong and others, 1988)."""
    good, bad = _both(goods, bads)
    return math.sqrt(
        _variance(_below(good) / good.sum(), bad) / bad.sum()
        + _variance(1 - _below(bad) / bad.sum(), good) / good.sum()
    )


def ks(goods: ArrayLike, bads: ArrayLike) -> float:
    """Give the largest gap between the shares of goods and of bads up to a bin.

    Examples
    --------
    >>> ks([2, 2, 0], [0, 1, 3])
    0.75
    """
    good, bad = _both(goods, bads)
    return float(np.abs(np.cumsum(good) / good.sum() - np.cumsum(bad) / bad.sum()).max())


def ks_interval(
    goods: ArrayLike, bads: ArrayLike, *, seed: int = 0, level: float = CONFIDENCE
) -> Interval:
    """Bound a KS by resampling goods and bads.

    Each resample is again a largest gap, and so lies above the truth by about as much as the figure
    does; the interval is turned around the figure for that.

    Source: the basic bootstrap of A. C. Davison and D. V. Hinkley, Bootstrap Methods and their
    Application (1997), section 5.2.
    """
    good, bad = _both(goods, bads)
    rng = np.random.default_rng(seed)
    gaps = _drawn(rng, good) - _drawn(rng, bad)
    value = ks(good, bad)
    tail = (1 - level) / 2
    low, high = np.quantile(np.abs(gaps).max(axis=1), [tail, 1 - tail])
    return Interval(low=max(2 * value - float(high), 0.0), high=min(2 * value - float(low), 1.0))


def is_enough(goods: ArrayLike, bads: ArrayLike) -> bool:
    """Say whether there are enough of both classes to state a figure."""
    return float(np.sum(goods)) >= FEWEST and float(np.sum(bads)) >= FEWEST


def _drawn(rng: np.random.Generator, counts: Floats) -> Floats:
    n = round(float(counts.sum()))
    drawn = rng.multinomial(n, counts / counts.sum(), size=RESAMPLES)
    return np.asarray(np.cumsum(drawn, axis=1) / n, dtype=np.float64)


def _below(counts: Floats) -> Floats:
    """Count what lies below the middle of each bin."""
    return np.asarray(np.cumsum(counts) - counts / 2, dtype=np.float64)


def _variance(values: Floats, weights: Floats) -> float:
    """Give the variance of weighted values as of a sample."""
    n = float(weights.sum())
    mean = float((values * weights).sum()) / n
    return float((weights * (values - mean) ** 2).sum()) / max(n - 1, 1.0)


def _both(goods: ArrayLike, bads: ArrayLike) -> tuple[Floats, Floats]:
    good, bad = np.asarray(goods, dtype=np.float64), np.asarray(bads, dtype=np.float64)
    if good.shape != bad.shape or good.ndim != 1:
        raise NotMeasurable(f"{good.shape} goods and {bad.shape} bads are not in the same bins")
    if good.sum() <= 0 or bad.sum() <= 0:
        raise NotMeasurable("outcomes of both classes are needed")
    return good, bad
