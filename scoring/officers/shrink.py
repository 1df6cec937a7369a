"""Figures of several people, each drawn towards all of them by as much as it is uncertain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.officers.tables import Estimate
from scoring.proportions import Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """An estimate after pooling, with its 95 % interval and how much of it is one's own."""

    value: float
    low: float
    high: float
    own_share: float  # 0: nothing but the others; 1: nothing but one's own


def shrink(estimates: Sequence[Estimate]) -> list[Shrunk]:
    """Pool estimates partially: those of few rows move far, those of many stay where they are.

    How much people differ beyond chance is estimated from all of them (DerSimonian and Laird's
    moment estimate); each estimate is then the posterior mean under a normal distribution of
    people, its interval that of the posterior with the uncertainty of the common mean added.

    Source: C. Morris, JASA 78 (1983) 47-55; R. DerSimonian and N. Laird, Controlled Clinical
    Trials 7 (1986) 177-188.

    Examples
    --------
    >>> few, many = Estimate(value=1.0, variance=1.0), Estimate(value=-1.0, variance=0.01)
    >>> found = shrink([few, many, Estimate(value=1.0, variance=0.01)])
    >>> [round(each.value, 2) for each in found]
    [0.75, -0.99, 1.0]
    """
    if not estimates:
        return []
    values = np.array([each.value for each in estimates])
    variances = np.array([each.variance for each in estimates])
    between = _between(values, variances)
    weights = 1 / (variances + between)
    mean, of_mean = float((weights * values).sum() / weights.sum()), float(1 / weights.sum())
    return [
        _posterior(value, variance, between=between, mean=mean, of_mean=of_mean)
        for value, variance in zip(values.tolist(), variances.tolist(), strict=True)
    ]


def _between(values: np.ndarray, variances: np.ndarray) -> float:
    """Estimate the variance between people."""
    weights = 1 / variances
    mean = (weights * values).sum() / weights.sum()
    q = float((weights * (values - mean) ** 2).sum())
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return max(0.0, (q - (len(values) - 1)) / scale) if scale > 0 else 0.0


def _posterior(
    value: float, variance: float, *, between: float, mean: float, of_mean: float
) -> Shrunk:
    own = between / (between + variance)
    centre = own * value + (1 - own) * mean
    half = Z * math.sqrt(own * variance + (1 - own) ** 2 * of_mean)
    return Shrunk(value=centre, low=centre - half, high=centre + half, own_share=own)
