"""What fits trees and asks them, wherever the rows are: in this process, or on a cluster."""

from typing import Any, Protocol

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.contract import Training
from scoring.training.calibrate import Floats, Outcomes
from scoring.training.encoding import Encoding, Matrix
from scoring.training.fit import fit, margins

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
    """Rows in the memory of this process."""

    def __init__(self, matrix: Matrix, bad: Outcomes, encoding: Encoding) -> None:
        self.matrix, self.bad, self.encoding = matrix, bad, encoding
        self.rows = len(matrix)
        self.engine = {"name": "local"}

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit the trees; the rows that stop them early are none of those they learn from."""
        chosen = slice(None) if rows is None else rows
        return fit(
            self.matrix[chosen],
            self.bad[chosen],
            training=training,
            encoding=self.encoding,
            weights=None if weights is None else weights[chosen],
            stop_on=None if stop_on is None else (self.matrix[stop_on], self.bad[stop_on]),
        )

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Ask the trees of some rows, or all."""
        return margins(booster, self.matrix if rows is None else self.matrix[rows])
