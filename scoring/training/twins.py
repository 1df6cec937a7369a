"""Loans that stand twice among a snapshot's rows: what one has taught is not asked of the other.

A file of past loans that was decided again gives the same loan two ids, and so does one brought in
beside own decisions. The swap set takes such rows for one loan (`scoring.candidates.unseen`), and
so do folds.
"""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract
from scoring.training.learners import Rows

_PLACE = "place of a row"  # no feature is named so
MOST_ALIKE = 5  # rows of the same details, on average; of more, chance makes people alike


def twins_of(contract: Contract, frame: pl.DataFrame) -> Rows | None:
    """Name for each row the first one that has the same details.

    None where all differ, or where a contract asks for so little that most have the same details as
    others: there it says nothing that they do.
    """
    names = list(contract.feature_names)
    rows = frame.select(names).with_row_index(_PLACE)
    first = rows.select(pl.col(_PLACE).first().over(names)).to_series()
    distinct = first.n_unique()
    if distinct == frame.height or distinct * MOST_ALIKE < frame.height:
        return None
    return first.to_numpy().astype(np.int64)


def together(places: NDArray[Any], twins: Rows | None) -> NDArray[Any]:
    """Put every row where its first twin is."""
    return places if twins is None else places[twins]


def among(twins: Rows | None, rows: Rows) -> Rows | None:
    """Name the first twins of some of the rows by their places among these."""
    if twins is None:
        return None
    _, first, where = np.unique(twins[rows], return_index=True, return_inverse=True)
    return first[where].astype(np.int64)
