"""Fitting the trees."""

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.contract import Training
from scoring.training.encoding import Encoding, Matrix

MANY_ROWS = 50_000
MAX_BIN = 256
ROWS_AT_ONCE = 100_000
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
        "max_bin": MAX_BIN,
        "max_depth": training.max_depth,
        "learning_rate": training.learning_rate,
        "subsample": training.subsample,
        "colsample_bytree": training.colsample,
        "min_child_weight": training.min_child_weight,
        "monotone_constraints": encoding.constraints,
        "seed": training.seed,
        "nthread": _threads(rows),
    }


def _threads(rows: int) -> int:
    return THREADS_FOR_MANY_ROWS if rows >= MANY_ROWS else 1


def binned(matrix: Matrix, bad: NDArray[np.int8]) -> xgb.QuantileDMatrix:
    """Sort values into bins, which takes as long as growing a quarter of the usual trees."""
    return xgb.QuantileDMatrix(matrix, bad, nthread=_threads(len(matrix)), max_bin=MAX_BIN)


def fit(
    matrix: Matrix,
    bad: NDArray[np.int8],
    *,
    training: Training,
    encoding: Encoding,
    weights: NDArray[np.float32] | None = None,
    stop_on: tuple[Matrix, NDArray[np.int8]] | None = None,
) -> xgb.Booster:
    """Fit the trees on a fixed budget of rounds, or until the rows of `stop_on` gain no more."""
    data = binned(matrix, bad)
    if weights is not None:
        data.set_weight(weights)
    if stop_on is None:
        return grown(data, training=training, encoding=encoding)
    chosen = parameters(training, encoding, rows=len(matrix))
    stopping = xgb.QuantileDMatrix(
        *stop_on, nthread=_threads(len(matrix)), max_bin=MAX_BIN, ref=data
    )
    return kept(
        xgb.train(
            chosen | {"eval_metric": "logloss"},
            data,
            training.rounds,
            evals=[(stopping, "stop")],
            early_stopping_rounds=training.early_stopping_rounds,
            verbose_eval=False,
        )
    )


def grown(data: xgb.QuantileDMatrix, *, training: Training, encoding: Encoding) -> xgb.Booster:
    """Grow the trees of a fixed budget of rounds."""
    chosen = parameters(training, encoding, rows=data.num_row())
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
    found = [
        booster.inplace_predict(matrix[start : start + ROWS_AT_ONCE], predict_type="margin")
        for start in range(0, len(matrix), ROWS_AT_ONCE)
    ]
    return np.concatenate(found).astype(np.float64)
