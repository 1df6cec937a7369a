"""A small search for better settings, around those of the contract: boxed, seeded, written down.

The box is work and not time: rows x columns x rounds x depth, at the speed of a nominal machine.
So what is tried depends on the data alone, and the same snapshot gives the same model anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scoring.contract import Training
from scoring.results import performance
from scoring.training.calibrate import CalibrationRefused, Floats, Outcomes
from scoring.training.folds import Progress, out_of_fold
from scoring.training.learners import Learner, Rows

NOMINAL = 60_000_000  # cells x rounds x levels a second; a core of 2024 does about as many
DEPTHS, CHILDREN, RATES, SHARES = (2, 3, 4, 5, 6), (1, 5, 20, 50), (0.03, 0.05, 0.1), (0.6, 0.8, 1)
NAMES = ("rounds", "max_depth", "learning_rate", "subsample", "colsample", "min_child_weight")
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The settings chosen, and what was tried."""

    training: Training
    said: dict[str, Any]


def search(
    learner: Learner,
    bad: Outcomes,
    *,
    training: Training,
    columns: int,
    progress: Progress,
    twins: Rows | None = None,
) -> Searched:
    """Try settings by the log loss of one repeat of the folds.

    The contract's own are tried first and kept unless another is better by more than the standard
    error of the difference between the folds: a search must not choose noise.
    """
    chosen, tried = list(_affordable(training, rows=len(bad), columns=columns)), []
    for number, settings in enumerate(chosen):
        progress(f"Searching: setting {number + 1} of {len(chosen)}", number / len(chosen))
        tried.append((settings, _losses(learner, bad, replace(settings, repeats=1), twins)))
    best, losses = min(tried, key=lambda item: float(item[1].mean()))
    own = tried[0][1]
    gain = own - losses
    is_better = gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))
    kept = best if is_better else training
    return Searched(
        training=replace(kept, repeats=training.repeats),
        said={
            "asked": training.search_trials,
            "tried": [_said(settings, found) for settings, found in tried],
            "chosen": {name: getattr(kept, name) for name in NAMES},
            "gain": round(float(gain.mean()), DIGITS) if is_better else 0.0,
            "minutes_of_work": training.search_minutes,
        },
    )


def _affordable(training: Training, *, rows: int, columns: int) -> Iterator[Training]:
    """Give the contract's own settings, then others, until the box is full."""
    room = training.search_minutes * 60 * NOMINAL
    for number, settings in enumerate(_settings(training)):
        work = rows * columns * settings.rounds * settings.max_depth * training.folds
        room -= work
        if number and room < 0:
            return
        yield settings


def _settings(training: Training) -> Iterator[Training]:
    """Draw settings, none twice; with a smaller rate the trees become more."""
    yield training
    rng = np.random.default_rng(training.seed)
    seen = {training}
    while len(seen) <= training.search_trials:
        rate = float(rng.choice(RATES))
        rounds = round(training.rounds * training.learning_rate / rate)
        settings = replace(
            training,
            max_depth=int(rng.choice(DEPTHS)),
            min_child_weight=float(rng.choice(CHILDREN)),
            learning_rate=rate,
            rounds=min(2_000, max(10, round(rounds * float(rng.choice((0.7, 1.0, 1.4)))))),
            subsample=float(rng.choice(SHARES)),
            colsample=float(rng.choice(SHARES)),
        )
        if settings not in seen:
            seen.add(settings)
            yield settings


def _losses(learner: Learner, bad: Outcomes, training: Training, twins: Rows | None) -> Floats:
    """Log loss of each fold."""
    try:
        out = out_of_fold(learner, bad, training=training, progress=_silence, twins=twins)
    except CalibrationRefused:
        return np.full(training.folds, np.inf)
    return np.array(
        [performance.log_loss(bad[fold.tests], out.pds[0, fold.tests]) for fold in out.folds]
    )


def _said(settings: Training, losses: Floats) -> dict[str, Any]:
    loss = float(losses.mean())
    return {name: getattr(settings, name) for name in NAMES} | {
        "log_loss": round(loss, DIGITS) if np.isfinite(loss) else None
    }


def _silence(what: str, share: float) -> None:
    """Tell nobody: a setting is one step of the whole."""
