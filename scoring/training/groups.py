"""Cutting the model's trees into groups of leaves that one small tree can answer for.

Leaves that hang below one node share every split above it. A group is a node with at most
two levels of splits below, so at most four leaves: a tree of depth 4 becomes four groups of
five splits, where a small tree per leaf would ask 64 questions (docs/adr/0002).

Groups that look alike (the same splits in the same places belong to the same features) share
a `Shape`, and everything after this module is done for all groups of a shape at once.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.training.forest import Forest, Tree

LEVELS_BELOW = 2


class Split(NamedTuple):
    """One split, and the side that a leaf of the group asks for."""

    column: int
    threshold: float
    missing_goes_left: bool
    wants_left: bool


class Asked(NamedTuple):
    """A split on the way to a leaf: its place in the group, and whether it must pass."""

    place: int
    passes: bool


class Shape(NamedTuple):
    """What groups must share to be worked on together."""

    players: tuple[int, ...]  # for each split, its feature, numbered within the group
    leaves: tuple[tuple[Asked, ...], ...]  # for each leaf, the splits on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All groups of one shape."""

    shape: Shape
    splits: NDArray[np.int64]  # (groups, splits), numbers of `Splits`
    players: NDArray[np.int64]  # (groups, players of the shape), places in the contract
    values: NDArray[np.float64]  # (groups, leaves), added to the margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """Every distinct split of the model."""

    column: NDArray[np.int64]
    threshold: NDArray[np.float32]
    missing_goes_left: NDArray[np.bool_]
    wants_left: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A forest, cut into groups."""

    groups: tuple[Groups, ...]
    splits: Splits
    constant: float  # base margin, and trees that learned no split


class _Found(NamedTuple):
    splits: list[Split]
    leaves: list[tuple[Asked, ...]]
    values: list[float]


def cut(forest: Forest, players: NDArray[np.int64]) -> Cut:
    """Cut a forest into groups; `players` says whose column each is."""
    numbers: dict[Split, int] = {}
    by_shape: dict[Shape, list[tuple[list[int], list[int], list[float]]]] = defaultdict(list)
    constant = forest.base_margin
    for tree in forest.trees:
        for found in _groups_of(tree):
            if not found.splits:
                constant += found.values[0]
                continue
            shape, seated = _shape_of(found, players)
            asked = [numbers.setdefault(split, len(numbers)) for split in found.splits]
            by_shape[shape].append((asked, seated, found.values))
    return Cut(
        groups=tuple(_together(shape, rows) for shape, rows in by_shape.items()),
        splits=_columns_of(list(numbers)),
        constant=constant,
    )


def _groups_of(tree: Tree) -> list[_Found]:
    heights = tree.heights()
    groups: list[_Found] = []
    waiting: list[tuple[int, list[Split]]] = [(0, [])]
    while waiting:
        node, way = waiting.pop()
        if heights[node] <= LEVELS_BELOW:
            groups.append(_group_at(tree, node, way))
            continue
        waiting.append((tree.right[node], [*way, _split(tree, node, wants_left=False)]))
        waiting.append((tree.left[node], [*way, _split(tree, node, wants_left=True)]))
    return groups


def _group_at(tree: Tree, root: int, way: list[Split]) -> _Found:
    found = _Found(splits=list(way), leaves=[], values=[])

    def walk(node: int, asked: tuple[Asked, ...]) -> None:
        if tree.left[node] < 0:
            found.leaves.append(asked)
            found.values.append(tree.threshold[node])
            return
        place = len(found.splits)
        found.splits.append(_split(tree, node, wants_left=True))
        walk(tree.left[node], (*asked, Asked(place, passes=True)))
        walk(tree.right[node], (*asked, Asked(place, passes=False)))

    walk(root, tuple(Asked(place, passes=True) for place in range(len(way))))
    return found


def _split(tree: Tree, node: int, *, wants_left: bool) -> Split:
    return Split(
        column=tree.column[node],
        threshold=tree.threshold[node],
        missing_goes_left=tree.missing_goes_left[node],
        wants_left=wants_left,
    )


def _shape_of(found: _Found, players: NDArray[np.int64]) -> tuple[Shape, list[int]]:
    """Seat the group's players by first appearance; give the shape and who sits where."""
    seats: dict[int, int] = {}
    seated = [seats.setdefault(int(players[split.column]), len(seats)) for split in found.splits]
    return Shape(players=tuple(seated), leaves=tuple(found.leaves)), list(seats)


def _together(shape: Shape, rows: list[tuple[list[int], list[int], list[float]]]) -> Groups:
    splits, players, values = zip(*rows, strict=True)
    return Groups(
        shape=shape,
        splits=np.array(splits, dtype=np.int64),
        players=np.array(players, dtype=np.int64),
        values=np.array(values, dtype=np.float64),
    )


def _columns_of(splits: list[Split]) -> Splits:
    return Splits(
        column=np.array([split.column for split in splits], dtype=np.int64),
        threshold=np.array([split.threshold for split in splits], dtype=np.float32),
        missing_goes_left=np.array([split.missing_goes_left for split in splits], dtype=np.bool_),
        wants_left=np.array([split.wants_left for split in splits], dtype=np.bool_),
    )
