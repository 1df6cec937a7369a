"""The fallback scorecard: evidence by bin, weighed by one logistic regression."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scoring.contract import Contract
from scoring.results import performance
from scoring.scorecard import FORMAT
from scoring.training.calibrate import (
    CalibrationRefused,
    Floats,
    Outcomes,
    maximum_likelihood,
    sigmoid,
)
from scoring.training.folds import OutOfFold
from scoring.training.quality import over_folds
from scoring.training.scorecard_bins import Binned, binned

POINT_DIGITS = 4
FIGURE_DIGITS = 6
NO_FIGURES: dict[str, Any] = {"auc": None, "auc_behind_model": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Log-odds of bad = intercept + sum of weight * evidence; every weight is below zero."""

    bins: tuple[Binned, ...]
    weights: Floats
    intercept: float

    def pds(self, frame: pl.DataFrame) -> Floats:
        """Probability of bad for each row."""
        evidence = _evidence(self.bins, frame)
        return sigmoid(evidence @ self.weights + self.intercept)


def fit_scorecard(contract: Contract, frame: pl.DataFrame, bad: Outcomes) -> Weighed | None:
    """Bin every feature and weigh the bins; None where no feature tells anything.

    A feature whose weight comes out the wrong way round says what others already say; the
    worst such feature is left out until there is none.
    """
    found = (binned(feature, frame[feature.name], bad) for feature in contract.features)
    bins = tuple(one for one in found if one is not None)
    while bins:
        try:
            *weights, intercept = _regression(_evidence(bins, frame), bad)
        except CalibrationRefused:
            return None
        if max(weights) < 0:
            return Weighed(bins=bins, weights=np.array(weights), intercept=intercept)
        worst = int(np.argmax(weights))
        bins = bins[:worst] + bins[worst + 1 :]
    return None


def to_json(contract: Contract, card: Weighed, reference: pl.DataFrame) -> dict[str, Any]:
    """Write a scorecard as `scoring.scorecard` reads it, measured from the reference's mean."""
    features, total = [], contract.scale.offset - contract.scale.factor * card.intercept
    for one, weight in zip(card.bins, card.weights, strict=True):
        points = -contract.scale.factor * weight * one.evidence
        mean = float(points[one.places(reference[one.feature.name])].mean())
        features.append(_entry(one, points - mean))
        total += mean
    return {
        "format": FORMAT,
        "product": contract.slug,
        "contract_hash": contract.hash,
        "base_points": round(total, POINT_DIGITS),
        "features": features,
    }


def figures(
    contract: Contract, frame: pl.DataFrame, bad: Outcomes, out: OutOfFold
) -> dict[str, Any]:
    """Fit a scorecard on each fold of the first repeat; compare it there with the model.

    One repeat only: a scorecard takes longer to fit than the trees.
    """
    folds = [fold for fold in out.folds if fold.repeat == 0]
    cards = [fit_scorecard(contract, frame[fold.learns], bad[fold.learns]) for fold in folds]
    if not all(cards):
        return dict(NO_FIGURES)
    own = [
        performance.auc(bad[fold.tests], card.pds(frame[fold.tests]))
        for fold, card in zip(folds, cards, strict=True)
        if card
    ]
    models = [performance.auc(bad[fold.tests], out.pds[0, fold.tests]) for fold in folds]
    return {
        "auc": over_folds(own, folds[0]),
        "auc_behind_model": round(float(np.mean(models) - np.mean(own)), FIGURE_DIGITS),
    }


def _regression(evidence: Floats, bad: Outcomes) -> list[float]:
    design = np.column_stack([evidence, np.ones(len(evidence))])
    return [float(weight) for weight in maximum_likelihood(design, bad).coefficients]


def _evidence(bins: tuple[Binned, ...], frame: pl.DataFrame) -> Floats:
    return np.column_stack([one.evidence[one.places(frame[one.feature.name])] for one in bins])


def _entry(one: Binned, points: Floats) -> dict[str, Any]:
    *bins, missing, other = (round(float(value), POINT_DIGITS) for value in points)
    if one.groups:
        cut: dict[str, Any] = {"groups": [list(group) for group in one.groups], "other": other}
    else:
        cut = {"edges": list(one.edges)}
    return {"feature": one.feature.name, **cut, "points": bins, "missing": missing}
