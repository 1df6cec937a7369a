"""Exact interventional Shapley values of a forest, as one table for each leaf.

A leaf with value v is reached where every feature ("player") tested on its way passes. For
an applicant's pattern o and a reference row's pattern r of passes, player i gets

- nothing where o[i] == r[i], or where another j has o[j] = r[j] = 0;
- otherwise v * a! * b! / (a + b + 1)!, with a = how many other j have o[j] = 1, r[j] = 0 and
  b = how many have o[j] = 0, r[j] = 1; less than nothing where o[i] = 0.

Averaged over the reference this needs only how often each pattern occurs there, so a leaf's
table has 2^M rows, whatever the size of the reference (docs/adr/0002).
"""

from collections.abc import Iterator
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from scoring.training.encoding import Matrix
from scoring.training.groups import Asked, Groups, Shape, Splits

Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]

ROWS_AT_ONCE = 65_536
WORDS_AT_ONCE = 4_000_000


def leaf_tables(
    groups: tuple[Groups, ...], splits: Splits, reference: Matrix
) -> list[list[Floats]]:
    """For each shape and each of its leaves, the table (groups, 2^M patterns, M players).

    Bit i of a pattern is set where the leaf's player i passes; players are numbered by
    first appearance on the leaf's way (`seats`).
    """
    counts = _pattern_counts(groups, splits, reference)
    return [
        [_tables(count / len(reference), one.values[:, leaf]) for leaf, count in enumerate(by_leaf)]
        for one, by_leaf in zip(groups, counts, strict=True)
    ]


def seats(shape: Shape, leaf: tuple[Asked, ...]) -> tuple[int, ...]:
    """Players on a leaf's way, numbered within the group, by first appearance."""
    return tuple(dict.fromkeys(shape.players[asked.place] for asked in leaf))


def passes(splits: Splits, at: int, columns: Matrix) -> NDArray[np.bool_]:
    """Whether each row passes one split; `columns` is the matrix transposed."""
    value = columns[splits.column[at]]
    goes_left: NDArray[np.bool_] = value < splits.threshold[at]
    if splits.missing_goes_left[at]:
        goes_left |= np.isnan(value)
    passed: NDArray[np.bool_] = goes_left == splits.wants_left[at]
    return passed


def _pattern_counts(
    groups: tuple[Groups, ...], splits: Splits, reference: Matrix
) -> list[list[Floats]]:
    """How many reference rows show each pattern: for each shape, leaf: (groups, 2^M)."""
    totals: list[list[Floats]] = []
    for start in range(0, len(reference), ROWS_AT_ONCE):
        block = reference[start : start + ROWS_AT_ONCE]
        bits, everyone = _bits(splits, block), _packed(np.ones(len(block), dtype=np.bool_))
        found = [_counts_of_shape(one, bits, everyone) for one in groups]
        totals = _added(totals, found) if totals else found
    return [[_exactly(count) for count in by_leaf] for by_leaf in totals]


def _added(left: list[list[Floats]], right: list[list[Floats]]) -> list[list[Floats]]:
    return [
        [one + other for one, other in zip(ones, others, strict=True)]
        for ones, others in zip(left, right, strict=True)
    ]


def _bits(splits: Splits, block: Matrix) -> Bits:
    """Which rows pass which splits: (splits, words of 64 rows)."""
    columns = np.ascontiguousarray(block.T)
    return np.stack([_packed(passes(splits, at, columns)) for at in range(len(splits.column))])


def _packed(flags: NDArray[np.bool_]) -> Bits:
    """Pack flags of rows into words of 64; the last one is padded with zeros."""
    return np.packbits(np.pad(flags, (0, -len(flags) % 64))).view(np.uint64)


def _counts_of_shape(groups: Groups, bits: Bits, everyone: Bits) -> list[Floats]:
    return [
        np.concatenate(
            [
                _rows_passing(_masks(groups.shape, leaf, bits[chunk], everyone), everyone)
                for chunk in _chunks(
                    groups.splits, words=len(everyone) << len(seats(groups.shape, leaf))
                )
            ]
        )
        for leaf in groups.shape.leaves
    ]


def _chunks(splits: NDArray[np.int64], *, words: int) -> Iterator[NDArray[np.int64]]:
    step = max(1, WORDS_AT_ONCE // words)
    yield from (splits[start : start + step] for start in range(0, len(splits), step))


def _masks(shape: Shape, leaf: tuple[Asked, ...], bits: Bits, everyone: Bits) -> Bits:
    """Rows that pass every split of a player: (players, groups, words)."""
    seat = {player: at for at, player in enumerate(seats(shape, leaf))}
    masks = np.broadcast_to(everyone, (len(seat), len(bits), len(everyone))).copy()
    for asked in leaf:
        passed = bits[:, asked.place]
        masks[seat[shape.players[asked.place]]] &= passed if asked.passes else ~passed
    return masks


def _rows_passing(masks: Bits, everyone: Bits) -> Floats:
    """For each set of players, how many rows pass all of theirs: (groups, 2^M)."""
    players, groups, words = masks.shape
    count = np.empty((groups, 1 << players))
    of_set = np.empty((1 << players, groups, words), dtype=np.uint64)
    of_set[0] = everyone
    for chosen in range(1 << players):
        if chosen:
            lowest = (chosen & -chosen).bit_length() - 1
            np.bitwise_and(of_set[chosen & (chosen - 1)], masks[lowest], out=of_set[chosen])
        count[:, chosen] = np.bitwise_count(of_set[chosen]).sum(axis=1, dtype=np.int64)
    return count


def _exactly(at_least: Floats) -> Floats:
    """From "these players pass" to "these pass and no other" (Möbius inversion)."""
    exactly = at_least.copy()
    patterns = np.arange(exactly.shape[1])
    for player in range(exactly.shape[1].bit_length() - 1):
        without = patterns[patterns >> player & 1 == 0]
        exactly[:, without] -= exactly[:, without | 1 << player]
    return exactly


def _tables(share: Floats, value: Floats) -> Floats:
    players = share.shape[1].bit_length() - 1
    tables: Floats = np.einsum("gr,roi,g->goi", share, _coefficients(players), value, optimize=True)
    return tables


@lru_cache
def _coefficients(players: int) -> Floats:
    """Say what a leaf of value 1 gives: (reference pattern, applicant's pattern, player)."""
    patterns = range(1 << players)
    found = np.zeros((1 << players, 1 << players, players))
    for reference in patterns:
        for own in patterns:
            found[reference, own] = _one_against_one(own, reference, players)
    return found


def _one_against_one(own: int, reference: int, players: int) -> list[float]:
    everyone = (1 << players) - 1
    if (own | reference) != everyone:  # someone fails on both sides: no coalition gets there
        return [0.0] * players
    gained, lost = (own & ~reference).bit_count(), (reference & ~own).bit_count()
    return [_share(own >> i & 1, reference >> i & 1, gained, lost) for i in range(players)]


def _share(own: int, reference: int, gained: int, lost: int) -> float:
    if own == reference:
        return 0.0
    whole = factorial(gained + lost)
    if own:
        return factorial(gained - 1) * factorial(lost) / whole
    return -factorial(gained) * factorial(lost - 1) / whole
