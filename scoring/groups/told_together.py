"""Whether counts told at different times, by different reports, give a small group away together.

Each told count is of a set of people and of some kinds of them, such as a group. The sets cut the
people into parts: who lies in the same sets lies in the same part. Whatever can be computed from
told counts is a combination of counts of parts, and linear algebra says which combinations of one
kind can be: those that hold whatever the unknown counts are. Parts that no combination tells apart
are one. A combination in which everybody cancels out but the people of parts that are too small
gives them away.

So nothing small can be worked out where there is none such: a set of people of one kind that can be
computed takes a large part whole, and is large, or takes none, and is nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import null_space, svd

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
NOTHING = 1e-9  # entries and singular values below are rounding: all that is put in is 0 or 1
DIGITS = 7
AT_ONCE = 24  # sets by which people are cut: beside the number of a part, in one of 63 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Counts of one set of people."""

    people: Mask  # of everybody that is looked at: who is in the set
    kinds: Mask  # a row for each count: the kinds that it takes together


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The people, cut by all sets."""

    counts: Counts  # parts by kinds
    within: Mask  # parts by sets


def gives_away(
    kind: Counts,
    *,
    before: Sequence[Told],
    new: Sequence[Told],
    secrets: Mask,
    smallest: int,
) -> bool:
    """Say whether new counts, beside those told before, tell of fewer people than they may.

    How many people each part has, of whatever kind, is taken as known. What could be worked out
    before is not held against the new counts.

    Parameters
    ----------
    kind : array of int, shape (people,)
        The kind of each, counted from 0.
    before, new : sequence of Told
        Each of the same people.
    secrets : array of bool, shape (secrets, kinds)
        The kinds, or several together, of whom no small number may be told.
    smallest : int
        Fewer people than this are too few; nobody is not.

    Examples
    --------
    Of the 100 people of a group 95 are told of. A count of all tells of the other five:

    >>> group = np.array([0] * 100 + [1] * 100)
    >>> of_group = np.array([[True, False]])
    >>> some = Told(people=np.arange(200) % 100 < 95, kinds=of_group)
    >>> whole = Told(people=np.arange(200) >= 0, kinds=of_group)
    >>> gives_away(group, before=[some], new=[whole], secrets=of_group, smallest=30)
    True
    >>> gives_away(group, before=[some], new=[some], secrets=of_group, smallest=30)
    False
    """
    if not len(kind):
        return False  # there is nobody whom any of them could tell of
    parts = _cut(kind, [*before, *new], kinds=secrets.shape[1])
    n = len(before)
    then = _unknown(parts, before, range(n))
    now = _unknown(parts, [*before, *new], range(n + len(new)))
    return any(
        _alone(parts, now, secret, smallest) > _alone(parts, then, secret, smallest)
        for secret in secrets
    )


def _cut(kind: Counts, told: Sequence[Told], *, kinds: int) -> _Parts:
    part = np.zeros(len(kind), dtype=np.int64)
    for begin in range(0, len(told), AT_ONCE):
        for each in told[begin : begin + AT_ONCE]:
            part = 2 * part + each.people
        part = np.unique(part, return_inverse=True)[1]
    first = np.unique(part, return_index=True)[1]
    counts = np.zeros((len(first), kinds), dtype=np.int64)
    np.add.at(counts, (part, kind), 1)
    return _Parts(counts=counts, within=np.array([each.people[first] for each in told]).T)


def _unknown(parts: _Parts, told: Sequence[Told], sets: Iterable[int]) -> Floats:
    """Give the directions in which counts can differ and all that is told is the same.

    An array of parts by kinds by directions. Where nobody is told of, there is nobody in any part.
    """
    n, kinds = parts.counts.shape
    known = np.vstack(
        [
            np.kron(np.eye(n), np.ones(kinds)),
            *(
                np.kron(parts.within[:, at], np.vstack([each.kinds, ~each.kinds.any(axis=0)]))
                for each, at in zip(told, sets, strict=True)
            ),
        ]
    )
    of_nobody = known[known @ parts.counts.ravel() == 0].any(axis=0)
    free = null_space(np.vstack([known, np.eye(n * kinds)[of_nobody]]), rcond=NOTHING)
    return np.asarray(free.reshape(n, kinds, -1))


def _alone(parts: _Parts, unknown: Floats, secret: Mask, smallest: int) -> int:
    """Count the combinations, each apart from the others, that are of people of small parts."""
    people = parts.counts[:, secret].sum(axis=1)
    computed = _computed(unknown[:, secret, :].sum(axis=1))[people > 0]
    people = people[people > 0]
    if not computed.size:
        return 0
    _, alike = np.unique(computed.round(DIGITS) + 0.0, axis=0, return_inverse=True)
    is_large = np.bincount(alike, weights=people)[alike] >= smallest
    return _rank(computed) - _rank(computed[is_large])


def _computed(unknown: Floats) -> Floats:
    """Give what can be computed, as columns: what no direction that is unknown changes."""
    if not unknown.shape[1]:
        return np.eye(len(unknown))
    left, sizes, _ = svd(unknown, full_matrices=True)
    return np.asarray(left[:, int((sizes > NOTHING).sum()) :])


def _rank(columns: Floats) -> int:
    return int(np.linalg.matrix_rank(columns, tol=NOTHING)) if columns.size else 0
