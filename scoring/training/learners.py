"""What fits trees and asks them, wherever the rows are: in this process, or on a cluster."""

import threading
from typing import Any, Protocol

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.contract import Training
from scoring.training.calibrate import Floats, Outcomes
from scoring.training.encoding import Encoding, Matrix
from scoring.training.fit import binned, fit, grown, margins

Rows = NDArray[np.int64]
Weights = NDArray[np.float32]


class Learner(Protocol):
    """The rows of a snapshot in its order, and their outcomes; `rows` says how many.

    `engine` is what the manifest says of where the trees were fitted.
    """

    rows: int
    engine: dict[str, Any]

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit the trees on some rows, or all; `weights` has one number for every row there is."""

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Log-odds of bad before calibration, of some rows (ascending), or all."""


class LocalLearner:
    """Rows in the memory of this process.

    Resamples of all rows have the bins of all rows, so that their trees may share tests, and a
    thread sorts the rows into them once.
    """

    def __init__(self, matrix: Matrix, bad: Outcomes, encoding: Encoding) -> None:
        self.matrix, self.bad, self.encoding = matrix, bad, encoding
        self.rows = len(matrix)
        self.engine = {"name": "local"}
        self._of_thread = threading.local()

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit the trees; the rows that stop them early are none of those they learn from."""
        if rows is None and weights is not None and stop_on is None:
            return self._resampled(training, weights)
        chosen = slice(None) if rows is None else rows
        return fit(
            self.matrix[chosen],
            self.bad[chosen],
            training=training,
            encoding=self.encoding,
            weights=None if weights is None else weights[chosen],
            stop_on=None if stop_on is None else (self.matrix[stop_on], self.bad[stop_on]),
        )

    def _resampled(self, training: Training, weights: Weights) -> xgb.Booster:
        data: xgb.QuantileDMatrix | None = getattr(self._of_thread, "binned", None)
        if data is None:
            data = self._of_thread.binned = binned(self.matrix, self.bad)
        data.set_weight(weights)
        return grown(data, training=training, encoding=self.encoding)

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Ask the trees of some rows, or all."""
        return margins(booster, self.matrix if rows is None else self.matrix[rows])
