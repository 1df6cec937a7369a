"""A learner that follows a recipe: without some features, and by labels and weights of its own."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import xgboost as xgb

from scoring.candidates.recipes import Recipe
from scoring.contract import Contract, Training
from scoring.training.calibrate import Outcomes
from scoring.training.encoding import Encoding, Matrix, matrix_from
from scoring.training.fair_weights import Groups, weighed
from scoring.training.learners import LocalLearner, Rows, Weights


class RecipeLearner(LocalLearner):
    """Rows in the memory of this process; a feature that is left out says the same of each.

    So no tree splits on it, and its share of a score is nought.
    """

    def __init__(
        self, matrix: Matrix, bad: Outcomes, encoding: Encoding, *, weights: Weights | None
    ) -> None:
        super().__init__(matrix, bad, encoding)
        self.weights = weights

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit the trees; the recipe's weights multiply those that are asked for."""
        both = self.weights if weights is None else weights
        if self.weights is not None and weights is not None:
            both = self.weights * weights
        return super().fit(rows, training=training, weights=both, stop_on=stop_on)


def encoding_by(recipe: Recipe, contract: Contract) -> Encoding:
    """Say how features become columns: as ever, and with the recipe's directions."""
    return Encoding(features=recipe.features(contract))


def learner_by(
    recipe: Recipe, contract: Contract, rows: pl.DataFrame, groups: Mapping[str, Groups]
) -> RecipeLearner:
    """Make a learner over rows as a label policy lays them out.

    Parameters
    ----------
    rows : DataFrame
        Those with a real outcome first; what follows them has its own label and weight 1.
    groups : mapping
        Of the attribute that the recipe weighs by, if any: the group of each row with an outcome.

    Raises
    ------
    RecipeRefused
        It speaks of something that the contract does not have.
    """
    recipe.check(contract)
    encoding = encoding_by(recipe, contract)
    matrix = matrix_by(recipe, encoding, rows)
    bad = rows["bad"].cast(pl.Int8).to_numpy().copy()
    weights = None
    if recipe.weighing:
        known = groups[recipe.weighing.attribute]
        labels, own = weighed(recipe.weighing, bad[: len(known)], known)
        bad[: len(known)] = labels
        weights = np.concatenate([own, np.ones(len(bad) - len(known), dtype=np.float32)])
    return RecipeLearner(matrix, bad, encoding, weights=weights)


def matrix_by(recipe: Recipe, encoding: Encoding, rows: pl.DataFrame) -> Matrix:
    """Encode rows with what is left out made all alike."""
    matrix = matrix_from(encoding, rows)
    matrix[:, _left_out(recipe, encoding)] = 0
    return matrix


def _left_out(recipe: Recipe, encoding: Encoding) -> Rows:
    """Find the columns of the features that are left out."""
    names = np.array([feature.name for feature in encoding.features])
    return np.flatnonzero(np.isin(names[encoding.players], recipe.leave_out))
