"""What dates of application allow to say of a model: by quarter, and on the newest loans."""

from dataclasses import replace
from typing import Any

import polars as pl

from scoring.contract import Contract, Training
from scoring.training import out_of_time, realised
from scoring.training.calibrate import Outcomes
from scoring.training.folds import OutOfFold
from scoring.training.labelling import Labelled
from scoring.training.labels import Sample
from scoring.training.later_labels import learner_before
from scoring.training.learners import Learner
from scoring.training.out_of_time import Split


def said(
    contract: Contract,
    sample: Sample,
    learner: Learner,
    bad: Outcomes,
    *,
    training: Training,
    found: Labelled,
) -> dict[str, Any]:
    """Give what the manifest says of time; nothing where applications have no dates.

    Under another label policy than the default the newest loans are tested by both, on the same
    real outcomes: the model's own policy first, the default's beside it.

    Parameters
    ----------
    learner : Learner
        Over `sample.laid_out`.
    bad : array (known rows,)
        Real outcomes.
    """
    applied_on = _dates(sample.known)
    if applied_on is None:
        return {"calibration_over_time": None, "out_of_time": None}
    by_quarter = realised.by_quarter(applied_on, found.out.pds[0], bad)
    split = out_of_time.split_of(applied_on, share=training.out_of_time_share, twins=sample.twins)
    if split is None:
        return {"calibration_over_time": by_quarter, "out_of_time": None}
    default = _measured(training, found.plain, bad, found.default, split)
    if sample.is_plain or "auc" not in default:
        return {"calibration_over_time": by_quarter, "out_of_time": default}
    before = learner_before(contract, sample, learner, bad, training=training, split=split)
    own = _measured(training, before, bad, found.out, split)
    own |= {"labels": contract.learning.policy, "default": default}
    return {"calibration_over_time": by_quarter, "out_of_time": own}


def _dates(known: pl.DataFrame) -> pl.Series | None:
    applied_on = known["applied_on"] if "applied_on" in known.columns else None
    return None if applied_on is None or applied_on.null_count() else applied_on


def _measured(
    training: Training, learner: Learner, bad: Outcomes, out: OutOfFold, split: Split
) -> dict[str, Any]:
    trees = replace(training, rounds=out.rounds)
    return out_of_time.measure(trees, learner, bad, out.margins[0], split)
