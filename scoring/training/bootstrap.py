"""Models on bootstrap resamples: how far another sample of the same loans would move a PD."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
import xgboost as xgb

from scoring.contract import Contract, Training
from scoring.ensemble import ROWS_AT_ONCE
from scoring.training.calibrate import Calibration, Floats, sigmoid
from scoring.training.encoding import Encoding, graph_inputs
from scoring.training.ensemble_export import export_ensemble
from scoring.training.folds import Progress, fits_at_once
from scoring.training.learners import Learner, Rows, Weights
from scoring.training.parity import ParityFailed

MOST_ROWS_LOOKED_AT = 20_000
SPREAD = 0.999  # of the rows differ by no more than `near`
INNER = (0.1, 0.9)  # of the models: what agreement of up to 90 % can turn on
PARITY = 2e-6
DIGITS = 4
FEWER_ROUNDS, LARGER_RATE = 4, 3  # times the champion's
FEWEST_ROUNDS = 75
LARGEST_RATE = 0.2  # no larger one was tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensembled:
    """The graph of the bootstrap models, and what the manifest says of them."""

    graph: bytes
    said: dict[str, Any]


def fit_ensemble(
    *,
    contract: Contract,
    training: Training,
    encoding: Encoding,
    learner: Learner,
    champion: Floats,
    calibration: Calibration,
    frame: pl.DataFrame,
    progress: Progress,
) -> Ensembled | None:
    """Fit the contract's number of models; None where it asks for none.

    Each sees every row as often as a draw with replacement would have it, and takes fewer rounds
    than the champion (see `shortened`). All are calibrated by the champion's line.

    Parameters
    ----------
    champion : array (rows,)
        The champion's margins of the training rows.
    """
    count = training.bootstrap_models
    if not count:
        return None
    step = -(-learner.rows // MOST_ROWS_LOOKED_AT)
    looked_at = np.arange(0, learner.rows, step)
    short = shortened(training)
    boosters, margins = [], []
    for number, (booster, said) in enumerate(_fitted(learner, short, looked_at), start=1):
        progress(f"Resampling: model {number} of {count}", number / count)
        boosters.append(booster)
        margins.append(said)
    graph = export_ensemble(encoding, boosters, calibration)
    logits = np.stack([calibration.logit(found) for found in margins], axis=1)
    worst = _check(graph, encoding, frame[looked_at.tolist()[:1_000]], sigmoid(logits[:1_000]))
    near = _near(logits, calibration.logit(champion[looked_at]))
    return Ensembled(
        graph=graph,
        said={
            "models": count,
            "rounds": short.rounds,
            "learning_rate": round(short.learning_rate, DIGITS),
            "near": round(near, DIGITS),
            "spread_of_pd": round(float(np.median(sigmoid(logits).std(axis=1))), DIGITS),
            "referred_share": round(
                _referred(contract, logits, champion[looked_at], calibration), 4
            ),
            "rows_looked_at": len(looked_at),
            "parity": float(f"{worst:.1e}"),
        },
    )


def shortened(training: Training) -> Training:
    """Take a quarter of the rounds at three times the rate, and so a quarter of the time to fit.

    At three times, PDs of unseen rows are as extreme as by the champion's settings; at four, models
    differ more than these make them differ (decision record 0006 has the figures). Settings with
    few rounds or a large rate are shortened by less, in proportion.
    """
    rate, each = training.learning_rate, (LARGER_RATE - 1) / (FEWER_ROUNDS - 1)
    by = min(FEWER_ROUNDS, training.rounds / FEWEST_ROUNDS, 1 + (LARGEST_RATE / rate - 1) / each)
    if by <= 1:
        return training
    return replace(
        training, rounds=round(training.rounds / by), learning_rate=rate * (1 + (by - 1) * each)
    )


def _fitted(
    learner: Learner, training: Training, looked_at: Rows
) -> Iterator[tuple[xgb.Booster, Floats]]:
    """Fit the models, some beside each other, and give them in their order.

    Each has its own draw and one thread, so what is fitted does not depend on how many run.
    """

    def fit(number: int) -> tuple[xgb.Booster, Floats]:
        weights = _resample(learner.rows, seed=training.seed, number=number)
        booster = learner.fit(None, training=training, weights=weights)
        return booster, learner.margins(booster, looked_at)

    with ThreadPoolExecutor(fits_at_once(rows=learner.rows)) as pool:
        yield from pool.map(fit, range(training.bootstrap_models))


def _resample(rows: int, *, seed: int, number: int) -> Weights:
    """Say how often each row is drawn, with replacement."""
    rng = np.random.default_rng([seed, number])
    drawn = np.bincount(rng.integers(rows, size=rows), minlength=rows)
    return drawn.astype(np.float32)


def _near(logits: Floats, own: Floats) -> float:
    """Bound how far from a cut-off the champion can be while a tenth of the models differ."""
    low, high = np.quantile(logits, INNER, axis=1)
    reach = np.maximum(np.maximum(high - own, own - low), 0)
    return float(np.quantile(reach, SPREAD))


def _referred(
    contract: Contract, logits: Floats, champion: Floats, calibration: Calibration
) -> float:
    """Say what share of rows, not referred anyway, would go to a person by disagreement."""
    policy = contract.policy
    cuts = [policy.approve_pd_at_most, policy.decline_pd_at_least]
    own = np.digitize(calibration.pd(champion), cuts)
    theirs = np.digitize(sigmoid(logits), cuts)
    agreement = (theirs == own[:, None]).mean(axis=1)
    return float(((agreement < policy.agreement_at_least) & (own != 1)).mean())


def _check(graph: bytes, encoding: Encoding, frame: pl.DataFrame, pds: Floats) -> float:
    """Hold every model in the graph against XGBoost."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    parts = frame.iter_slices(ROWS_AT_ONCE)
    found = [session.run(["pds"], graph_inputs(encoding, part))[0] for part in parts]
    worst = float(np.abs(np.concatenate(found) - pds).max())
    if not worst <= PARITY:
        raise ParityFailed(
            f"A bootstrap model in the graph is off by {worst:.2g} from XGBoost's PD"
        )
    return worst
