"""How well the model's features, all together, tell who is of a protected group.

A plain learner is fitted for that question alone and forgotten: it scores nobody, and nothing of it
is in a bundle. A random forest of scikit-learn: it takes missing values, finds what only several
features together give away, and keeps to one thread beside whatever else the worker does.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RepeatedStratifiedKFold

from scoring.contract import Contract
from scoring.results import performance
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.folds import Fold
from scoring.training.quality import over_folds

FOLDS, REPEATS = 5, 2
MOST_ROWS = 10_000  # a sample of more is drawn with the seed
TREES, DEPTH, FEWEST_IN_LEAF = 60, 6, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An AUC over folds; 0.5 says that the features tell nothing of the group."""

    auc: float
    low: float  # 95 %, the folds' common rows allowed for
    high: float
    n: int
    folds: int

    @property
    def is_shown(self) -> bool:
        """Whether they tell more than chance."""
        return self.low > 0.5


def predictability(
    contract: Contract, frame: pl.DataFrame, is_own: NDArray[np.bool_], *, seed: int
) -> Told | None:
    """Cross-validate a learner that guesses a person's group from the model's features.

    The interval has the corrected standard error of C. Nadeau and Y. Bengio, Machine Learning 52
    (2003): folds share most of what they learn from.

    Parameters
    ----------
    frame : DataFrame of n rows
        The contract's features, of the group and of the reference.
    is_own : array of shape (n,)
        Whether a row is of the group.
    seed : int
        Of the folds, the sample and the learner: the same rows give the same figure.

    Returns
    -------
    Told or None
        None where a fold would lack one of the two.
    """
    chosen = _sample(len(is_own), seed=seed)
    own = is_own[chosen]
    if min(own.sum(), (~own).sum()) < 2 * FOLDS:
        return None
    matrix = matrix_from(encoding_of(contract), frame[chosen])
    splitter = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=seed)
    folds = [
        Fold(repeat=at // FOLDS, learns=learns, tests=tests)
        for at, (learns, tests) in enumerate(splitter.split(matrix, own))
    ]
    found = over_folds([_auc(matrix, own, fold, seed=seed) for fold in folds], folds[0])
    return Told(
        auc=found["mean"],
        low=max(found["low"], 0.0),
        high=min(found["high"], 1.0),
        n=len(own),
        folds=len(folds),
    )


def _auc(matrix: NDArray[np.float32], own: NDArray[np.bool_], fold: Fold, *, seed: int) -> float:
    learner = RandomForestClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        min_samples_leaf=FEWEST_IN_LEAF,
        random_state=seed,
        n_jobs=1,
    )
    learner.fit(matrix[fold.learns], own[fold.learns])
    return performance.auc(own[fold.tests], learner.predict_proba(matrix[fold.tests])[:, 1])


def _sample(rows: int, *, seed: int) -> NDArray[np.int64]:
    if rows <= MOST_ROWS:
        return np.arange(rows)
    drawn = np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False)
    return np.sort(drawn)
