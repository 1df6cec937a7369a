"""Rows that make a wrong graph show: real, random, missing, on splits and beside them."""

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Feature, Kind
from scoring.training.encoding import Encoding, levels
from scoring.training.forest import Forest

Inputs = dict[str, NDArray[np.generic]]

RANDOM_ROWS = 512
MOST_SPLITS = 800
MISSING_SHARE = 0.15
UNKNOWN = "\N{REPLACEMENT CHARACTER} no such value"


def probes(encoding: Encoding, forest: Forest, real: Inputs, *, rng: np.random.Generator) -> Inputs:
    """Gather the rows of a parity gate: some real ones, and every kind that has gone wrong."""
    return joined(
        real,
        random_rows(encoding, RANDOM_ROWS, rng=rng),
        rows_at_splits(encoding, forest, rng=rng),
    )


def random_rows(encoding: Encoding, count: int, *, rng: np.random.Generator) -> Inputs:
    """Anything the contract allows, any of it missing, and categories nobody knows."""
    return {feature.name: _anything(feature, count, rng) for feature in encoding.features}


def _anything(feature: Feature, count: int, rng: np.random.Generator) -> NDArray[np.generic]:
    missing = rng.random((count, 1)) < MISSING_SHARE
    if feature.kind is Kind.CATEGORY:
        values = np.array([*levels(feature), UNKNOWN], dtype=object)
        return np.where(missing, "", rng.choice(values, (count, 1))).astype(object)
    low, high = feature.minimum or 0.0, 1.0 if feature.maximum is None else feature.maximum
    drawn = rng.uniform(low, high, (count, 1))
    whole = drawn.round() if feature.kind is not Kind.DECIMAL else drawn
    return np.where(missing, np.nan, whole).astype(np.float32)


def rows_at_splits(encoding: Encoding, forest: Forest, *, rng: np.random.Generator) -> Inputs:
    """Rows exactly on a split of a number, and one float step to either side."""
    splits = sorted(splits_of_numbers(encoding, forest))
    chosen = rng.permutation(len(splits))[:MOST_SPLITS]
    rows = random_rows(encoding, 3 * len(chosen), rng=rng)
    for at, number in enumerate(chosen):
        column, threshold = splits[number]
        exact = np.float32(threshold)
        around = [np.nextafter(exact, np.float32(way)) for way in (-np.inf, np.inf)]
        rows[encoding.numbers[column].name][3 * at : 3 * at + 3, 0] = [exact, *around]
    return rows


def splits_of_numbers(encoding: Encoding, forest: Forest) -> set[tuple[int, float]]:
    """Name the thresholds of numbers: the place among them, and the split."""
    return {
        (tree.column[node], tree.threshold[node])
        for tree in forest.trees
        for node in range(len(tree.left))
        if tree.left[node] >= 0 and tree.column[node] < len(encoding.numbers)
    }


def joined(*parts: Inputs) -> Inputs:
    """Put rows below one another."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def taken(inputs: Inputs, rows: NDArray[np.int64] | slice) -> Inputs:
    """Take some rows."""
    return {name: values[rows] for name, values in inputs.items()}


def count_of(inputs: Inputs) -> int:
    """How many rows there are."""
    return len(next(iter(inputs.values())))
