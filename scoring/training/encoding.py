"""From typed features to the matrix that the trees read.

Numbers and booleans stay one column, NaN where they are missing. A category becomes one
column for each value of the contract, and one more for "missing" where it may be missing; a
value the contract does not know leaves all of them zero. An ordinal category is one column: its
place in the contract's list, NaN where it is missing or unknown.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract, Direction, Feature, Kind

Matrix = NDArray[np.float32]

ROWS_AT_ONCE = 100_000  # encoded at a time: a column of texts takes more room than its numbers
_CONSTRAINT = {Direction.UP: 1, Direction.DOWN: -1, Direction.NONE: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """Which column of the matrix belongs to which feature."""

    features: tuple[Feature, ...]

    @property
    def numbers(self) -> tuple[Feature, ...]:
        """Features of one column each; they come first."""
        return tuple(feature for feature in self.features if feature.kind is not Kind.CATEGORY)

    @property
    def categories(self) -> tuple[Feature, ...]:
        """Features of one column for each value; they come after the numbers."""
        return tuple(
            feature
            for feature in self.features
            if feature.kind is Kind.CATEGORY and not feature.is_ordinal
        )

    @property
    def ordinals(self) -> tuple[Feature, ...]:
        """Categories of one column; they come last."""
        return tuple(feature for feature in self.features if feature.is_ordinal)

    @property
    def players(self) -> NDArray[np.int64]:
        """For each column, the place of its feature in the contract."""
        place = {feature.name: at for at, feature in enumerate(self.features)}
        columns = [place[feature.name] for feature in self.numbers]
        for feature in self.categories:
            columns += [place[feature.name]] * len(levels(feature))
        columns += [place[feature.name] for feature in self.ordinals]
        return np.array(columns, dtype=np.int64)

    @property
    def constraints(self) -> tuple[int, ...]:
        """For each column, what a larger value may do to the margin: 1 up, -1 down, 0 both."""
        free = len(self.players) - len(self.numbers) - len(self.ordinals)
        numbers, ordinals = (
            tuple(_CONSTRAINT[feature.direction] for feature in features)
            for features in (self.numbers, self.ordinals)
        )
        return (*numbers, *(0,) * free, *ordinals)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Words for each column, for people only; XGBoost knows them as f0, f1, ..."""
        names = [feature.name for feature in self.numbers]
        for feature in self.categories:
            names += [f"{feature.name}={level or '(missing)'}" for level in levels(feature)]
        return (*names, *(feature.name for feature in self.ordinals))


def encoding_of(contract: Contract) -> Encoding:
    """Say how a contract's features become columns."""
    return Encoding(features=contract.features)


def levels(feature: Feature) -> tuple[str, ...]:
    """Values of a category that have a column; the empty text stands for missing."""
    return (*feature.values, "") if feature.may_be_missing else feature.values


def graph_inputs(encoding: Encoding, frame: pl.DataFrame) -> dict[str, NDArray[np.generic]]:
    """Arrays of shape (rows, 1) as the graph takes them, by name of the feature."""
    return {feature.name: _input(feature, frame[feature.name]) for feature in encoding.features}


def matrix_from(encoding: Encoding, frame: pl.DataFrame) -> Matrix:
    """Encode typed rows, some at a time, shape (rows, columns)."""
    matrix = np.empty((frame.height, len(encoding.players)), dtype=np.float32)
    for start in range(0, frame.height, ROWS_AT_ONCE):
        part = frame.slice(start, ROWS_AT_ONCE)
        matrix[start : start + part.height] = matrix_of(encoding, graph_inputs(encoding, part))
    return matrix


def matrix_of(encoding: Encoding, inputs: dict[str, NDArray[np.generic]]) -> Matrix:
    """Encode the graph's inputs as training does, shape (rows, columns).

    This is a second implementation of the graph's encoder, on purpose: the parity gate
    compares the two.
    """
    blocks = [inputs[feature.name] for feature in encoding.numbers]
    blocks += [
        inputs[feature.name] == np.array([levels(feature)], dtype=object)
        for feature in encoding.categories
    ]
    blocks += [_places(feature, inputs[feature.name]) for feature in encoding.ordinals]
    return np.concatenate([block.astype(np.float32) for block in blocks], axis=1)


def _places(feature: Feature, texts: NDArray[np.generic]) -> NDArray[np.float32]:
    """Give each text's place in the contract's list; NaN where it is in none."""
    places = np.full(texts.shape, np.nan, dtype=np.float32)
    for place, value in enumerate(feature.values):
        places[texts == value] = place
    return places


def _input(feature: Feature, column: pl.Series) -> NDArray[np.generic]:
    if feature.kind is Kind.CATEGORY:
        return column.fill_null("").to_numpy().astype(object)[:, None]
    return column.cast(pl.Float32).fill_null(np.nan).to_numpy()[:, None].astype(np.float32)
