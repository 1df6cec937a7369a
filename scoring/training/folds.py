"""Repeated stratified cross-validation: one pass serves quality, calibration and validation."""

import os
from collections.abc import Callable, Iterator, Sequence
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
    also: tuple[Floats, ...] = ()  # what each fold's model said of rows beside, if asked

    @property
    def first_tested_in(self) -> Rows:
        """In which fold of the first repeat each row was tested."""
        found = np.empty(self.pds.shape[1], dtype=np.int64)
        for number, fold in enumerate(each for each in self.folds if each.repeat == 0):
            found[fold.tests] = number
        return found


def folds_of(bad: Outcomes, training: Training, twins: Rows | None = None) -> tuple[Fold, ...]:
    """Split the rows as the reference figures do; one loan that stands twice is tested at once."""
    splitter = RepeatedStratifiedKFold(
        n_splits=training.folds, n_repeats=training.repeats, random_state=training.seed
    )
    folds = []
    for number, (_, drawn) in enumerate(splitter.split(np.zeros(len(bad)), bad)):
        learns, tests = _parted(np.arange(len(bad)), drawn, twins)
        folds.append(Fold(repeat=number // training.folds, learns=learns, tests=tests))
    return tuple(folds)


def _parted(rows: Rows, chosen: Rows, twins: Rows | None) -> tuple[Rows, Rows]:
    """Part rows into the others and those chosen, each where its first twin is."""
    is_chosen = np.zeros(rows.max() + 1, dtype=np.bool_)
    is_chosen[chosen] = True
    found = is_chosen[rows if twins is None else twins[rows]]
    return rows[~found], rows[found]


def fits_at_once(*, rows: int) -> int:
    """Say how many fits may run beside each other: where rows are many, one takes the threads."""
    return 1 if rows >= MANY_ROWS else min(FITS_AT_ONCE, os.cpu_count() or 1)


def within(progress: Progress, begins: float, ends: float) -> Progress:
    """Tell a step's progress as a part of the whole."""

    def tell(what: str, share: float) -> None:
        progress(what, begins + share * (ends - begins))

    return tell


def out_of_fold(
    learner: Learner | Sequence[Learner],
    bad: Outcomes,
    *,
    training: Training,
    progress: Progress,
    also: Rows | None = None,
    twins: Rows | None = None,
) -> OutOfFold:
    """Fit a model a fold; score the rows that it has not seen.

    Where the contract stops early, a tenth of what a fold learns from says when. Its test rows
    never do: they would flatter the model. There is one learner a fold, where they differ; `also`
    are rows beside those of the folds, of which each fold's model is asked; `twins` names each
    row's first one, and none is asked about a row whose twin it has seen.
    """
    folds = folds_of(bad, training, twins)
    learners = learner if isinstance(learner, Sequence) else [learner] * len(folds)

    def score(fold: Fold, own: Learner) -> tuple[Floats, int, Floats]:
        learns, stop_on = _stopping(fold.learns, bad, training, twins)
        booster = own.fit(learns, training=training, stop_on=stop_on)
        beside = np.empty(0) if also is None or not len(also) else own.margins(booster, also)
        return own.margins(booster, fold.tests), booster.num_boosted_rounds(), beside

    found, rounds, asked = np.empty((training.repeats, len(bad))), [], []
    for number, (fold, (scored, grown, beside)) in enumerate(
        _in_order(score, folds, learners, rows=len(bad)), start=1
    ):
        found[fold.repeat, fold.tests] = scored
        rounds.append(grown)
        asked.append(beside)
        progress(f"Validating: model {number} of {len(folds)}", number / len(folds))
    return OutOfFold(
        folds=folds,
        margins=found,
        pds=_calibrated(folds, found, bad),
        rounds=int(np.median(rounds)),
        also=tuple(asked),
    )


def _stopping(
    learns: Rows, bad: Outcomes, training: Training, twins: Rows | None
) -> tuple[Rows, Rows | None]:
    """Part what a fold learns from and what stops it."""
    if not training.early_stopping_rounds:
        return learns, None
    splitter = StratifiedShuffleSplit(
        n_splits=1, test_size=STOPPING_SHARE, random_state=training.seed
    )
    _, stops = next(splitter.split(learns, bad[learns]))
    return _parted(learns, learns[stops], twins)


def _in_order(
    score: Callable[[Fold, Learner], tuple[Floats, int, Floats]],
    folds: tuple[Fold, ...],
    learners: Sequence[Learner],
    *,
    rows: int,
) -> Iterator[tuple[Fold, tuple[Floats, int, Floats]]]:
    """Run several fits at once where each has one thread; XGBoost lets go of Python's lock."""
    with ThreadPoolExecutor(fits_at_once(rows=rows)) as pool:
        yield from zip(folds, pool.map(score, folds, learners), strict=True)


def _calibrated(folds: tuple[Fold, ...], found: Floats, bad: Outcomes) -> Floats:
    """Calibrate each fold's margins on the other folds of its repeat."""
    pds = np.empty_like(found)
    for fold in folds:
        line = calibrate(found[fold.repeat, fold.learns], bad[fold.learns])
        pds[fold.repeat, fold.tests] = line.pd(found[fold.repeat, fold.tests])
    return pds
