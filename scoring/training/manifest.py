"""What the bundle says of itself: where it comes from, what is in it, how good it is."""

import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl
import xgboost as xgb

from scoring.contract import Training
from scoring.features import Value
from scoring.training.calibrate import Outcomes
from scoring.training.encoding import Encoding, graph_inputs
from scoring.training.export import Exported, Model
from scoring.training.reference import Reference
from scoring.training.served import Graph

LIBRARIES = (
    *("numpy", "onnx", "onnxmltools", "onnxruntime", "optbinning", "polars"),
    *("scikit-learn", "skl2onnx"),
)
MOST_ROWS_OF_INFLUENCE = 10_000
DIGITS = 6


def libraries() -> dict[str, str]:
    """Versions of everything that has a say in the model."""
    found = {name: version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), "xgboost": xgb.__version__, **found}


def of_training(settings: Training, encoding: Encoding, bad: Outcomes) -> dict[str, Any]:
    """Say what was learned from, and how."""
    training = asdict(settings)
    chosen = ("rounds", "max_depth", "learning_rate", "subsample", "colsample", "min_child_weight")
    return {
        "seed": training["seed"],
        "parameters": {name: training[name] for name in chosen},
        "trained": {
            "rows": len(bad),
            "bads": int(bad.sum()),
            "columns": len(encoding.players),
            "folds": training["folds"],
            "repeats": training["repeats"],
        },
        "libraries": libraries(),
    }


def of_model(
    model: Model, exported: Exported, reference: Reference, usual: dict[str, Value]
) -> dict[str, Any]:
    """Say how the margin becomes points, and against whom."""
    return {
        "calibration": {"a": model.calibration.slope, "b": model.calibration.intercept},
        "reference": {
            "rows": len(reference.rows),
            "what": reference.what,
            "base_margin": round(exported.base_margin, DIGITS),
            "base_points": round(exported.base_points, DIGITS),
            "usual": usual,
        },
    }


def influence(model: Model, exported: Exported, frame: pl.DataFrame) -> dict[str, float]:
    """Say by how many points each feature moves the score, on average over training rows."""
    some = frame[:: -(-frame.height // MOST_ROWS_OF_INFLUENCE)]
    answers = Graph(exported.graph).answer(graph_inputs(model.encoding, some))
    means = np.abs(answers.reasons).mean(axis=0)
    names = [feature.name for feature in model.encoding.features]
    return {name: round(float(mean), 2) for name, mean in zip(names, means, strict=True)}
