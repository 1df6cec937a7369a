"""Between probability of default and scorecard points."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scoring.contract import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scoring.contract import Band

STANDARD = Scale(base_points=600, base_odds=50, points_to_double_odds=20)
_SMALLEST = 1e-15  # a PD of exactly 0 or 1 would have points without bound


class Score(NamedTuple):
    """What a model, or the scorecard in its place, says of one application."""

    pd: float
    margin: float
    points: float  # exact; base_points and contributions add up to it
    score: int  # points as people see them
    band: str
    base_points: float  # the reference population's mean
    contributions: tuple[float, ...]  # points a feature gave (+) or took (-), contract order
    bundle_hash: str
    contract_hash: str


def to_points(pd: float, *, scale: Scale = STANDARD) -> float:
    """Turn a probability of default into points, not rounded.

    Parameters
    ----------
    pd : float
        Probability of default, 0 to 1.
    scale : Scale
        What points mean.

    Examples
    --------
    >>> round(to_points(1 / 51), 6)  # odds of repaying are 50 to 1
    600.0
    >>> round(to_points(1 / 101), 6)  # twice as good
    620.0
    """
    safe = min(max(pd, _SMALLEST), 1 - _SMALLEST)
    return scale.offset + scale.factor * math.log((1 - safe) / safe)


def to_pd(points: float, *, scale: Scale = STANDARD) -> float:
    """Turn points back into a probability of default.

    Examples
    --------
    >>> round(1 / to_pd(600), 6)
    51.0
    """
    log_odds = (points - scale.offset) / scale.factor
    return 1 / (1 + math.exp(min(log_odds, 700)))  # exp(710) is past what a float holds


def points_of(pds: "NDArray[np.float64]", *, scale: Scale = STANDARD) -> "NDArray[np.float64]":
    """Turn many probabilities of default into points, not rounded.

    Parameters
    ----------
    pds : array of shape (n,)
        Probabilities of default, 0 to 1.

    Returns
    -------
    array of shape (n,)

    Examples
    --------
    >>> points_of(np.array([1 / 51, 1 / 101])).round(6).tolist()
    [600.0, 620.0]
    """
    safe = np.clip(pds, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(scale.offset + scale.factor * np.log((1 - safe) / safe), dtype=np.float64)


def to_score(points: float) -> int:
    """Round points to the whole score that people see; a half goes up.

    Examples
    --------
    >>> to_score(560.5), to_score(561.5), to_score(-0.5)
    (561, 562, 0)
    """
    return math.floor(points + 0.5)


def band_of(pd: float, bands: "Sequence[Band]") -> str:
    """Name the first band that ends above a probability of default; the last takes 1 too.

    Examples
    --------
    >>> from scoring.contract import Band
    >>> bands = (Band(name="A", pd_below=0.1), Band(name="B", pd_below=1.0))
    >>> band_of(0.0999, bands), band_of(0.1, bands), band_of(1.0, bands)
    ('A', 'B', 'B')
    """
    for band in bands:
        if pd < band.pd_below:
            return band.name
    return bands[-1].name
