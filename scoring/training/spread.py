"""What the product must know of each feature to say what a change would have done."""

from typing import Any

import numpy as np
import polars as pl

from scoring.contract import Contract
from scoring.training.encoding import Encoding
from scoring.training.forest import Forest

LOW, HIGH = 0.05, 0.95
DIGITS = 6


def features_of(
    contract: Contract, encoding: Encoding, forest: Forest, frame: pl.DataFrame
) -> dict[str, Any]:
    """Give each feature's splits, its usual range, and how often it is missing.

    Splits are the very float32 numbers of the graph: a value goes left where it is below. Of a
    category of one column a value, splits would say nothing and there are none.
    """
    splits = _splits(encoding, forest)
    return {
        feature.name: {
            "splits": splits.get(feature.name, []),
            "missing_share": round(frame[feature.name].null_count() / frame.height, DIGITS),
            **(_range(frame[feature.name]) if feature.kind.is_numeric else {}),
        }
        for feature in contract.features
    }


def _splits(encoding: Encoding, forest: Forest) -> dict[str, list[float]]:
    columns = len(encoding.players)
    names = {at: feature.name for at, feature in enumerate(encoding.numbers)}
    ordinals = enumerate(encoding.ordinals, start=columns - len(encoding.ordinals))
    names |= {at: feature.name for at, feature in ordinals}
    found: dict[str, set[float]] = {}
    for tree in forest.trees:
        for column, threshold, left in zip(tree.column, tree.threshold, tree.left, strict=True):
            if left >= 0 and column in names:
                found.setdefault(names[column], set()).add(float(np.float32(threshold)))
    return {name: sorted(values) for name, values in found.items()}


def _range(column: pl.Series) -> dict[str, float | None]:
    known = column.drop_nulls().cast(pl.Float64)
    low, high = known.quantile(LOW, "nearest"), known.quantile(HIGH, "nearest")
    return {"low": low, "high": high}
