"""One small tree for each group of leaves: every outcome of its splits, and who gets what.

Its inner nodes are the group's splits with both branches followed; a split is left out where
every leaf that asks for it has already lost the split's player. Its leaves carry one weight
for each player. Worked out once for a shape, written for all of the shape's groups at once.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.training.groups import Cut, Groups, Shape
from scoring.training.shapley import Floats, seats

LEAF = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTrees:
    """Many small trees, node by node and weight by weight, in the order ONNX asks for."""

    tree: NDArray[np.int64]
    node: NDArray[np.int64]
    is_leaf: NDArray[np.bool_]
    column: NDArray[np.int64]
    threshold: NDArray[np.float32]
    missing_goes_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    weight_tree: NDArray[np.int64]
    weight_node: NDArray[np.int64]
    weight_player: NDArray[np.int64]
    weight: NDArray[np.float32]


class _Node(NamedTuple):
    place: int  # of the split within the group, or LEAF
    passing: int
    failing: int
    patterns: tuple[int, ...]  # of a LEAF: for each leaf of the group, who passes


class _Question(NamedTuple):
    """A leaf of the group that asks for a split."""

    leaf: int
    bit: int  # the player's bit in the leaf's patterns
    passes: bool


def small_trees(cut: Cut, tables: list[list[Floats]], *, scale: float) -> SmallTrees:
    """Write every group as a small tree whose weights are `scale` times the tables."""
    parts: list[SmallTrees] = []
    first = 0
    for groups, by_leaf in zip(cut.groups, tables, strict=True):
        parts.append(_written(cut, groups, by_leaf, scale=scale, first=first))
        first += len(groups.splits)
    return SmallTrees(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in SmallTrees.__slots__
        }
    )


def _written(
    cut: Cut, groups: Groups, by_leaf: list[Floats], *, scale: float, first: int
) -> SmallTrees:
    nodes = _nodes_of(groups.shape)
    count, trees = len(groups.splits), np.arange(first, first + len(groups.splits))
    at_leaf = np.array([node.place == LEAF for node in nodes])
    split = groups.splits[:, [max(node.place, 0) for node in nodes]]
    wants_left = cut.splits.wants_left[split]
    passing, failing = (np.array([node[way] for node in nodes]) for way in (1, 2))
    weight = _weights(groups, by_leaf, [node.patterns for node in nodes if node.place == LEAF])
    weight = (weight * scale).astype(np.float32)
    said = (weight != 0) | (np.arange(weight.shape[2]) == 0)  # a leaf keeps one weight at least
    which_tree, which_leaf, which_player = np.nonzero(said)
    return SmallTrees(
        tree=np.repeat(trees, len(nodes)),
        node=np.tile(np.arange(len(nodes)), count),
        is_leaf=np.tile(at_leaf, count),
        column=np.where(at_leaf, 0, cut.splits.column[split]).ravel(),
        threshold=np.where(at_leaf, np.float32(0), cut.splits.threshold[split]).ravel(),
        missing_goes_left=(cut.splits.missing_goes_left[split] & ~at_leaf).ravel(),
        left=np.where(wants_left, passing, failing).ravel(),
        right=np.where(wants_left, failing, passing).ravel(),
        weight_tree=trees[which_tree],
        weight_node=np.flatnonzero(at_leaf)[which_leaf],
        weight_player=groups.players[which_tree, which_player],
        weight=weight[said],
    )


def _weights(
    groups: Groups, by_leaf: list[Floats], outcomes: list[tuple[int, ...]]
) -> NDArray[np.float64]:
    """Say what each outcome gives each player: (groups, outcomes, players of the shape)."""
    given = np.zeros((len(groups.splits), len(outcomes), groups.players.shape[1]))
    patterns = np.array(outcomes).T
    for asked, pattern, table in zip(groups.shape.leaves, patterns, by_leaf, strict=True):
        for seat, player in enumerate(seats(groups.shape, asked)):
            given[:, :, player] += table[:, pattern, seat]
    return given


def _nodes_of(shape: Shape) -> list[_Node]:
    """Grow the small tree of a shape, the root first."""
    questions = _questions(shape)
    nodes: list[_Node] = []

    def grow(place: int, passed: tuple[int, ...]) -> int:
        while place < len(questions) and not _matters(questions[place], passed):
            place += 1
        own = len(nodes)
        nodes.append(_Node(LEAF, 0, 0, passed))
        if place < len(questions):
            passing = grow(place + 1, _after(questions[place], passed, outcome=True))
            failing = grow(place + 1, _after(questions[place], passed, outcome=False))
            nodes[own] = _Node(place, passing, failing, ())
        return own

    grow(0, tuple((1 << len(seats(shape, leaf))) - 1 for leaf in shape.leaves))
    return nodes


def _questions(shape: Shape) -> list[list[_Question]]:
    """For each split, the leaves that ask for it."""
    found: list[list[_Question]] = [[] for _ in shape.players]
    for at, leaf in enumerate(shape.leaves):
        seated = seats(shape, leaf)
        for place, passes in leaf:
            bit = 1 << seated.index(shape.players[place])
            found[place].append(_Question(leaf=at, bit=bit, passes=passes))
    return found


def _matters(questions: list[_Question], passed: tuple[int, ...]) -> bool:
    return any(passed[question.leaf] & question.bit for question in questions)


def _after(
    questions: list[_Question], passed: tuple[int, ...], *, outcome: bool
) -> tuple[int, ...]:
    """Take a player's bit from every leaf that wanted the other outcome."""
    left = list(passed)
    for question in questions:
        if question.passes is not outcome:
            left[question.leaf] &= ~question.bit
    return tuple(left)
