"""How well a score ranks and how true its probabilities are. numpy only."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class NotMeasurable(ValueError):
    """There is too little to measure: no rows, or outcomes of one class only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Rows of similar PD: what was predicted and what happened."""

    n: int
    mean_pd: float
    bad_rate: float


def auc(bad: ArrayLike, pd: ArrayLike) -> float:
    """Chance that a bad loan has a higher PD than a good one; a tie counts one half.

    Parameters
    ----------
    bad : array of shape (n,)
        1 or true for a bad outcome, 0 for a good one.
    pd : array of shape (n,)
        Probability of default, or any number that grows with risk.

    Returns
    -------
    float
        0 to 1; 0.5 says nothing.

    Raises
    ------
    NotMeasurable
        There are no bads or no goods.

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    bads, risk = _both_classes(bad, pd)
    n_bad = int(bads.sum())
    n_good = len(bads) - n_bad
    _, place, counts = np.unique(risk, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle_ranks = last - (counts - 1) / 2  # tied rows share the mean of their ranks
    rank_sum = middle_ranks[place][bads].sum()
    return float((rank_sum - n_bad * (n_bad + 1) / 2) / (n_bad * n_good))


def sd_of_auc(auc: float, bads: float, goods: float) -> float:
    """Say how much an AUC varies between samples of this size (Hanley and McNeil, 1982).

    Examples
    --------
    >>> round(sd_of_auc(0.893, 51, 58), 3)
    0.033
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (bads - 1) * (q1 - auc**2) + (goods - 1) * (q2 - auc**2)
    return math.sqrt(variance / (bads * goods))


def gini(bad: ArrayLike, pd: ArrayLike) -> float:
    """Twice the AUC, less one: 0 says nothing, 1 ranks perfectly.

    Examples
    --------
    >>> gini([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    return 2 * auc(bad, pd) - 1


def ks(bad: ArrayLike, pd: ArrayLike) -> float:
    """Largest gap between the shares of bads and of goods at or below a PD.

    Examples
    --------
    >>> ks([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    bads, risk = _both_classes(bad, pd)
    values, place = np.unique(risk, return_inverse=True)
    of_bads = np.cumsum(np.bincount(place[bads], minlength=len(values))) / bads.sum()
    of_goods = np.cumsum(np.bincount(place[~bads], minlength=len(values))) / (~bads).sum()
    return float(np.abs(of_bads - of_goods).max())


def brier(bad: ArrayLike, pd: ArrayLike) -> float:
    """Mean squared error of the probabilities.

    Examples
    --------
    >>> round(brier([0, 1], [0.2, 0.6]), 6)
    0.1
    """
    bads, risk = _pairs(bad, pd)
    return float(np.mean((risk - bads) ** 2))


def log_loss(
    bad: ArrayLike,
    pd: ArrayLike,
) -> float:
    """Mean of minus the logarithm of the probability given to what happened.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 6)
    0.693147
    """
    bads, risk = _pairs(bad, pd)
    smallest = np.finfo(np.float64).eps  # certainty that was wrong would cost without end
    safe = np.clip(risk, smallest, 1 - smallest)
    return float(-np.mean(np.where(bads, np.log(safe), np.log1p(-safe))))


def calibration(bad: ArrayLike, pd: ArrayLike, *, bins: int = 10) -> tuple[Bin, ...]:
    """Compare prediction and outcome in bins of about equal numbers, lowest PD first.

    Rows of equal PD are never in two bins, so there may be fewer bins than asked for.

    Examples
    --------
    >>> calibration([0, 0, 0, 1], [0.1, 0.1, 0.6, 0.6], bins=2)[1]
    Bin(n=2, mean_pd=0.6, bad_rate=0.5)
    """
    bads, risk = _pairs(bad, pd)
    inner = np.quantile(risk, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(np.unique(inner), risk, side="left")
    found = []
    for number in np.unique(place):
        inside = place == number
        found.append(
            Bin(
                n=int(inside.sum()),
                mean_pd=float(risk[inside].mean()),
                bad_rate=float(bads[inside].mean()),
            )
        )
    return tuple(found)


def ece(bad: ArrayLike, pd: ArrayLike, *, bins: int = 10) -> float:
    """Average the gap of prediction and outcome over `calibration`'s bins, by their rows.

    Examples
    --------
    >>> round(ece([0, 0, 0, 1], [0.1, 0.1, 0.6, 0.6], bins=2), 6)
    0.1
    """
    found = calibration(bad, pd, bins=bins)
    total = sum(item.n for item in found)
    return sum(item.n * abs(item.mean_pd - item.bad_rate) for item in found) / total


def _pairs(bad: ArrayLike, pd: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    bads: NDArray[Any] = np.asarray(bad)
    risk = np.asarray(pd, dtype=np.float64)
    if bads.ndim != 1 or bads.shape != risk.shape:
        raise NotMeasurable(f"{bads.shape} outcomes and {risk.shape} probabilities do not pair")
    if not len(bads):
        raise NotMeasurable("there are no rows")
    if not (np.isin(bads, (0, 1)).all() and np.isfinite(risk).all()):
        raise NotMeasurable("outcomes must be 0 or 1 and probabilities finite")
    return bads.astype(np.bool_), risk


def _both_classes(bad: ArrayLike, pd: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    bads, risk = _pairs(bad, pd)
    if bads.all() or not bads.any():
        raise NotMeasurable("outcomes of both classes are needed")
    return bads, risk
