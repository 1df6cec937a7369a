"""How good the model is on rows that it has not seen, and how sure that is."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scoring.results import performance
from scoring.training.calibrate import Floats, Outcomes, logit, maximum_likelihood, with_ones
from scoring.training.folds import Fold, OutOfFold

Z = 1.959964  # of a two-sided 95 % interval
RESAMPLES = 2_000
DIGITS = 6
expected_sd_of_auc = performance.sd_of_auc
BY_FOLD: dict[str, Callable[[Outcomes, Floats], float]] = {
    "auc": performance.auc,
    "gini": performance.gini,
    "ks": performance.ks,
    "brier": performance.brier,
    "log_loss": performance.log_loss,
}


def metrics_of(out: OutOfFold, bad: Outcomes, *, seed: int) -> dict[str, dict[str, Any]]:
    """Measure a model's kind by its folds.

    Ranking and Brier are means over all folds of all repeats, with the corrected standard
    error of Nadeau and Bengio (2003): folds share most of their training rows, so the plain
    one is far too small. Calibration is of the first repeat, in which each row counts once.
    """
    first = out.pds[0]
    metrics = {
        name: over_folds(
            [measure(bad[fold.tests], out.pds[fold.repeat, fold.tests]) for fold in out.folds],
            out.folds[0],
        )
        for name, measure in BY_FOLD.items()
    }
    metrics["calibration_slope"], metrics["calibration_intercept"] = _line(first, bad)
    metrics["ece"] = _calibration_error(first, bad, seed=seed)
    return metrics


def over_folds(values: Sequence[float], fold: Fold) -> dict[str, Any]:
    """Summarise a figure of each fold; `fold` says how large one is."""
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    error = sd * math.sqrt(1 / len(values) + len(fold.tests) / len(fold.learns))
    return {
        **_interval(mean, error),
        "sd": round(sd, DIGITS),
        "n_folds": len(values),
        "n": len(fold.tests) + len(fold.learns),
    }


def _line(pds: Floats, bad: Outcomes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fit the outcomes' log-odds to the predicted ones: slope 1 and intercept 0 are true."""
    fitted = maximum_likelihood(with_ones(logit(pds)), bad)
    slope, intercept = (
        {**_interval(float(value), float(error)), "n": len(bad)}
        for value, error in zip(fitted.coefficients, fitted.errors, strict=True)
    )
    return slope, intercept


def _calibration_error(pds: Floats, bad: Outcomes, *, seed: int) -> dict[str, Any]:
    """Bound the calibration error by resampling its bins, and say what chance alone gives.

    `by_chance` is what 95 of 100 samples of a perfectly calibrated model would stay below.
    """
    bins = performance.calibration(bad, pds)
    n = np.array([item.n for item in bins])
    mean_pd = np.array([item.mean_pd for item in bins])
    bad_rate = np.array([item.bad_rate for item in bins])
    rng = np.random.default_rng(seed)
    sizes = rng.multinomial(n.sum(), n / n.sum(), size=RESAMPLES)
    found = {
        rate: (np.abs(rng.binomial(sizes, share) - sizes * mean_pd).sum(axis=1) / n.sum())
        for rate, share in (("seen", bad_rate), ("true", mean_pd))
    }
    low, high = np.quantile(found["seen"], [0.025, 0.975])
    return {
        "mean": round(performance.ece(bad, pds), DIGITS),
        "low": round(float(low), DIGITS),
        "high": round(float(high), DIGITS),
        "by_chance": round(float(np.quantile(found["true"], 0.95)), DIGITS),
        "n": len(bad),
    }


def _interval(mean: float, error: float) -> dict[str, Any]:
    return {
        "mean": round(mean, DIGITS),
        "low": round(mean - Z * error, DIGITS),
        "high": round(mean + Z * error, DIGITS),
    }
