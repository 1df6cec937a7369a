"""Protected groups by PD, in cells so large that nobody can be found in them. numpy only.

Every cell of every group holds as many people as the contract's smallest group has, and at least
`SMALLEST`. So does what is left when the groups
that are told are taken from everybody, who are counted elsewhere: else a hidden group could be
worked out (complementary suppression).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.proportions import Interval, Share, ratio_interval
from scoring.results.through_the_door import CELLS, STEPS, Tally

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
SMALLEST = 10
NEVER = CELLS  # the last column: whom no cut-off approves
COLUMNS = CELLS + 1


def told(
    counts: Mapping[str, Counts], unknown: Counts, *, smallest: int = SMALLEST
) -> dict[str, Any]:
    """Keep of counted groups what may be told.

    Parameters
    ----------
    counts : mapping of group to array of shape (COLUMNS,)
        People by the cell of their PD.
    unknown : array of shape (COLUMNS,)
        Whose group nobody said.
    smallest : int
        People in a group and in a cell of it, of whom something may be told.

    Returns
    -------
    dict
        `ends`: the last column of each cell; `groups`: people in each cell; empty where nothing
        may be told.

    Examples
    --------
    >>> many, some = np.full(COLUMNS, 20), np.full(COLUMNS, 10)
    >>> few = np.eye(COLUMNS, dtype=int)[5] * 3
    >>> found = told({"a": many, "b": some, "c": few}, np.zeros(COLUMNS, dtype=int))
    >>> sorted(found["groups"])  # b is hidden as well: else c were everybody but a and b
    ['a']
    """
    shown, rest = _large_enough(counts, unknown, smallest)
    if not shown:
        return {"ends": [], "groups": {}}
    rows = np.stack([*shown.values(), *([rest] if rest.any() else [])])
    ends = _ends(rows, smallest)
    return {
        "ends": ends,
        "groups": {name: _in_cells(row, ends) for name, row in shown.items()},
    }


def _large_enough(
    counts: Mapping[str, Counts], unknown: Counts, smallest: int
) -> tuple[dict[str, Counts], Counts]:
    """Hide small groups, and the next one too while they could be worked out from the rest."""
    by_size = sorted(
        ((name, row) for name, row in counts.items() if row.any()),
        key=lambda each: (int(each[1].sum()), each[0]),
    )
    rest = unknown.copy()
    while by_size and (by_size[0][1].sum() < smallest or 0 < rest.sum() < smallest):
        rest = rest + by_size.pop(0)[1]
    return dict(sorted(by_size, key=lambda each: each[0])), rest


def _ends(rows: Counts, smallest: int) -> list[int]:
    """Close a cell as soon as each row has enough in it; what is left over joins the last one."""
    ends, within = [], np.zeros(len(rows), dtype=np.int64)
    for column in range(COLUMNS):
        within = within + rows[:, column]
        if (within >= smallest).all():
            ends.append(column)
            within = np.zeros(len(rows), dtype=np.int64)
    return [*ends[:-1], COLUMNS - 1]


def _in_cells(row: Counts, ends: Iterable[int]) -> list[int]:
    up_to = np.cumsum(row)[list(ends)]
    return [int(each) for each in np.diff(up_to, prepend=0)]


@dataclass(frozen=True, kw_only=True)
class GroupMonth:
    """What was told of an attribute in a month, beside everybody who applied in it."""

    cells: Mapping[str, Any]  # as `told` gives them
    everybody: Tally

    @cached_property
    def up_to(self) -> Floats:
        """Of everybody, how many meet the rules up to each PD; at the end those whom one stops."""
        passing = self.everybody.passing[:, 0].sum(axis=0)
        return np.cumsum(np.append(passing, self.everybody.n - passing.sum()))

    @cached_property
    def shares(self) -> Floats:
        """Give the share of each cell that is approved up to each PD, of shape (STEPS + 1, cells).

        For all cut-offs at once: a drawing asks for fifty, of every group.
        """
        ends = np.asarray(self.cells["ends"])
        approved = self.up_to[np.minimum(ends, np.arange(STEPS + 1)[:, np.newaxis])]
        part = np.diff(approved, prepend=0, axis=1)
        whole = np.diff(self.up_to[ends], prepend=0)
        return np.asarray(np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A group's approval beside that of the reference group, at a cut-off."""

    group: str
    n: int
    approved: int
    reference_n: int
    reference_approved: int
    air: float | None  # None where either group is too small, or nobody in the other is approved
    air_in: Interval | None


def ratio(
    months: Iterable[GroupMonth], *, group: str, reference: str, approve: float, minimum: int
) -> Ratio:
    """Compare a group with the reference over the months in which both are told.

    Where a cut-off falls within a cell, those of the cell are taken to lie as everybody in it does.

    Parameters
    ----------
    months : iterable of GroupMonth
        Each month once.
    approve : float
        PD up to which everybody is approved who meets the rules.
    minimum : int
        People below which a group's figures are not stated.
    """
    both = [each for each in months if {group, reference} <= set(each.cells["groups"])]
    n, approved = _counted(both, group, approve)
    other_n, other_approved = _counted(both, reference, approve)
    air, within = None, None
    if min(n, other_n) >= max(minimum, 1) and other_approved:
        share = Share(count=approved, n=n)
        beside = Share(count=other_approved, n=other_n)
        air, within = share.value / beside.value, ratio_interval(share, beside)
    return Ratio(
        group=group,
        n=n,
        approved=approved,
        reference_n=other_n,
        reference_approved=other_approved,
        air=air,
        air_in=within,
    )


def _counted(months: Iterable[GroupMonth], group: str, approve: float) -> tuple[int, int]:
    n, approved = 0, 0.0
    for month in months:
        people = np.asarray(month.cells["groups"][group], dtype=np.float64)
        n += int(people.sum())
        approved += float(people @ month.shares[round(approve * STEPS)])
    return n, round(approved)
