"""Repeated stratified cross-validation: one pass serves quality, calibration and validation."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold

from scoring.contract import Training
from scoring.training.calibrate import Floats, Outcomes, calibrate
from scoring.training.encoding import Encoding, Matrix
from scoring.training.fit import MANY_ROWS, fit, margins

Rows = NDArray[np.int64]
Progress = Callable[[str, float], None]

FITS_AT_ONCE = 2  # of one thread each; what is fitted does not depend on it


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
    matrix: Matrix,
    bad: Outcomes,
    *,
    training: Training,
    encoding: Encoding,
    progress: Progress,
) -> OutOfFold:
    """Fit a model a fold; score the rows that it has not seen."""
    folds = folds_of(bad, training)

    def score(fold: Fold) -> Floats:
        learns, tests = fold.learns, fold.tests
        booster = fit(matrix[learns], bad[learns], training=training, encoding=encoding)
        return margins(booster, matrix[tests])

    found = np.empty((training.repeats, len(bad)))
    for number, (fold, scored) in enumerate(_in_order(score, folds, rows=len(bad)), start=1):
        found[fold.repeat, fold.tests] = scored
        progress(f"Validating: model {number} of {len(folds)}", number / len(folds))
    return OutOfFold(folds=folds, margins=found, pds=_calibrated(folds, found, bad))


def _in_order(
    score: Callable[[Fold], Floats], folds: tuple[Fold, ...], *, rows: int
) -> Iterator[tuple[Fold, Floats]]:
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
