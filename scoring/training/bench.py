"""How fast and how exact scoring is, beside the usual ways to do it.

`python -m scoring.training.bench` fits trees on made-up loans, then asks every contestant for
the same row in turns, so that a busy moment of a shared machine slows all of them alike. Look at
the ratios: the microseconds are this machine's, now.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import xgboost as xgb

from scoring.features import validate
from scoring.reasons import principal_reasons
from scoring.training import parity
from scoring.training.bench_exactness import beside_shap, worst_pd
from scoring.training.bench_scene import Scene, columns_of, scene_of
from scoring.training.probes import taken
from scoring.training.served import Graph
from scoring.training.synthetic import Recipe

MOST_IN_BATCH = 20_000
BURST = 25  # calls of one contestant a turn
GRAPH = "graph: PD, points and all reasons"
CONTRIBS = "XGBoost: pred_contribs"
ENGINE = "engine: validated values to Score"
WHOLE = "whole: raw values to principal reasons"
ENSEMBLE = "bootstrap models, in one graph"
PLAIN = "engine: validated columns to PDs"
EXPLAINED = "engine: validated columns to Scores"
Contestant = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure, what it should be, and whether more is better."""

    name: str
    found: float
    target: float
    is_floor: bool
    unit: str

    @property
    def is_met(self) -> bool:
        """Whether it was reached, now and here."""
        return self.found >= self.target if self.is_floor else self.found <= self.target


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write `bench.json`; say which targets were missed."""
    asked = _parser().parse_args(arguments)
    found = measure(asked)
    file = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _say("\n".join([*_table(found), "", f"written to {file}"]))
    return 0


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Measure everything, in an order that keeps the processor's caches honest."""
    _say(f"fitting {asked.trees} trees of depth {asked.depth} on {asked.rows:,} made-up loans ...")
    recipe = Recipe(rounds=asked.trees, max_depth=asked.depth)
    scene = scene_of(recipe, rows=asked.rows, reference=asked.reference, has_ensemble=True)
    _say("comparing the graph with the model ...")
    checked = parity.check(
        scene.model,
        scene.exported,
        training_rows=scene.inputs,
        reference=np.arange(asked.reference),
        seed=1,
    )
    _say(f"comparing {asked.parity_rows:,} random, missing and on-split rows with XGBoost ...")
    checked["pd_over_many_rows"] = worst_pd(scene, rows=asked.parity_rows)
    _say("taking turns ...")
    found = {
        "model": _described(asked, scene),
        "parity": checked,
        "one_row_microseconds": in_turns(contestants(scene), turns=asked.turns),
        "rows_a_second": batch_rates(scene),
        "shap": _beside_shap(asked),
    }
    return found | {"targets": [_told(target) for target in targets(found)]}


def contestants(scene: Scene) -> dict[str, Contestant]:
    """Give ways to score and explain one row, each on one thread."""
    booster, row = scene.model.booster.copy(), scene.matrix[:1]
    booster.set_param({"nthread": 1})
    session = Graph(scene.exported.graph).session
    feeds = taken(scene.inputs, slice(0, 1))
    found: dict[str, Contestant] = {
        GRAPH: lambda: session.run(None, feeds),
        ENGINE: lambda: scene.engine.score(scene.values),
        WHOLE: lambda: _whole(scene),
        "XGBoost: margin alone": lambda: booster.inplace_predict(row, predict_type="margin"),
        CONTRIBS: lambda: booster.predict(xgb.DMatrix(row, nthread=1), pred_contribs=True),
    }
    if (ensemble := scene.engine.ensemble) is not None:
        found[ENSEMBLE] = lambda: ensemble.pds(scene.values)
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
    """Measure rows a second on one thread."""
    rows = min(MOST_IN_BATCH, len(scene.matrix))
    inputs, matrix = taken(scene.inputs, slice(0, rows)), scene.matrix[:rows]
    graph, booster = Graph(scene.exported.graph), scene.model.booster.copy()
    booster.set_param({"nthread": 1})
    columns = columns_of(scene, rows)
    ways: dict[str, Contestant] = {
        GRAPH: lambda: graph.answer(inputs),
        EXPLAINED: lambda: scene.engine.score_many(columns),
        PLAIN: lambda: scene.engine.pds_many(columns),
        CONTRIBS: lambda: booster.predict(xgb.DMatrix(matrix, nthread=1), pred_contribs=True),
    }
    scene.engine.pds_many(columns)  # cuts the graph, once
    return {
        name: round(rows / median(_seconds(call) for _ in range(3))) for name, call in ways.items()
    }


def targets(found: dict[str, Any]) -> Iterator[Target]:
    """Hold what was found against what scoring must reach."""
    micros, rates, shap = found["one_row_microseconds"], found["rows_a_second"], found["shap"]
    kernel = micros[GRAPH]
    yield _at_most("one row with all reasons", kernel, 110, "µs")
    yield _at_least("and faster than pred_contribs", micros[CONTRIBS] / kernel, 5, "x")
    yield _at_most("raw values to principal reasons", micros[WHOLE], 300, "µs")
    if ENSEMBLE in micros:
        yield _at_most("bootstrap models", micros[ENSEMBLE], 200, "µs")
    yield _at_least("batch with reasons", rates[EXPLAINED], 10_000, "rows/s")
    yield _at_least("batch without reasons", rates[PLAIN], 100_000, "rows/s")
    yield _at_most("PD against XGBoost", found["parity"]["pd_over_many_rows"], 2e-6, "")
    if shap:
        faster = shap["microseconds_a_row"] / shap["graph_microseconds"]
        yield _at_least("faster than shap, same reference", faster, 1_000, "x")
        yield _at_most("reasons against shap's", shap["worst_difference"], 1e-5, "log-odds")


def _at_most(name: str, found: float, target: float, unit: str) -> Target:
    return Target(name=name, found=found, target=target, is_floor=False, unit=unit)


def _at_least(name: str, found: float, target: float, unit: str) -> Target:
    return Target(name=name, found=found, target=target, is_floor=True, unit=unit)


def _told(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "found": target.found,
        "at_least" if target.is_floor else "at_most": target.target,
        "unit": target.unit,
        "is_met": target.is_met,
    }


def _seconds(call: Contestant) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _whole(scene: Scene) -> object:
    values = validate(scene.contract, scene.values)
    score = scene.engine.score(values)
    return principal_reasons(scene.contract, values, score.contributions)


def _beside_shap(asked: argparse.Namespace) -> dict[str, Any] | None:
    """Compare with shap on numbers only: it has no players of several columns."""
    _say(f"asking shap, with {asked.reference:,} reference rows ...")
    recipe = Recipe(numbers=20, categories=0, rounds=asked.trees, max_depth=asked.depth)
    scene = scene_of(recipe, rows=asked.rows, reference=asked.reference)
    found = beside_shap(scene, reference=asked.reference)
    if found is None:
        return None
    ours = in_turns({GRAPH: contestants(scene)[GRAPH]}, turns=asked.turns)
    return found | {"graph_microseconds": ours[GRAPH]}


def _described(asked: argparse.Namespace, scene: Scene) -> dict[str, int]:
    return {
        "trees": asked.trees,
        "depth": asked.depth,
        "leaves": scene.exported.forest.leaves,
        "features": len(scene.contract.features),
        "columns": scene.matrix.shape[1],
        "reference_rows": asked.reference,
        "graph_bytes": len(scene.exported.graph),
        "bootstrap_models": scene.engine.ensemble.models if scene.engine.ensemble else 0,
    }


def _table(found: dict[str, Any]) -> list[str]:
    """Lay the figures out: each contestant, its median, and how it compares with the graph."""
    micros, rates = found["one_row_microseconds"], found["rows_a_second"]
    lines = ["", f"{'one row, one thread, median':<46}{'µs':>10}{'x graph':>10}"]
    lines += [
        f"{name:<46}{value:>10,.1f}{value / micros[GRAPH]:>10,.1f}"
        for name, value in micros.items()
    ]
    lines += ["", f"{'many rows at once, one thread':<46}{'rows/s':>10}{'x graph':>10}"]
    lines += [
        f"{name:<46}{value:>10,}{value / rates[GRAPH]:>10,.2f}" for name, value in rates.items()
    ]
    lines += ["", f"{'target':<36}{'should be':>22}{'found':>14}"]
    lines += [_target_line(target) for target in targets(found)]
    worst = max(found["parity"]["shares_by_quadrature"], found["parity"]["shares_by_coalitions"])
    return [*lines, "", f"shares are within {worst:.1e} log-odds of two other ways to them"]


def _target_line(target: Target) -> str:
    bound = f"{'at least' if target.is_floor else 'at most'} {target.target:,g} {target.unit}"
    verdict = "reached" if target.is_met else "MISSED"
    return f"{target.name:<36}{bound:>22}{target.found:>14,.6g}  {verdict}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="Measure scoring and reasons beside the alternatives. Other parts: "
        "./run bench batch, onboarding, quality.",
    )
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--depth", type=int, default=4, choices=range(1, 7))
    parser.add_argument("--rows", type=int, default=25_000, help="loans to make up")
    parser.add_argument("--reference", type=int, default=20_000, help="of them, to compare with")
    parser.add_argument("--turns", type=int, default=40, help="bursts of each contestant")
    parser.add_argument("--parity-rows", type=int, default=1_000_000, help="to compare PDs over")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
