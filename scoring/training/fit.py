"""Fitting the trees."""

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.contract import Training
from scoring.training.encoding import Encoding, Matrix

MANY_ROWS = 50_000
THREADS_FOR_MANY_ROWS = 4


def parameters(training: Training, encoding: Encoding, *, rows: int) -> dict[str, object]:
    """XGBoost's parameters, every one that matters spelled out.

    The number of threads depends on the number of rows alone, never on the machine: sums
    of floats depend on how they are split, and the same data must give the same model.
    """
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "device": "cpu",
        "max_bin": 256,
        "max_depth": training.max_depth,
        "learning_rate": training.learning_rate,
        "subsample": training.subsample,
        "colsample_bytree": training.colsample,
        "min_child_weight": training.min_child_weight,
        "monotone_constraints": encoding.constraints,
        "seed": training.seed,
        "nthread": THREADS_FOR_MANY_ROWS if rows >= MANY_ROWS else 1,
    }


def fit(
    matrix: Matrix, bad: NDArray[np.int8], *, training: Training, encoding: Encoding
) -> xgb.Booster:
    """Fit the trees on a fixed budget of rounds."""
    chosen = parameters(training, encoding, rows=len(matrix))
    data = xgb.DMatrix(matrix, bad, nthread=chosen["nthread"])
    return kept(xgb.train(chosen, data, training.rounds))


def kept(booster: xgb.Booster) -> xgb.Booster:
    """Drop the trees that early stopping grew in vain."""
    try:
        best = booster.best_iteration
    except AttributeError:  # not stopped early: every tree counts
        return booster
    return booster[: best + 1]


def margins(booster: xgb.Booster, matrix: Matrix) -> NDArray[np.float64]:
    """Log-odds of bad before calibration, as XGBoost itself gives them."""
    found: NDArray[np.float32] = booster.predict(xgb.DMatrix(matrix, nthread=1), output_margin=True)
    return found.astype(np.float64)
