"""Trees and their calibration without a bundle: for calculations that may never serve."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract
from scoring.training.calibrate import calibrate
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.fit import margins
from scoring.training.folds import out_of_fold
from scoring.training.learners import LocalLearner
from scoring.training.twins import twins_of

Predict = Callable[[pl.DataFrame], NDArray[np.float64]]


def fit_shadow(contract: Contract, frame: pl.DataFrame) -> Predict:
    """Fit as a training does, with the contract's parameters, and keep nothing else.

    Parameters
    ----------
    frame : DataFrame
        The features by name, and `bad` (0 or 1).

    Returns
    -------
    callable
        From rows of features to PDs.

    Raises
    ------
    CalibrationRefused
        Nothing in the rows tells good from bad.
    """
    bad, encoding = frame["bad"].cast(pl.Int8).to_numpy(), encoding_of(contract)
    learner = LocalLearner(matrix_from(encoding, frame), bad, encoding)
    twins = twins_of(contract, frame)
    out = out_of_fold(learner, bad, training=contract.training, progress=_silence, twins=twins)
    line = calibrate(out.margins[0], bad)
    booster = learner.fit(None, training=contract.training)

    def predict(rows: pl.DataFrame) -> NDArray[np.float64]:
        return line.pd(margins(booster, matrix_from(encoding, rows)))

    return predict


def _silence(what: str, share: float) -> None:
    """Tell nobody: it is one of many."""
