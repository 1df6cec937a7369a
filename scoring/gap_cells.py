"""Cells of PD in which nobody can be found; a group's are some of those of its reference."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.group_cells import SMALLEST
from scoring.through_the_door import CELLS, STEPS

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
    """Hide groups that are too small, and one more where few are left to find them among."""
    by_size = sorted(
        (name for name, row in counts.items() if row.any() and name != reference),
        key=lambda name: (int(counts[name].sum()), name),
        reverse=True,
    )
    shown = [name for name in by_size if counts[name].sum() >= minimum]
    if counts[reference].sum() < minimum:
        return {}
    hidden = len(by_size) - len(shown)
    while shown and hidden and _rest(counts, everybody, (reference, *shown)) < SMALLEST:
        shown.pop()
    return {name: counts[name] for name in (reference, *shown)}


def _rest(counts: Mapping[str, Counts], everybody: Counts, told: Sequence[str]) -> int:
    return int(everybody.sum() - sum(counts[name].sum() for name in told))
