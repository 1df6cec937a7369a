"""A label policy held against the newest loans: what is guessed knows nothing of them.

Guesses come from models of the older loans alone, and only those who were declined before the
newest loans applied are guessed. What is tested on are real outcomes, as ever.
"""

from dataclasses import replace

import numpy as np
import xgboost as xgb

from scoring.contract import Contract, Training
from scoring.training.calibrate import Floats, Outcomes, calibrate
from scoring.training.folds import out_of_fold
from scoring.training.labelling import Weighed, of_outcomes, rejects_of
from scoring.training.labels import Sample, shares_of_bad
from scoring.training.learners import Learner, Rows, Weights
from scoring.training.out_of_time import Split
from scoring.training.twins import among


class Narrowed:
    """A learner that shows some rows of another; they are named by their places among these."""

    def __init__(self, learner: Learner, places: Rows) -> None:
        self.learner, self.places = learner, places
        self.rows, self.engine = len(places), learner.engine

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit on some of the rows shown, or all of them."""
        return self.learner.fit(
            self.places if rows is None else self.places[rows],
            training=training,
            weights=weights,
            stop_on=None if stop_on is None else self.places[stop_on],
        )

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Ask of some of the rows shown, or all of them."""
        return self.learner.margins(booster, self.places if rows is None else self.places[rows])


def learner_before(
    contract: Contract,
    sample: Sample,
    learner: Learner,
    bad: Outcomes,
    *,
    training: Training,
    split: Split,
) -> Weighed:
    """Make what learns by the contract's label policy as it could have before the newest loans.

    Parameters
    ----------
    learner : Learner
        Over `sample.laid_out`.
    bad : array (known rows,)
        Real outcomes; those of the newest rows are not looked at.
    """
    older, plain = split.older, of_outcomes(learner, rows=len(bad))
    out = out_of_fold(
        Narrowed(plain, older),
        bad[older],
        training=replace(training, repeats=1),
        progress=_silence,
        twins=among(sample.twins, older),
    )
    line = calibrate(out.margins[0], bad[older])
    booster = plain.fit(older, training=replace(training, rounds=out.rounds))
    pds = line.pd(plain.margins(booster, rejects_of(sample)))
    shares = shares_of_bad(contract, pds, line.pd(out.margins[0]), bad[older])
    weights = sample.weights(shares) * _was_there(sample, split)
    return Weighed(learner, rows=len(bad), weights=weights.astype(np.float32))


def _was_there(sample: Sample, split: Split) -> Floats:
    """Say of each row as laid out whether it was decided before the newest loans applied.

    Of the loans themselves the split says it.
    """
    officers, rejects = (
        (part["applied_on"] < split.first_tested).fill_null(value=False).to_numpy()
        for part in (sample.officers, sample.rejects)
    )
    return np.concatenate([np.ones(sample.known.height), officers, rejects, rejects])


def _silence(what: str, share: float) -> None:
    """Tell nobody: it is a step of another."""
