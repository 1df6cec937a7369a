"""A model on made-up loans, exported and loaded as it would be served, to be measured."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.bundle import identity, pack, read_bundle
from scoring.contract import Contract, hash_of
from scoring.engine import Engine
from scoring.training.bootstrap import fit_ensemble
from scoring.training.calibrate import Calibration
from scoring.training.encoding import Matrix, encoding_of, graph_inputs, matrix_of
from scoring.training.export import Exported, Model, export
from scoring.training.fit import margins
from scoring.training.learners import LocalLearner
from scoring.training.probes import Inputs
from scoring.training.synthetic import Recipe, contract_of, loans_of

SAME_LINE = Calibration(slope=1.0, intercept=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A model, its graph and the rows to score."""

    contract: Contract
    model: Model
    exported: Exported
    bundle: bytes
    engine: Engine
    inputs: Inputs
    matrix: Matrix
    values: dict[str, Any]  # of the first row


def scene_of(recipe: Recipe, *, rows: int, reference: int, has_ensemble: bool = False) -> Scene:
    """Fit a model on made-up loans, export it against the first of them, and load it."""
    contract = contract_of(recipe)
    loans = loans_of(contract, rows=rows, seed=1)
    encoding = encoding_of(contract)
    inputs = graph_inputs(encoding, loans)
    matrix, bad = matrix_of(encoding, inputs), loans["bad"].to_numpy()
    learner = LocalLearner(matrix, bad, encoding)
    booster = learner.fit(None, training=contract.training)
    model = Model(encoding=encoding, booster=booster, calibration=SAME_LINE, scale=contract.scale)
    ensembled = None
    if has_ensemble:
        ensembled = fit_ensemble(
            contract=contract,
            training=contract.training,
            encoding=encoding,
            learner=learner,
            champion=margins(booster, matrix),
            calibration=SAME_LINE,
            frame=loans,
            progress=lambda *_: None,
        )
    exported = export(model, matrix[:reference])
    extra = {"ensemble.onnx": ensembled.graph} if ensembled else {}
    bundle = _packed(contract, exported, extra, said=ensembled.said if ensembled else None)
    first = loans.row(0, named=True)
    return Scene(
        contract=contract,
        model=model,
        exported=exported,
        bundle=bundle,
        engine=Engine(read_bundle(bundle, expected_hash=hash_of(bundle))),
        inputs=inputs,
        matrix=matrix,
        values={name: first[name] for name in contract.feature_names},
    )


def columns_of(scene: Scene, rows: int) -> dict[str, Any]:
    """Give rows as validated columns; all of them again where there are too few."""
    repeats = -(-rows // len(scene.matrix))
    return {name: np.tile(values[:, 0], repeats)[:rows] for name, values in scene.inputs.items()}


def _packed(
    contract: Contract, exported: Exported, extra: dict[str, bytes], *, said: dict[str, Any] | None
) -> bytes:
    members = {
        "model.onnx": exported.graph,
        "contract.toml": contract.text.encode(),
        "scorecard.json": b"null",
        "card.md": b"",
        **extra,
    }
    manifest = identity(members, contract=contract) | {"ensemble": said}
    return pack({**members, "manifest.json": json.dumps(manifest).encode()})
