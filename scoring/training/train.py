"""Training: from a snapshot of typed rows to a bundle that may be put before a validator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scoring.bundle import identity, pack, read_bundle
from scoring.contract import Contract, hash_of
from scoring.engine import Engine
from scoring.training import latency, manifest, parity, scorecard_fit
from scoring.training.calibrate import Outcomes, calibrate
from scoring.training.card import card
from scoring.training.encoding import Encoding, Matrix, encoding_of, graph_inputs, matrix_of
from scoring.training.export import Exported, Model, export
from scoring.training.fit import fit
from scoring.training.folds import OutOfFold, Progress, out_of_fold
from scoring.training.gates import Gate, judge
from scoring.training.probes import Inputs
from scoring.training.quality import metrics_of
from scoring.training.reference import Reference, reference_of

VALIDATING_TAKES = 0.6  # of the whole, as progress is told


class TrainingRefused(ValueError):
    """There is not enough in the snapshot to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained model, packed, with what its validator needs.

    `validation` has, for each row of the snapshot, `row`, `pd` (of the first repeat: by a
    model that had not seen the row) and `bad`.
    """

    bundle: bytes
    bundle_hash: str
    manifest: dict[str, Any]
    validation: pl.DataFrame
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    contract: Contract
    frame: pl.DataFrame
    encoding: Encoding
    inputs: Inputs
    matrix: Matrix
    bad: Outcomes


def train(
    *, contract: Contract, frame: pl.DataFrame, snapshot_sha256: str, progress: Progress
) -> Trained:
    """Train, validate, export and pack a model.

    Parameters
    ----------
    contract : Contract
        The lending product.
    frame : DataFrame
        The snapshot: `row` (text), the features by name as `ingestion.ingest` types them, and
        `bad` (0 or 1). Nothing else is read.
    snapshot_sha256 : str
        What the snapshot is known by; written into the manifest.
    progress : callable
        Told what is done and how much of the whole, 0 to 1.

    Returns
    -------
    Trained
        The same bytes for the same contract and frame.

    Raises
    ------
    TrainingRefused
        There are too few bads or goods.
    CalibrationRefused
        Nothing in the data tells good from bad, or something does so without fail.
    ExportRefused
        The model cannot be exported with its reasons.
    ParityFailed
        The exported graph differs from the model.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.ingestion import ingest
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> loans = ingest(Path("contracts/consumer-loan/loans.csv"), contract=contract)
    >>> trained = train(contract=contract, frame=loans.frame, snapshot_sha256=loans.file_sha256,
    ...                 progress=lambda what, share: None)  # doctest: +SKIP
    """
    snapshot = _read(contract, frame)
    progress("Validating", 0.0)
    out = out_of_fold(
        snapshot.matrix,
        snapshot.bad,
        training=contract.training,
        encoding=snapshot.encoding,
        progress=lambda what, share: progress(what, share * VALIDATING_TAKES),
    )
    progress("Fitting on all loans", VALIDATING_TAKES)
    model = _fitted(snapshot, out)
    reference = reference_of(contract, model, snapshot.matrix)
    progress("Writing the graph and its reasons", 0.65)
    exported = export(model, snapshot.matrix[reference.rows])
    progress("Comparing the graph with the model", 0.7)
    said = _manifest(snapshot, model, exported, reference) | {
        "snapshot_sha256": snapshot_sha256,
        "parity": parity.check(
            model,
            exported,
            training_rows=snapshot.inputs,
            reference=reference.rows,
            seed=contract.training.seed,
        ),
    }
    progress("Fitting the fallback scorecard", 0.85)
    scorecard, figures = _scorecard(snapshot, out, reference)
    metrics = metrics_of(out, snapshot.bad, seed=contract.training.seed)
    said |= {"metrics": metrics, "scorecard": figures}
    members = {
        "model.onnx": exported.graph,
        "contract.toml": contract.text.encode(),
        "scorecard.json": _json(scorecard),
        "card.md": card(contract, said).encode(),
    }
    return _packed(snapshot, members, said, out)


def _read(contract: Contract, frame: pl.DataFrame) -> _Snapshot:
    bad = frame["bad"].cast(pl.Int8).to_numpy()
    bads, goods = int(bad.sum()), int((bad == 0).sum())
    needed = max(contract.training.minimum_bads, contract.training.folds)
    if bads < needed or goods < needed:
        raise TrainingRefused(
            f"The snapshot holds {bads:,} bad and {goods:,} good loans; {contract.name} needs "
            f"at least {needed:,} of each to train."
        )
    encoding = encoding_of(contract)
    inputs = graph_inputs(encoding, frame)
    return _Snapshot(
        contract=contract,
        frame=frame,
        encoding=encoding,
        inputs=inputs,
        matrix=matrix_of(encoding, inputs),
        bad=bad,
    )


def _fitted(snapshot: _Snapshot, out: OutOfFold) -> Model:
    """Fit on all rows; calibrate on what the folds' models said of unseen ones."""
    training, bad = snapshot.contract.training, snapshot.bad
    return Model(
        encoding=snapshot.encoding,
        booster=fit(snapshot.matrix, bad, training=training, encoding=snapshot.encoding),
        calibration=calibrate(out.margins.ravel(), np.tile(bad, len(out.margins))),
        scale=snapshot.contract.scale,
    )


def _manifest(
    snapshot: _Snapshot, model: Model, exported: Exported, reference: Reference
) -> dict[str, Any]:
    return {
        **manifest.of_training(snapshot.contract, snapshot.encoding, snapshot.bad),
        **manifest.of_model(model, exported, reference),
        "influence": manifest.influence(model, exported, snapshot.inputs),
    }


def _scorecard(
    snapshot: _Snapshot, out: OutOfFold, reference: Reference
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Fit the fallback; None where no feature tells anything by itself."""
    contract, frame, bad = snapshot.contract, snapshot.frame, snapshot.bad
    weighed = scorecard_fit.fit_scorecard(contract, frame, bad)
    if weighed is None:
        return None, {"features": 0, **scorecard_fit.NO_FIGURES}
    written = scorecard_fit.to_json(contract, weighed, frame[reference.rows])
    figures = scorecard_fit.figures(contract, frame, bad, out)
    return written, {"features": len(weighed.bins), **figures}


def _packed(
    snapshot: _Snapshot, members: Mapping[str, bytes], said: dict[str, Any], out: OutOfFold
) -> Trained:
    """Pack the bundle, and open it again as the product will."""
    said = identity(members, contract=snapshot.contract) | said
    bundle = pack({**members, "manifest.json": _json(said)})
    engine = Engine(read_bundle(bundle, expected_hash=hash_of(bundle)))
    return Trained(
        bundle=bundle,
        bundle_hash=hash_of(bundle),
        manifest=said,
        validation=pl.DataFrame(
            {"row": snapshot.frame["row"], "pd": out.pds[0], "bad": snapshot.bad}
        ),
        gates=judge(said, latency=latency.of_one(engine)),
    )


def _json(value: Mapping[str, Any] | None) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
