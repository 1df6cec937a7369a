"""How far the served graph is from XGBoost and from shap, over many rows."""

from collections.abc import Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np

from scoring.training.bench_scene import Scene
from scoring.training.encoding import matrix_of
from scoring.training.fit import margins
from scoring.training.probes import Inputs, random_rows, splits_of_numbers, taken
from scoring.training.served import Graph

AT_ONCE = 50_000
ON_SPLIT = 0.5  # of the numbers of a row stand on a split, or one float step beside it
SHAP_ROWS = 4


def worst_pd(scene: Scene, *, rows: int, seed: int = 1) -> float:
    """Compare PDs with XGBoost's over random rows, with missing values and values on splits."""
    rng = np.random.default_rng(seed)
    model, worst = scene.model, 0.0
    for count in _parts(rows):
        inputs = _hard_rows(scene, count, rng)
        columns: dict[str, Any] = {name: values[:, 0] for name, values in inputs.items()}
        found = scene.engine.pds_many(columns).astype(np.float64)
        own = margins(model.booster, matrix_of(model.encoding, inputs))
        worst = max(worst, float(np.abs(found - model.calibration.pd(own)).max()))
    return worst


def beside_shap(scene: Scene, *, reference: int) -> dict[str, Any] | None:
    """Compare reasons with shap's interventional explainer on the whole reference, and its time.

    None without shap. The scene's features are numbers: shap takes each column as a player.
    """
    if not find_spec("shap"):
        return None
    from shap import TreeExplainer, maskers  # noqa: PLC0415 - a development dependency, and heavy

    background = maskers.Independent(scene.matrix[:reference], max_samples=reference)
    explainer = TreeExplainer(
        scene.model.booster, background, feature_perturbation="interventional"
    )
    rows = scene.matrix[reference : reference + SHAP_ROWS]
    began = perf_counter()
    theirs = np.asarray(explainer.shap_values(rows, check_additivity=False))
    seconds = (perf_counter() - began) / len(rows)
    inputs = taken(scene.inputs, slice(reference, reference + SHAP_ROWS))
    points = Graph(scene.exported.graph).answer(inputs).reasons
    shares = -points / (scene.model.scale.factor * scene.model.calibration.slope)
    return {
        "reference_rows": reference,
        "microseconds_a_row": round(seconds * 1e6, 1),
        "worst_difference": float(np.abs(shares - theirs).max()),  # log-odds
    }


def _hard_rows(scene: Scene, count: int, rng: np.random.Generator) -> Inputs:
    encoding = scene.model.encoding
    rows = random_rows(encoding, count, rng=rng)
    splits: dict[str, list[float]] = {}
    for column, threshold in splits_of_numbers(encoding, scene.exported.forest):
        splits.setdefault(encoding.numbers[column].name, []).append(threshold)
    for name, thresholds in splits.items():
        exact = rng.choice(np.array(sorted(thresholds), dtype=np.float32), count)
        ways = rng.choice(np.array([-np.inf, 0.0, np.inf], dtype=np.float32), count)
        beside = np.where(ways == 0, exact, np.nextafter(exact, ways))
        chosen = (rng.random(count) < ON_SPLIT) & ~np.isnan(rows[name][:, 0].astype(np.float32))
        rows[name][chosen, 0] = beside[chosen]
    return rows


def _parts(rows: int) -> Iterator[int]:
    while rows > 0:
        yield min(rows, AT_ONCE)
        rows -= AT_ONCE
