"""The trees as a team without this product would serve them: fitted on the same rows, kept as JSON.

The product keeps its trees in an ONNX graph, from which XGBoost cannot read them; these are fitted
with the contract's own settings on the same file, so they have the same number and size.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb

SETTINGS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_bin": 256,
    "nthread": 1,  # one row is slower on several
}
SAME_NAME = {
    "max_depth": "max_depth",
    "learning_rate": "learning_rate",
    "subsample": "subsample",
    "colsample_bytree": "colsample",
    "min_child_weight": "min_child_weight",
    "seed": "seed",
}
MOST_REASONS = 4


class Encoder:
    """From a request's features to the row that the trees read: numbers as they are, one-hot."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self.names = [feature["name"] for feature in contract["features"]]
        self._numbers: list[tuple[str, int]] = []
        self._places: list[tuple[str, dict[str, int]]] = []
        owners: list[int] = []
        for at, feature in enumerate(contract["features"]):
            name = feature["name"]
            if feature["kind"] != "category":
                self._numbers.append((name, len(owners)))
                owners.append(at)
                continue
            levels = [each["value"] for each in feature["categories"]]
            self._places.append((name, {level: len(owners) + i for i, level in enumerate(levels)}))
            owners += [at] * len(levels)
        self.owners = np.array(owners)

    def row(self, features: Mapping[str, Any]) -> np.ndarray:
        """Encode one application, shape (1, columns)."""
        row = np.zeros((1, len(self.owners)), dtype=np.float32)
        for name, column in self._numbers:
            value = features[name]
            row[0, column] = np.nan if value is None else value
        for name, places in self._places:
            if features[name] is not None:
                row[0, places[features[name]]] = 1
        return row


class Model:
    """A loaded booster and its encoder."""

    def __init__(self, folder: Path) -> None:
        self.encoder = Encoder(json.loads((folder / "contract.json").read_text()))
        self._booster = xgb.Booster(model_file=folder / "model.json")
        self._booster.set_param({"nthread": 1})

    def pd(self, features: Mapping[str, Any]) -> float:
        """Score one application."""
        return float(self._booster.inplace_predict(self.encoder.row(features))[0])

    def explained(self, features: Mapping[str, Any]) -> tuple[float, list[dict[str, Any]]]:
        """Score one application and name what raised its PD most, in log-odds.

        One call of XGBoost gives both: the contributions add up to the margin.
        """
        row = xgb.DMatrix(self.encoder.row(features), nthread=1)
        found = self._booster.predict(row, pred_contribs=True)[0]
        shares = np.bincount(self.encoder.owners, weights=found[:-1])
        worst = np.argsort(-shares)[:MOST_REASONS].tolist()
        reasons = [
            {"feature": self.encoder.names[at], "contribution": float(shares[at])}
            for at in worst
            if shares[at] > 0
        ]
        return float(1 / (1 + np.exp(-found.sum()))), reasons


def fit(contract: Mapping[str, Any], features: list[dict[str, Any]], bad: list[int]) -> xgb.Booster:
    """Fit as many trees as the contract says, with its settings."""
    encoder, training = Encoder(contract), contract["training"]
    chosen = {name: training[key] for name, key in SAME_NAME.items()}
    ways = [feature.get("direction") for feature in contract["features"]]
    chosen["monotone_constraints"] = tuple(
        {"up": 1, "down": -1}.get(ways[owner], 0) for owner in encoder.owners
    )
    rows = np.concatenate([encoder.row(each) for each in features])
    data = xgb.QuantileDMatrix(rows, np.array(bad), max_bin=SETTINGS["max_bin"], nthread=1)
    return xgb.train(SETTINGS | chosen, data, training["rounds"])


def load_contract(path: Path) -> dict[str, Any]:
    """Read a contract as the plain data it is."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
