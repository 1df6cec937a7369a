"""Do today's applications look like those the model learned from? numpy only.

All three figures are the same sum over bins, `sum((p - q) * ln(p / q))`: of a score between two
populations it is called PSI, of a characteristic CSI, and between goods and bads the
information value.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
EMPTY = 0.5  # rows that an empty bin of the two is counted as, so that the sum stays finite


class NotComparable(ValueError):
    """The two populations are not in the same bins, or one has no rows."""


def psi_by_bin(expected: ArrayLike, actual: ArrayLike) -> Floats:
    """Divide the population stability index among the bins.

    Parameters
    ----------
    expected, actual : array of shape (n_bins,)
        Counts of rows: then, and now.

    Returns
    -------
    array of shape (n_bins,)
        Zero or more each. A bin that is empty on both sides adds nothing; one that is empty on
        one side counts as half a row.

    Raises
    ------
    NotComparable
        The bins differ in number, or one population has no rows.

    Examples
    --------
    >>> psi_by_bin([50, 50], [60, 40]).round(6).tolist()
    [0.018232, 0.022314]
    """
    then, now = _counts(expected), _counts(actual)
    if then.shape != now.shape:
        raise NotComparable(f"{then.size} bins then and {now.size} now")
    used = (then > 0) | (now > 0)
    shares_then, shares_now = _shares(then[used]), _shares(now[used])
    parts = np.zeros(then.shape)
    parts[used] = (shares_now - shares_then) * np.log(shares_now / shares_then)
    return parts


def psi(expected: ArrayLike, actual: ArrayLike) -> float:
    """Sum up how much a distribution over bins has moved.

    By convention below 0.1 is stable, and above 0.25 is a shift that needs an explanation.

    Examples
    --------
    >>> round(psi([50, 50], [60, 40]), 6)
    0.040547
    """
    return float(psi_by_bin(expected, actual).sum())


def chance(n: int, m: int, *, bins: int) -> float:
    """Give what the index of two samples of one population is on average: what chance adds.

    Source: as `drift_tests.index_of`; the mean of a chi-squared distribution is its degrees.

    Examples
    --------
    >>> round(chance(100, 1_000, bins=10), 6)
    0.099
    """
    return (bins - 1) * (1 / n + 1 / m)


def edges(values: ArrayLike, *, bins: int = 10) -> Floats:
    """Choose inner edges that put about equal numbers of rows into each bin.

    Fewer than `bins - 1` where many values are equal.

    Examples
    --------
    >>> edges([1, 2, 3, 4], bins=2).tolist()
    [2.5]
    """
    known = np.asarray(values, dtype=np.float64)
    return np.unique(np.quantile(known[~np.isnan(known)], np.linspace(0, 1, bins + 1)[1:-1]))


def counts(values: ArrayLike, *, inner_edges: ArrayLike) -> NDArray[np.int64]:
    """Count rows between edges; a value on an edge belongs above it; the last count is of NaN.

    Examples
    --------
    >>> counts([1.0, 2.5, 4.0, float("nan")], inner_edges=[2.5]).tolist()
    [1, 2, 1]
    """
    numbers = np.asarray(values, dtype=np.float64)
    cuts = np.asarray(inner_edges, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    inside = np.bincount(np.searchsorted(cuts, known, side="right"), minlength=len(cuts) + 1)
    return np.append(inside, len(numbers) - len(known)).astype(np.int64)


def csi(
    expected: Mapping[str, Sequence[int]], actual: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """Compare each characteristic's counts by bin, then and now.

    Returns
    -------
    dict
        Name to index, in the order of `expected`.

    Raises
    ------
    NotComparable
        A characteristic is missing now, or its bins differ.

    Examples
    --------
    >>> csi({"housing": [50, 50]}, {"housing": [50, 50]})
    {'housing': 0.0}
    """
    missing = [name for name in expected if name not in actual]
    if missing:
        raise NotComparable(f"no counts now of {', '.join(missing)}")
    return {name: psi(then, actual[name]) for name, then in expected.items()}


def weight_of_evidence(goods: ArrayLike, bads: ArrayLike) -> Floats:
    """Logarithm of the share of goods over the share of bads, by bin: above 0 is safer.

    Examples
    --------
    >>> weight_of_evidence([80, 20], [50, 50]).round(6).tolist()
    [0.470004, -0.916291]
    """
    return np.asarray(np.log(_shares(_counts(goods)) / _shares(_counts(bads))), dtype=np.float64)


def information_value(goods: ArrayLike, bads: ArrayLike) -> float:
    """Sum up how differently goods and bads spread over bins.

    Examples
    --------
    >>> round(information_value([80, 20], [50, 50]), 6)
    0.415888
    """
    return psi(bads, goods)


def _counts(counted: ArrayLike) -> Floats:
    numbers = np.asarray(counted, dtype=np.float64)
    if numbers.ndim != 1 or not (np.isfinite(numbers).all() and (numbers >= 0).all()):
        raise NotComparable("counts must be a list of numbers, zero or more")
    if numbers.sum() == 0:
        raise NotComparable("one population has no rows")
    return numbers


def _shares(counted: Floats) -> Floats:
    return np.asarray(np.where(counted == 0, EMPTY, counted) / counted.sum(), dtype=np.float64)
