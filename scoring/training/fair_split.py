"""Loans that a search may look at, and loans that it never sees, parted once by their own ids."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

UNTOUCHED_SHARE = 0.4


def untouched(
    rows: Sequence[str], strata: Sequence[str], *, share: float = UNTOUCHED_SHARE
) -> NDArray[np.bool_]:
    """Say which rows the search does not see.

    Rows are ordered by stratum and then by the hash of their id, and every so many-th is taken: so
    each stratum has its share to within one row, and no seed can be tried until the split flatters.

    Parameters
    ----------
    rows : sequence of n ids
        Of the snapshot.
    strata : sequence of n
        Outcome and groups of each.

    Examples
    --------
    >>> untouched(["a", "b", "c", "d", "e"], ["x"] * 5).sum()
    np.int64(2)
    """
    order = sorted(range(len(rows)), key=lambda at: (strata[at], _hash(rows[at])))
    places = np.arange(len(rows) + 1)
    taken = np.diff(np.floor(places * share + 1e-9)) > 0
    found = np.zeros(len(rows), dtype=np.bool_)
    found[np.array(order, dtype=np.int64)] = taken
    return found


def by_hash(rows: Sequence[str], *, at_most: int) -> NDArray[np.bool_]:
    """Keep so many rows by the hash of their ids, or all where there are no more."""
    found = np.ones(len(rows), dtype=np.bool_)
    if len(rows) > at_most:
        order = sorted(range(len(rows)), key=lambda at: _hash(rows[at]))
        found[np.array(order[at_most:], dtype=np.int64)] = False
    return found


def _hash(row: str) -> str:
    return hashlib.sha256(row.encode()).hexdigest()
