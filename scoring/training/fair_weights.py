"""Weights and labels by group, for learning only: the group is no column of what is learned from.

*Reweighing* gives each group and outcome the weight that it would have if the two had nothing to do
with each other (F. Kamiran and T. Calders, Knowledge and Information Systems 33 (2012) 1-33).

*Reduction* is fairlearn's: demographic parity as a constraint on a cost-sensitive classifier, for
one Lagrange multiplier (A. Agarwal et al., ICML 2018, section 3.4, grid search). It turns each
loan into a label and a weight, and gives one predictor that draws no lots. An exponentiated
gradient's is a lottery between several, so the same application could get two answers: not used.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from fairlearn.reductions import DemographicParity, GridSearch
from numpy.typing import ArrayLike, NDArray

from scoring.candidates.recipes import Way, Weighing
from scoring.training.calibrate import Floats, Outcomes
from scoring.training.learners import Weights

SMALLEST = 0.05  # weight of a loan: none is forgotten altogether
UNKNOWN = ""
Groups = Sequence[str | None]


def weighed(weighing: Weighing, bad: Outcomes, groups: Groups) -> tuple[Outcomes, Weights]:
    """Give the label that each loan is learned by, and its weight; weights are 1 on average.

    Parameters
    ----------
    bad : array (rows,)
        What happened.
    groups : sequence (rows,)
        The group of each; None where nobody said: such loans weigh as their outcome does.
    """
    known = np.array([group or UNKNOWN for group in groups], dtype=np.str_)
    if weighing.way is Way.REWEIGHING:
        return bad, _scaled(_reweighing(bad, known, strength=weighing.strength))
    labels, weights = _reduction(bad, known, weighing)
    return labels, _scaled(weights)


def _reweighing(bad: Outcomes, groups: NDArray[np.str_], *, strength: float) -> Floats:
    weights = np.ones(len(bad))
    told = groups != UNKNOWN
    for group in np.unique(groups[told]):
        for outcome in (0, 1):
            cell = told & (groups == group) & (bad == outcome)
            if cell.any():
                expected = (told & (groups == group)).sum() * (told & (bad == outcome)).sum()
                weights[cell] = expected / (told.sum() * cell.sum())
    return np.maximum(1 + strength * (weights - 1), SMALLEST)


class _Noted:
    """What a reduction would have fitted: its labels and weights."""

    def fit(self, X: object, y: ArrayLike, sample_weight: ArrayLike) -> None:  # noqa: ARG002, N803 - scikit-learn's names
        self.labels = np.asarray(y, dtype=np.int8)
        self.weights = np.asarray(sample_weight, dtype=np.float64)

    def predict(self, X: Sequence[object]) -> NDArray[np.int8]:  # noqa: N803
        return np.zeros(len(X), dtype=np.int8)


def _reduction(
    bad: Outcomes, groups: NDArray[np.str_], weighing: Weighing
) -> tuple[Outcomes, Floats]:
    """Have fairlearn say what one multiplier comes to; approved is the positive answer."""
    rows, good = np.zeros((len(bad), 1)), 1 - bad.astype(np.int64)
    if weighing.group not in groups:
        return bad, np.ones(len(bad))
    with warnings.catch_warnings():  # fairlearn 0.15 writes what pandas 4 will refuse (2026-11)
        warnings.simplefilter("ignore", DeprecationWarning)
        noted = _searched(rows, good, groups, weighing)
    if not isinstance(noted, _Noted):  # every loan would have one label
        return bad, np.ones(len(bad))
    return (1 - noted.labels).astype(np.int8), np.maximum(noted.weights, SMALLEST)


def _searched(
    rows: Floats, good: NDArray[np.int64], groups: NDArray[np.str_], weighing: Weighing
) -> object:
    parity = DemographicParity()
    parity.load_data(rows, good, sensitive_features=groups)
    multipliers = parity.bound() * 0.0
    multipliers["-", "all", weighing.group] = weighing.strength  # "-": approved too seldom
    search = GridSearch(
        _Noted(), constraints=DemographicParity(), grid=multipliers.to_frame(name=0)
    )
    search.fit(rows, good, sensitive_features=groups)
    found: object = search.predictors_[0]
    return found


def _scaled(weights: Floats) -> Weights:
    scaled: Weights = (weights / weights.mean()).astype(np.float32)
    return scaled
