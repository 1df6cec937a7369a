"""Learning from more than real outcomes, measured on real outcomes alone, beside the default.

What is guessed for a reject while a fold is validated comes from a model that has not seen the
fold: else its labels would come back by way of the rejects.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xgboost as xgb

from scoring.contract import Contract, Training
from scoring.training.calibrate import Floats, Outcomes, calibrate
from scoring.training.folds import OutOfFold, Progress, out_of_fold, within
from scoring.training.labels import SENTENCE, Sample, shares_of_bad
from scoring.training.learners import Learner, Rows, Weights
from scoring.training.quality import metrics_of

SHOWN = ("auc", "gini", "ks", "brier")
DIGITS = 4


class Weighed:
    """A learner that shows the first `rows` of another, and learns from the rest by weight too."""

    def __init__(self, learner: Learner, *, rows: int, weights: Weights) -> None:
        self.learner, self.rows, self.weights = learner, rows, weights
        self.engine = learner.engine
        self.others = rows + np.flatnonzero(weights[rows:])

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit on some of the rows shown, or all, and on the others."""
        chosen = np.arange(self.rows) if rows is None else rows
        weighed = self.weights.copy()
        if weights is not None:
            weighed[: self.rows] *= weights
        return self.learner.fit(
            np.concatenate([chosen, self.others]),
            training=training,
            weights=weighed,
            stop_on=stop_on,
        )

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Ask of some rows, or of all that are shown."""
        return self.learner.margins(booster, np.arange(self.rows) if rows is None else rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What learns by the contract's label policy, how it validated, and how the default did."""

    learner: Learner
    plain: Learner  # that learns from real outcomes only
    out: OutOfFold
    default: OutOfFold
    said: dict[str, Any] | None


def labelled(
    contract: Contract,
    sample: Sample,
    learner: Learner,
    bad: Outcomes,
    *,
    training: Training,
    progress: Progress,
) -> Labelled:
    """Validate by the contract's label policy, and by the default where that is another.

    Parameters
    ----------
    learner : Learner
        Over `sample.laid_out`.
    bad : array (known rows,)
        Real outcomes, by which everything is measured.
    """
    twins = sample.twins
    if sample.is_plain:
        out = out_of_fold(learner, bad, training=training, progress=progress, twins=twins)
        return Labelled(learner=learner, plain=learner, out=out, default=out, said=None)
    n, rejects = len(bad), rejects_of(sample)
    plain = of_outcomes(learner, rows=n)
    default = out_of_fold(
        plain,
        bad,
        training=training,
        progress=within(progress, 0, 0.5),
        also=rejects,
        twins=twins,
    )
    learners = [
        Weighed(learner, rows=n, weights=sample.weights(shares))
        for shares in _of_folds(contract, default, bad)
    ]
    out = out_of_fold(
        learners, bad, training=training, progress=within(progress, 0.5, 1), twins=twins
    )
    shares = _of_all(contract, plain, default, bad, rejects, training)
    return Labelled(
        learner=Weighed(learner, rows=n, weights=sample.weights(shares)),
        plain=plain,
        out=out,
        default=default,
        said=_said(contract, sample, shares, default=default, out=out, bad=bad),
    )


def of_outcomes(learner: Learner, *, rows: int) -> Weighed:
    """Learn from real outcomes only, which are the first rows laid out."""
    nothing = np.concatenate([np.ones(rows), np.zeros(learner.rows - rows)])
    return Weighed(learner, rows=rows, weights=nothing.astype(np.float32))


def rejects_of(sample: Sample) -> Rows:
    """Where the rejects are laid out first."""
    return sample.known.height + sample.officers.height + np.arange(sample.rejects.height)


def _of_folds(contract: Contract, default: OutOfFold, bad: Outcomes) -> list[Floats]:
    """Guess for each fold with its own model, calibrated and banded without the fold."""
    shares = []
    for fold, margins in zip(default.folds, default.also, strict=True):
        own = default.margins[fold.repeat, fold.learns]
        line = calibrate(own, bad[fold.learns])
        shares.append(shares_of_bad(contract, line.pd(margins), line.pd(own), bad[fold.learns]))
    return shares


def _of_all(
    contract: Contract,
    plain: Learner,
    default: OutOfFold,
    bad: Outcomes,
    rejects: Rows,
    training: Training,
) -> Floats:
    booster = plain.fit(None, training=replace(training, rounds=default.rounds))
    line = calibrate(default.margins.ravel(), np.tile(bad, len(default.margins)))
    pds = line.pd(plain.margins(booster, rejects))
    return shares_of_bad(contract, pds, line.pd(default.margins[0]), bad)


def _said(
    contract: Contract,
    sample: Sample,
    shares: Floats,
    *,
    default: OutOfFold,
    out: OutOfFold,
    bad: Outcomes,
) -> dict[str, Any]:
    seed = contract.training.seed
    return {
        "chosen": contract.learning.policy,
        "default": shown(metrics_of(default, bad, seed=seed), n=len(bad)),
        "chosen_figures": shown(metrics_of(out, bad, seed=seed), n=len(bad)),
        "sentence": SENTENCE,
        "rejects": sample.rejects.height,
        "rejects_guessed_bad": round(float(shares.mean()), DIGITS) if len(shares) else None,
        "prudence": contract.learning.prudence,
        "officers_decisions": sample.officers.height,
    }


def shown(metrics: dict[str, dict[str, Any]], *, n: int) -> dict[str, Any]:
    """Pick the figures that two label policies are compared by."""
    return {name: metrics[name] for name in SHOWN} | {"n": n}
