"""Trained on the older, tested on the newest: what the model would have met in its first months."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring import drift
from scoring.contract import Training
from scoring.results import performance
from scoring.training.calibrate import (
    CalibrationRefused,
    Floats,
    Outcomes,
    calibrate,
    logit,
    maximum_likelihood,
    with_ones,
)
from scoring.training.learners import Learner, Rows
from scoring.training.quality import Z, expected_sd_of_auc

FEWEST = 30  # bads, and goods, on either side
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Older rows to learn from and newest rows to test on."""

    older: Rows
    newest: Rows
    first_tested: date
    last_tested: date


def split_of(
    applied_on: pl.Series | None, *, share: float, twins: Rows | None = None
) -> Split | None:
    """Hold out the newest applications: whole days, about the share asked for.

    None where there are no dates, all are of one day, or nothing is to be held out. A loan that
    stands twice, among the older and the newest, is not tested on.
    """
    if applied_on is None or share == 0 or applied_on.null_count() or applied_on.n_unique() < 2:
        return None
    days = applied_on.sort()
    border = days[int(len(days) * (1 - share))]
    is_new = (applied_on >= border).to_numpy()
    if is_new.all():
        is_new = (applied_on > border).to_numpy()
    older = np.flatnonzero(~is_new)
    if twins is not None:
        is_new = is_new & ~np.isin(twins, twins[older])
    if not is_new.any():
        return None
    tested = applied_on.filter(pl.Series(is_new))
    return Split(
        older=older,
        newest=np.flatnonzero(is_new),
        first_tested=tested.min(),  # type: ignore[arg-type]  # dates
        last_tested=tested.max(),  # type: ignore[arg-type]
    )


def measure(
    training: Training, learner: Learner, bad: Outcomes, margins: Floats, split: Split
) -> dict[str, Any]:
    """Train on the older rows and test on the newest.

    Parameters
    ----------
    margins : array (rows,)
        Out-of-fold margins; those of the older rows calibrate.
    """
    older, newest = split.older, split.newest
    said: dict[str, Any] = {
        "from": split.first_tested.isoformat(),
        "to": split.last_tested.isoformat(),
        "n": len(newest),
        "bads": int(bad[newest].sum()),
        "trained_on": len(older),
    }
    if min(_fewest(bad[older]), _fewest(bad[newest])) < FEWEST:
        return said | {"not_measured": f"fewer than {FEWEST} bads or goods on one side"}
    booster = learner.fit(older, training=training)
    line = calibrate(margins[older], bad[older])
    pds = line.pd(learner.margins(booster, newest))
    before = line.pd(margins[older])
    return said | _figures(bad[newest], pds, before, bad[older])


def _fewest(bad: Outcomes) -> int:
    return int(min(bad.sum(), (bad == 0).sum()))


def _figures(bad: Outcomes, pds: Floats, before: Floats, bad_before: Outcomes) -> dict[str, Any]:
    auc = performance.auc(bad, pds)
    error = Z * expected_sd_of_auc(auc, float(bad.sum()), float((bad == 0).sum()))
    edges = drift.edges(before)
    index = drift.psi(drift.counts(before, inner_edges=edges), drift.counts(pds, inner_edges=edges))
    return {
        "auc": {
            "mean": round(auc, DIGITS),
            "low": round(auc - error, DIGITS),
            "high": round(auc + error, DIGITS),
            "n": len(bad),
        },
        "brier": round(performance.brier(bad, pds), DIGITS),
        "mean_pd": round(float(pds.mean()), DIGITS),
        "bad_rate": round(float(bad.mean()), DIGITS),
        "bad_rate_before": round(float(bad_before.mean()), DIGITS),
        "score_psi": round(index, 4),
        **_line(bad, pds),
    }


def _line(bad: Outcomes, pds: Floats) -> dict[str, float | None]:
    try:
        slope, intercept = maximum_likelihood(with_ones(logit(pds)), bad).coefficients
    except CalibrationRefused:
        return {"calibration_slope": None, "calibration_intercept": None}
    return {
        "calibration_slope": round(float(slope), 4),
        "calibration_intercept": round(float(intercept), 4),
    }


def quarters(applied_on: pl.Series) -> NDArray[np.object_]:
    """Name each row's quarter, as in 2004-Q3."""
    return (
        applied_on.dt.year().cast(pl.String) + "-Q" + applied_on.dt.quarter().cast(pl.String)
    ).to_numpy()
