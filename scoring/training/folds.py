"""Repeated stratified cross-validation: one pass serves quality, calibration and validation."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit

from scoring.contract import Training
from scoring.training.calibrate import Floats, Outcomes, calibrate
from scoring.training.fit import MANY_ROWS
from scoring.training.learners import Learner, Rows

Progress = Callable[[str, float], None]

FITS_AT_ONCE = 2  # of one thread each; what is fitted does not depend on it
STOPPING_SHARE = 0.1  # of the rows a fold learns from: they say when to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One split of the rows."""

    repeat: int
    learns: Rows
    tests: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """What models that had not seen a row said of it, once a repeat."""

    folds: tuple[Fold, ...]
    margins: Floats  # (repeats, rows)
    pds: Floats  # (repeats, rows); calibrated without the row's own fold
    rounds: int  # trees: the contract's, or the folds' median where they stopped early


def folds_of(bad: Outcomes, training: Training) -> tuple[Fold, ...]:
    """Split the rows as the reference figures do."""
    splitter = RepeatedStratifiedKFold(
        n_splits=training.folds, n_repeats=training.repeats, random_state=training.seed
    )
    return tuple(
        Fold(repeat=number // training.folds, learns=learns, tests=tests)
        for number, (learns, tests) in enumerate(splitter.split(np.zeros(len(bad)), bad))
    )


def out_of_fold(
    learner: Learner, bad: Outcomes, *, training: Training, progress: Progress
) -> OutOfFold:
    """Fit a model a fold; score the rows that it has not seen.

    Where the contract stops early, a tenth of what a fold learns from says when. Its test rows
    never do: they would flatter the model.
    """
    folds = folds_of(bad, training)

    def score(fold: Fold) -> tuple[Floats, int]:
        learns, stop_on = _stopping(fold.learns, bad, training)
        booster = learner.fit(learns, training=training, stop_on=stop_on)
        return learner.margins(booster, fold.tests), booster.num_boosted_rounds()

    found, rounds = np.empty((training.repeats, len(bad))), []
    for number, (fold, (scored, grown)) in enumerate(
        _in_order(score, folds, rows=len(bad)), start=1
    ):
        found[fold.repeat, fold.tests] = scored
        rounds.append(grown)
        progress(f"Validating: model {number} of {len(folds)}", number / len(folds))
    return OutOfFold(
        folds=folds,
        margins=found,
        pds=_calibrated(folds, found, bad),
        rounds=int(np.median(rounds)),
    )


def _stopping(learns: Rows, bad: Outcomes, training: Training) -> tuple[Rows, Rows | None]:
    """Part what a fold learns from and what stops it."""
    if not training.early_stopping_rounds:
        return learns, None
    splitter = StratifiedShuffleSplit(
        n_splits=1, test_size=STOPPING_SHARE, random_state=training.seed
    )
    grows, stops = next(splitter.split(learns, bad[learns]))
    return np.sort(learns[grows]), np.sort(learns[stops])


def _in_order(
    score: Callable[[Fold], tuple[Floats, int]], folds: tuple[Fold, ...], *, rows: int
) -> Iterator[tuple[Fold, tuple[Floats, int]]]:
    """Run several fits at once where each has one thread; XGBoost lets go of Python's lock."""
    workers = 1 if rows >= MANY_ROWS else min(FITS_AT_ONCE, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        yield from zip(folds, pool.map(score, folds), strict=True)


def _calibrated(folds: tuple[Fold, ...], found: Floats, bad: Outcomes) -> Floats:
    """Calibrate each fold's margins on the other folds of its repeat."""
    pds = np.empty_like(found)
    for fold in folds:
        line = calibrate(found[fold.repeat, fold.learns], bad[fold.learns])
        pds[fold.repeat, fold.tests] = line.pd(found[fold.repeat, fold.tests])
    return pds
