"""Which combinations of changes can bring the margin down to a bound, by the trees' own leaves.

A combination's margin is the sum of the leaves that hold it, so a table of two features'
values is a product of matrices. What cannot reach the bound even with each tree's best leaf is
left out before. Sums are float32 like the graph's, in another order: the bound gets `SLACK`, and
who asks must score what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

import numpy as np
from numpy.typing import NDArray

from scoring.margin_trees import Leaves

SLACK = 0.001  # log-odds; float32 sums of some hundred leaves stay well within it

Masks = list[NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Combinations of options, and how far each is from the present values."""

    options: NDArray[np.intp]  # (n, features changed): the place of each option
    distance: NDArray[np.float64]  # (n,)


class Reach:
    """One applicant's leaves.

    Parameters
    ----------
    leaves : Leaves
        Of the champion's trees.
    present : array of shape (1, columns)
        The applicant as the trees see it.
    changed : sequence of array of shape (options, columns)
        For each feature that can change, the applicant with each of its options.
    """

    def __init__(
        self,
        leaves: Leaves,
        present: NDArray[np.float32],
        changed: Sequence[NDArray[np.float32]],
    ) -> None:
        moved = [_moved(present, rows) for rows in changed]
        fixed = ~np.any([np.zeros(present.shape[1], dtype=np.bool_), *moved], axis=0)
        alive = leaves.hold(present, columns=fixed)[:, 0]
        tree = np.repeat(np.arange(len(leaves.first)), np.diff([*leaves.first, len(alive)]))
        self._base = leaves.base
        self._weight, self._tree = leaves.weight[alive], tree[alive]
        self._stays: Masks = []  # which leaves hold the present value of each feature
        self._holds: Masks = []  # and which hold each option, shape (leaves, options)
        for rows, columns in zip(changed, moved, strict=True):
            held = leaves.hold(np.concatenate([present, rows]), columns=columns)[alive]
            self._stays.append(held[:, 0])
            self._holds.append(held[:, 1:])
        self._left = sum((~stays for stays in self._stays), np.zeros(alive.sum(), dtype=np.int64))

    def table(
        self,
        chosen: tuple[int, ...],
        distances: Sequence[NDArray[np.float64]],
        *,
        margin_at_most: float,
    ) -> "Table":
        """Bring together what combinations of the chosen features' options are held by."""
        # Leaves that hold the present value of every feature but the chosen ones.
        alive = self._left == np.sum([~self._stays[at] for at in chosen], axis=0)
        masks, weight = [self._holds[at][alive] for at in chosen], self._weight[alive]
        at_most = margin_at_most - self._base + SLACK
        tree = self._tree[alive]
        kept = [np.flatnonzero(_least(mask, weight, tree) <= at_most) for mask in masks]
        kinds = [_kinds(mask[:, keep]) for mask, keep in zip(masks, kept, strict=True)]
        return Table(
            masks=[mask for mask, _ in kinds],
            kinds=[kind for _, kind in kinds],
            weight=weight,
            distances=[far[keep] for far, keep in zip(distances, kept, strict=True)],
            kept=kept,
            at_most=at_most,
        )


def _kinds(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Bring options together that the very same leaves hold."""
    if not mask.shape[1]:
        return mask, np.empty(0, dtype=np.intp)
    _, first, kind = np.unique(
        np.packbits(mask.T, axis=1), axis=0, return_index=True, return_inverse=True
    )
    return mask[:, first], kind.ravel()


def _moved(present: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which columns a feature's options are seen in."""
    same = (rows == present) | (np.isnan(rows) & np.isnan(present))
    return np.asarray(~same.all(axis=0), dtype=np.bool_)


def _least(
    mask: NDArray[np.bool_], weight: NDArray[np.float32], tree: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Sum each tree's best leaf among those that hold an option."""
    first = np.flatnonzero(np.diff(tree, prepend=-1))
    best = np.minimum.reduceat(np.where(mask, weight[:, None], np.inf), first, axis=0)
    return np.asarray(best.sum(axis=0), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The options of one set of features that may reach the bound, and the leaves of each."""

    masks: Masks  # (leaves, kinds of options)
    kinds: list[NDArray[np.intp]]  # the kind of each option
    weight: NDArray[np.float32]
    distances: list[NDArray[np.float64]]
    kept: list[NDArray[np.intp]]  # the places of the options
    at_most: float

    @property
    def size(self) -> int:
        """Bytes of its masks, which are nearly all of it."""
        return sum(mask.nbytes for mask in self.masks)

    def count(self, *, nearer_than: float) -> int:
        """Say how many margins `cells` works out."""
        return prod(mask.shape[1] for mask in self._nearer(nearer_than).masks)

    def cells(self, *, nearer_than: float) -> Cells:
        """Work out all combinations that are near; of three features, slice by slice."""
        table = self._nearer(nearer_than)
        if not all(map(len, table.kept)):
            return _joined([], features=len(self.kept))
        if len(table.masks) < 3:
            return table.worked_out(nearer_than)
        parts = []
        for kind in range(table.masks[0].shape[1]):
            own = np.flatnonzero(table.kinds[0] == kind)
            nearest = table.distances[0][own].min()
            inner = table.slice_of(table.masks[0][:, kind]).cells(nearer_than=nearer_than - nearest)
            parts += [table.joined_with(inner, option, nearer_than) for option in own.tolist()]
        return _joined(parts, features=len(self.kept))

    def joined_with(self, inner: Cells, option: int, nearer_than: float) -> Cells:
        """Put an option of the first feature before combinations of the others."""
        distance = inner.distance + self.distances[0][option]
        near = distance < nearer_than
        first = np.full((int(near.sum()), 1), self.kept[0][option])
        return Cells(options=np.hstack([first, inner.options[near]]), distance=distance[near])

    def _nearer(self, nearer_than: float) -> "Table":
        """Leave out options that are too far whatever the others are."""
        least = [float(far.min(initial=inf)) for far in self.distances]
        near = [
            np.flatnonzero(far - own + sum(least) < nearer_than) if len(far) else far.astype(int)
            for far, own in zip(self.distances, least, strict=True)
        ]
        pairs = zip(self.kinds, near, strict=True)
        left = [np.unique(kind[at], return_inverse=True) for kind, at in pairs]
        return Table(
            masks=[mask[:, own] for mask, (own, _) in zip(self.masks, left, strict=True)],
            kinds=[kind for _, kind in left],
            weight=self.weight,
            distances=[far[at] for far, at in zip(self.distances, near, strict=True)],
            kept=[kept[at] for kept, at in zip(self.kept, near, strict=True)],
            at_most=self.at_most,
        )

    def slice_of(self, holds: NDArray[np.bool_]) -> "Table":
        """Fix the first feature: only some leaves are left."""
        return Table(
            masks=[mask[holds] for mask in self.masks[1:]],
            kinds=self.kinds[1:],
            weight=self.weight[holds],
            distances=self.distances[1:],
            kept=self.kept[1:],
            at_most=self.at_most,
        )

    def worked_out(self, nearer_than: float) -> Cells:
        """Sum the leaves of every combination of one or two features' options."""
        alone = len(self.masks) == 1
        other = np.ones((len(self.weight), 1), dtype=np.bool_) if alone else self.masks[1]
        may = _margins(self.masks[0], other, self.weight) <= self.at_most
        may = may[self.kinds[0]] if alone else may[np.ix_(*self.kinds)]
        distance = self.distances[0][:, None] + (0.0 if alone else self.distances[1])
        places = np.nonzero(may & (distance < nearer_than))
        options = [keep[place] for keep, place in zip(self.kept, places, strict=False)]
        return Cells(options=np.column_stack(options), distance=distance[places])


def _margins(
    first: NDArray[np.bool_], second: NDArray[np.bool_], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Sum the leaves that hold both options; most leaves turn on one of the two, or on none."""
    by_first, by_second = ~first.all(axis=1), ~second.all(axis=1)
    both, rows, columns = by_first & by_second, by_first & ~by_second, by_second & ~by_first
    table = (first[both].astype(np.float32).T * weight[both]) @ second[both].astype(np.float32)
    table += (weight[rows] @ first[rows].astype(np.float32))[:, None]
    table += weight[columns] @ second[columns].astype(np.float32)
    return np.asarray(table + weight[~by_first & ~by_second].sum(), dtype=np.float32)


def everything(distances: list[NDArray[np.float64]]) -> Table:
    """Hold every combination within reach, where there are no trees to say otherwise."""
    return Table(
        masks=[np.ones((1, 1), dtype=np.bool_) for _ in distances],
        kinds=[np.zeros(len(far), dtype=np.intp) for far in distances],
        weight=np.zeros(1, dtype=np.float32),
        distances=distances,
        kept=[np.arange(len(far)) for far in distances],
        at_most=0.0,
    )


def _joined(parts: list[Cells], *, features: int) -> Cells:
    none = Cells(options=np.empty((0, features), dtype=np.intp), distance=np.empty(0))
    return Cells(
        options=np.concatenate([part.options for part in (none, *parts)]),
        distance=np.concatenate([part.distance for part in (none, *parts)]),
    )
