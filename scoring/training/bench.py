"""How fast one application is scored and explained, beside the usual ways to do it.

`python -m scoring.training.bench` fits trees on made-up loans, then asks every contestant for
the same row in turns, so that a busy moment of a shared machine slows all of them alike. Look at
the ratios: the microseconds are this machine's, now.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import xgboost as xgb

from scoring.bundle import identity, pack, read_bundle
from scoring.contract import Contract, hash_of
from scoring.engine import Engine
from scoring.features import validate
from scoring.reasons import principal_reasons
from scoring.training import parity
from scoring.training.calibrate import Calibration
from scoring.training.encoding import Matrix, encoding_of, graph_inputs, matrix_of
from scoring.training.export import Exported, Model, export
from scoring.training.fit import fit
from scoring.training.probes import Inputs, taken
from scoring.training.served import Graph
from scoring.training.synthetic import Recipe, contract_of, loans_of

SHAP_REFERENCE = 100
MOST_IN_BATCH = 20_000
BURST = 25  # calls of one contestant a turn
TARGET_GRAPH, TARGET_ENGINE = 150.0, 300.0  # microseconds, median
GRAPH = "graph: PD, points and all reasons"
Contestant = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A model, its graph and the rows to score."""

    contract: Contract
    model: Model
    exported: Exported
    engine: Engine
    inputs: Inputs
    matrix: Matrix
    values: dict[str, Any]  # of the first row


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write `bench.json`."""
    asked = _parser().parse_args(arguments)
    _say(f"fitting {asked.trees} trees of depth {asked.depth} on {asked.rows:,} made-up loans ...")
    scene = scene_of(
        trees=asked.trees, depth=asked.depth, rows=asked.rows, reference=asked.reference
    )
    _say("comparing the graph with the model ...")
    checked = parity.check(
        scene.model,
        scene.exported,
        training_rows=scene.inputs,
        reference=np.arange(asked.reference),
        seed=1,
    )
    _say("taking turns ...")
    found = {
        "model": _described(asked, scene),
        "parity": checked,
        "one_row_microseconds": in_turns(contestants(scene), turns=asked.turns),
        "rows_a_second": batch_rates(scene),
        "targets_microseconds": {"graph": TARGET_GRAPH, "engine": TARGET_ENGINE},
    }
    file = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _say("\n".join([*_table(found), "", f"written to {file}"]))
    return 0


def scene_of(*, trees: int, depth: int, rows: int, reference: int) -> Scene:
    """Fit a model on made-up loans and load it as it would be served."""
    contract = contract_of(Recipe(rounds=trees, max_depth=depth))
    loans = loans_of(contract, rows=rows, seed=1)
    encoding = encoding_of(contract)
    inputs = graph_inputs(encoding, loans)
    matrix = matrix_of(encoding, inputs)
    bad = loans["bad"].to_numpy()
    model = Model(
        encoding=encoding,
        booster=fit(matrix, bad, training=contract.training, encoding=encoding),
        calibration=Calibration(slope=1.0, intercept=0.0),
        scale=contract.scale,
    )
    exported = export(model, matrix[:reference])
    first = loans.row(0, named=True)
    return Scene(
        contract=contract,
        model=model,
        exported=exported,
        engine=_engine(contract, exported),
        inputs=inputs,
        matrix=matrix,
        values={name: first[name] for name in contract.feature_names},
    )


def contestants(scene: Scene) -> dict[str, Contestant]:
    """Give ways to score and explain one row, each on one thread."""
    booster, row = scene.model.booster.copy(), scene.matrix[:1]
    booster.set_param({"nthread": 1})
    session = Graph(scene.exported.graph).session
    feeds = taken(scene.inputs, slice(0, 1))
    found: dict[str, Contestant] = {
        GRAPH: lambda: session.run(None, feeds),
        "engine: validated values to Score": lambda: scene.engine.score(scene.values),
        "whole: raw values to principal reasons": lambda: _whole(scene),
        "XGBoost: margin alone": lambda: booster.inplace_predict(row, predict_type="margin"),
        "XGBoost: pred_contribs": lambda: booster.predict(
            xgb.DMatrix(row, nthread=1), pred_contribs=True
        ),
    }
    if find_spec("shap"):
        found["shap: interventional, 100 reference rows"] = _shap(scene, row)
    return found


def in_turns(ways: dict[str, Contestant], *, turns: int) -> dict[str, float]:
    """Measure medians in microseconds; each contestant has a burst of calls a turn."""
    taken_by: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, call in ways.items():
            call()  # whoever ran before had the processor's caches to itself
            taken_by[name] += [_seconds(call) for _ in range(BURST)]
    return {name: round(median(times) * 1e6, 1) for name, times in taken_by.items()}


def batch_rates(scene: Scene) -> dict[str, int]:
    """Measure rows a second with all reasons, on one thread."""
    inputs, matrix = taken(scene.inputs, slice(0, MOST_IN_BATCH)), scene.matrix[:MOST_IN_BATCH]
    graph, booster = Graph(scene.exported.graph), scene.model.booster.copy()
    booster.set_param({"nthread": 1})
    columns = {name: values[:, 0].tolist() for name, values in inputs.items()}
    ways: dict[str, Contestant] = {
        GRAPH: lambda: graph.answer(inputs),
        "engine: validated columns to Scores": lambda: scene.engine.score_many(columns),
        "XGBoost: pred_contribs": lambda: booster.predict(
            xgb.DMatrix(matrix, nthread=1), pred_contribs=True
        ),
    }
    return {name: round(len(matrix) / _seconds(call)) for name, call in ways.items()}


def _seconds(call: Contestant) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _whole(scene: Scene) -> object:
    values = validate(scene.contract, scene.values)
    score = scene.engine.score(values)
    return principal_reasons(scene.contract, values, score.contributions)


def _shap(scene: Scene, row: Matrix) -> Contestant:
    from shap import TreeExplainer  # noqa: PLC0415 - a development dependency, and heavy

    explainer = TreeExplainer(
        scene.model.booster,
        scene.matrix[:SHAP_REFERENCE],
        feature_perturbation="interventional",
    )
    return lambda: explainer.shap_values(row, check_additivity=False)


def _engine(contract: Contract, exported: Exported) -> Engine:
    members = {
        "model.onnx": exported.graph,
        "contract.toml": contract.text.encode(),
        "scorecard.json": b"null",
        "card.md": b"",
    }
    manifest = json.dumps(identity(members, contract=contract)).encode()
    bundle = pack({**members, "manifest.json": manifest})
    return Engine(read_bundle(bundle, expected_hash=hash_of(bundle)))


def _described(asked: argparse.Namespace, scene: Scene) -> dict[str, int]:
    return {
        "trees": asked.trees,
        "depth": asked.depth,
        "leaves": scene.exported.forest.leaves,
        "features": len(scene.contract.features),
        "columns": scene.matrix.shape[1],
        "reference_rows": asked.reference,
        "graph_bytes": len(scene.exported.graph),
    }


def _table(found: dict[str, Any]) -> list[str]:
    """Lay the figures out: each contestant, its median, and how it compares with the graph."""
    micros, rates = found["one_row_microseconds"], found["rows_a_second"]
    lines = ["", f"{'one row, one thread, median':<46}{'µs':>10}{'x graph':>10}"]
    lines += [
        f"{name:<46}{value:>10,.1f}{value / micros[GRAPH]:>10,.1f}"
        for name, value in micros.items()
    ]
    verdict = "reached" if micros[GRAPH] <= TARGET_GRAPH else "MISSED"
    lines += [f"target of the graph: {TARGET_GRAPH:.0f} µs, {verdict}", ""]
    lines += [f"{'many rows at once, one thread':<46}{'rows/s':>10}{'x graph':>10}"]
    lines += [
        f"{name:<46}{value:>10,}{value / rates[GRAPH]:>10,.2f}" for name, value in rates.items()
    ]
    worst = max(found["parity"]["shares_by_quadrature"], found["parity"]["shares_by_coalitions"])
    lines += ["", f"shares are within {worst:.1e} log-odds of two other ways to them"]
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench", description="Measure scoring and reasons beside the alternatives."
    )
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--depth", type=int, default=4, choices=range(1, 7))
    parser.add_argument("--rows", type=int, default=25_000, help="loans to make up")
    parser.add_argument("--reference", type=int, default=20_000, help="of them, to compare with")
    parser.add_argument("--turns", type=int, default=40, help="bursts of each contestant")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
