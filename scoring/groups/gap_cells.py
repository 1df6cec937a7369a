"""Cells of PD in which nobody can be found; a group's are some of those of its reference."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.groups.cells import SMALLEST
from scoring.groups.told_cells import groups_told
from scoring.results.through_the_door import CELLS, STEPS

Counts = NDArray[np.int64]


def cells_of(pds: ArrayLike) -> Counts:
    """Say in which cell each PD is counted, as `through_the_door.cell_of` does of one.

    Examples
    --------
    >>> cells_of([0.0, 0.16, 0.1601]).tolist()
    [0, 32, 33]
    """
    steps = np.ceil(np.asarray(pds, dtype=np.float64) * STEPS - 1e-9)
    return np.clip(steps, 0, CELLS - 1).astype(np.int64)


def closed(rows: Counts, *, keep: int | None) -> list[int]:
    """Close a cell as soon as each row has enough in it; what is left over joins the one before.

    Parameters
    ----------
    rows : array of shape (k, cells)
        People by cell.
    keep : int or None
        A cell that is made an end where there are enough people on both sides of it.

    Returns
    -------
    list of int
        The last cell of each closed one.

    Examples
    --------
    >>> closed(np.array([[10, 4, 4, 10, 3]]), keep=2)
    [2, 4]
    """
    ends: list[int] = []
    within = np.zeros(len(rows), dtype=np.int64)
    for at in range(rows.shape[1]):
        within = within + rows[:, at]
        if (within >= SMALLEST).all():
            ends.append(at)
        elif at == keep and ends:
            ends[-1] = at
        else:
            continue
        within = np.zeros(len(rows), dtype=np.int64)
    return [*ends[:-1], rows.shape[1] - 1] if ends else []


def count(columns: Counts) -> Counts:
    """Count people by cell."""
    return np.bincount(columns, minlength=CELLS)


def told(
    counts: Mapping[str, Counts], everybody: Counts, *, reference: str, minimum: int
) -> dict[str, Counts]:
    """Hide groups that are too small, and those that would give their number away.

    Along a cut-off no number is written; but a ratio and its interval together tell those of both
    groups, and everybody's is known.
    """
    sizes = {name: int(row.sum()) for name, row in counts.items()}
    unknown = int(everybody.sum()) - sum(sizes.values())
    shown = groups_told(sizes, smallest=minimum, unknown=unknown)
    if reference not in shown or not sizes[reference]:
        return {}
    return {name: row for name, row in counts.items() if name in shown and row.any()}
