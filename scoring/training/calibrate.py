"""Calibration that stays linear in the margin, so that points stay additive."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int8]

MOST_STEPS = 100
DIGITS = 6  # kept: what lies behind them differs between processors, and bundles are hashed


class CalibrationRefused(ValueError):
    """No rising line leads from the margins to the outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """PD = sigmoid(slope * margin + intercept)."""

    slope: float
    intercept: float

    def logit(self, margins: Floats) -> Floats:
        """Log-odds of bad."""
        return self.slope * margins + self.intercept

    def pd(self, margins: Floats) -> Floats:
        """Probability of bad."""
        return sigmoid(self.logit(margins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Coefficients of a logistic regression, and their standard errors."""

    coefficients: Floats
    errors: Floats


def sigmoid(logits: Floats) -> Floats:
    """Turn log-odds into probabilities without overflow."""
    small = np.exp(-np.abs(logits))
    pds: Floats = np.where(logits >= 0, 1.0, small) / (1 + small)
    return pds


def logit(pds: Floats) -> Floats:
    """Turn probabilities into log-odds."""
    safe = np.clip(pds, 1e-15, 1 - 1e-15)
    odds: Floats = np.log(safe) - np.log1p(-safe)
    return odds


def maximum_likelihood(design: Floats, bad: Outcomes) -> Fitted:
    """Fit a logistic regression by Newton's method (iteratively reweighted least squares).

    Parameters
    ----------
    design : array (rows, columns)
        With a column of ones where an intercept is wanted.
    bad : array (rows,)
        0 or 1.

    Raises
    ------
    CalibrationRefused
        There is no single best fit: a column is constant, or the outcomes are separated.
    """
    beta = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        fitted = sigmoid(design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (bad - fitted))
        except np.linalg.LinAlgError:
            break
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            return Fitted(coefficients=beta, errors=np.sqrt(np.diag(np.linalg.inv(information))))
    raise CalibrationRefused(
        "The outcomes cannot be fitted: either nothing in the data tells good from bad, or "
        "something tells them apart without fail, which is a leak."
    )


def with_ones(column: Floats) -> Floats:
    """Add the column of an intercept."""
    return np.column_stack([column, np.ones_like(column)])


def calibrate(margins: Floats, bad: Outcomes) -> Calibration:
    """Calibrate on out-of-fold margins, by maximum likelihood.

    Source: Platt (1999), without his smoothing of the outcomes.

    Raises
    ------
    CalibrationRefused
        The slope is not above zero: a larger margin would not mean a larger risk.
    """
    slope, intercept = maximum_likelihood(with_ones(margins), bad).coefficients.round(DIGITS)
    if not slope > 0:
        raise CalibrationRefused(
            f"The model does not order risk: its calibration slope is {slope:.3f}, "
            "so it found nothing that tells good from bad."
        )
    return Calibration(slope=float(slope), intercept=float(intercept))
