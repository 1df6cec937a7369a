"""Which counts of a table may be told, so that nothing told gives a small one away.

Statistical offices call it cell suppression: a count of fewer than so many people is withheld
(primary), and so are as many others as it takes that no sum and no difference of what is told
gives it back (complementary). A count of nobody is told: there is no one it could be about.

Source: L. Willenborg and T. de Waal, Elements of Statistical Disclosure Control (2001), chapter 8;
what an attacker can work out is bounded by linear programs over the totals that are told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Place = tuple[int, int]
WIDE_ENOUGH = 0.5  # of the range in which a count must lie: a whole person apart is not exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counts of people, and what is known of it whatever is told of its cells."""

    counts: Counts  # two dimensions
    smallest: int
    never: Mask  # cells that are told in no case
    harmless: (
        Mask  # cells that are nobody's secret, however small, such as people of no known group
    )
    rows: Mask  # whose totals are told or can be known
    columns: Mask  # likewise

    @property
    def small(self) -> Mask:
        """The cells that must not be found out."""
        is_small = (self.counts > 0) & (self.counts < self.smallest)
        return np.asarray(is_small & ~self.harmless)


def table_of(
    counts: Counts,
    *,
    smallest: int,
    never: Mask | None = None,
    harmless: Mask | None = None,
    rows: Mask | None = None,
    columns: Mask | None = None,
) -> Table:
    """Put a table together: all totals known, nothing harmless, everything may be told."""
    nothing = np.zeros(counts.shape, dtype=bool)
    return Table(
        counts=np.asarray(counts, dtype=np.int64),
        smallest=smallest,
        never=nothing if never is None else never,
        harmless=nothing if harmless is None else harmless,
        rows=np.ones(counts.shape[0], dtype=bool) if rows is None else rows,
        columns=np.ones(counts.shape[1], dtype=bool) if columns is None else columns,
    )


def withheld(table: Table) -> Mask:
    """Say which cells may not be told.

    Returns
    -------
    array of bool, shaped as the counts
        True where a cell is withheld: it is small, or telling it would give a small one away.

    Examples
    --------
    The total of a column is known, so the small group takes the next smallest with it:

    >>> counts = np.array([[900], [12], [88]])
    >>> withheld(table_of(counts, smallest=30, rows=np.zeros(3, dtype=bool))).ravel().tolist()
    [False, True, True]
    """
    hidden = np.asarray(table.never | table.small)
    while True:
        place = _left_too_small(table, hidden) or _given_away(table, hidden)
        if place is None:
            return hidden
        hidden[place] = True


def groups_told(counts: Mapping[str, int], *, smallest: int, unknown: int) -> set[str]:
    """Say which groups of a known total may be told, by name.

    `unknown` are people of the total whose group is not known; how many they are is told nowhere.

    Examples
    --------
    >>> sorted(groups_told({"a": 900, "b": 88, "c": 12}, smallest=30, unknown=0))
    ['a']
    >>> sorted(groups_told({"a": 900, "b": 88, "c": 12}, smallest=30, unknown=40))
    ['a', 'b']
    """
    column = np.array([*counts.values(), unknown], dtype=np.int64)[:, None]
    never, harmless = np.zeros((2, *column.shape), dtype=bool)
    never[-1] = harmless[-1] = True
    rows = np.zeros(len(column), dtype=bool)
    table = table_of(column, smallest=smallest, never=never, harmless=harmless, rows=rows)
    hidden = withheld(table)[:-1, 0]
    return {name for name, is_hidden in zip(counts, hidden, strict=True) if not is_hidden}


def _left_too_small(table: Table, hidden: Mask) -> Place | None:
    """Find one more to withhold where all that is withheld of a known total is too few people."""
    for line in _lines(table):
        within = line & hidden
        left = int(table.counts[within].sum())
        if (within & table.small).any() and left < table.smallest:
            place = _smallest(table.counts, line & ~hidden & (table.counts > 0))
            if place is not None:
                return place
    return None


def _given_away(table: Table, hidden: Mask) -> Place | None:
    """Find one more to withhold where a small cell can be worked out all the same."""
    for place in zip(*np.nonzero(table.small), strict=True):
        if not _is_exact(table, hidden, place):
            continue
        candidates = list(_candidates(table, hidden, place))
        for candidate in candidates:
            tried = hidden.copy()
            tried[candidate] = True
            if not _is_exact(table, tried, place):
                return candidate
        if candidates:
            return candidates[0]
    return None


def _is_exact(table: Table, hidden: Mask, place: Place) -> bool:
    """Say whether the totals leave a withheld count only one value that it can have."""
    from scipy.optimize import linprog  # noqa: PLC0415 - for who counts, not for who shows it

    unknown = np.argwhere(hidden)
    at = int(np.nonzero((unknown == place).all(axis=1))[0][0])
    lines = [line for line in _lines(table) if (line & hidden).any()]
    if not lines:
        return False
    sums = np.array([line[hidden].astype(np.float64) for line in lines])
    totals = np.array([table.counts[line & hidden].sum() for line in lines], dtype=np.float64)
    aim = np.zeros(len(unknown))
    aim[at] = 1.0
    ends = [linprog(sign * aim, A_eq=sums, b_eq=totals, bounds=(0, None)) for sign in (1.0, -1.0)]
    if any(end.status != 0 for end in ends):  # unbounded: nothing holds it
        return False
    return bool(-ends[1].fun - ends[0].fun < WIDE_ENOUGH)


def _candidates(table: Table, hidden: Mask, place: Place) -> Iterator[Place]:
    """List what could be withheld beside it: those with people first, the smallest first."""
    told = [(int(row), int(column)) for row, column in np.argwhere(~hidden)]

    def order(each: Place) -> tuple[bool, bool, int, Place]:
        count = int(table.counts[each])
        is_near = each[0] == place[0] or each[1] == place[1]
        return (count == 0, not is_near, count, each)

    yield from sorted(told, key=order)


def _lines(table: Table) -> Iterator[Mask]:
    """Give the cells of each total that is known."""
    for row in np.nonzero(table.rows)[0]:
        line = np.zeros(table.counts.shape, dtype=bool)
        line[row, :] = True
        yield line
    for column in np.nonzero(table.columns)[0]:
        line = np.zeros(table.counts.shape, dtype=bool)
        line[:, column] = True
        yield line


def _smallest(counts: Counts, among: Mask) -> Place | None:
    places = [(int(row), int(column)) for row, column in np.argwhere(among)]
    return min(places, key=lambda each: (int(counts[each]), each), default=None)
