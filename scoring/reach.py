"""Which combinations of changes can bring the margin down to a bound, by the trees' own leaves.

A combination's margin is the sum of the leaves that hold it, so a table of two features'
values is a product of matrices. What cannot reach the bound even with each tree's best leaf is
left out before. Sums are float32 like the graph's, in another order: the bound gets `SLACK`, and
who asks must score what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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

    def cells(
        self,
        chosen: tuple[int, ...],
        distances: Sequence[NDArray[np.float64]],
        *,
        margin_at_most: float,
        nearer_than: float,
    ) -> Cells:
        """Find every combination of the chosen features' options that may reach the margin."""
        others = [held for at, held in enumerate(self._stays) if at not in chosen]
        alive = np.all([np.ones(len(self._weight), dtype=np.bool_), *others], axis=0)
        found = _within(
            [self._holds[at][alive] for at in chosen],
            self._weight[alive],
            self._tree[alive],
            distances,
            margin_at_most - self._base + SLACK,
            nearer_than,
        )
        return found


def _moved(present: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which columns a feature's options are seen in."""
    same = (rows == present) | (np.isnan(rows) & np.isnan(present))
    return np.asarray(~same.all(axis=0), dtype=np.bool_)


def _within(  # noqa: PLR0913, PLR0917 - it calls itself on fewer leaves
    masks: Masks,
    weight: NDArray[np.float32],
    tree: NDArray[np.intp],
    distances: Sequence[NDArray[np.float64]],
    at_most: float,
    nearer_than: float,
) -> Cells:
    nearest = [float(distance.min()) for distance in distances]
    kept = [
        np.flatnonzero(
            (_least(mask, weight, tree) <= at_most)
            & (distance + (sum(nearest) - own) < nearer_than)
        )
        for mask, distance, own in zip(masks, distances, nearest, strict=True)
    ]
    if not all(map(len, kept)):
        return _no_cells(len(masks))
    if len(masks) > 2:
        return _by_slices(masks, weight, tree, distances, kept, at_most, nearer_than)
    return _by_table(masks, weight, distances, kept, at_most, nearer_than)


def _least(
    mask: NDArray[np.bool_], weight: NDArray[np.float32], tree: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Sum each tree's best leaf among those that hold an option."""
    first = np.flatnonzero(np.diff(tree, prepend=-1))
    best = np.minimum.reduceat(np.where(mask, weight[:, None], np.inf), first, axis=0)
    return np.asarray(best.sum(axis=0), dtype=np.float32)


def _by_slices(  # noqa: PLR0913, PLR0917 - as above
    masks: Masks,
    weight: NDArray[np.float32],
    tree: NDArray[np.intp],
    distances: Sequence[NDArray[np.float64]],
    kept: list[NDArray[np.intp]],
    at_most: float,
    nearer_than: float,
) -> Cells:
    """Go through the options of the first feature, with the leaves that hold each."""
    parts = [_no_cells(len(masks))]
    rest = [mask[:, keep] for mask, keep in zip(masks[1:], kept[1:], strict=True)]
    rest_far = [far[keep] for far, keep in zip(distances[1:], kept[1:], strict=True)]
    for option in kept[0].tolist():
        holds = masks[0][:, option]
        inner = _within(
            [mask[holds] for mask in rest],
            weight[holds],
            tree[holds],
            rest_far,
            at_most,
            nearer_than - distances[0][option],
        )
        if len(inner.distance):
            own = [keep[inner.options[:, at]] for at, keep in enumerate(kept[1:])]
            options = np.column_stack([np.full(len(inner.distance), option), *own])
            parts.append(Cells(options=options, distance=inner.distance + distances[0][option]))
    return Cells(
        options=np.concatenate([part.options for part in parts]),
        distance=np.concatenate([part.distance for part in parts]),
    )


def _by_table(  # noqa: PLR0913, PLR0917 - as above
    masks: Masks,
    weight: NDArray[np.float32],
    distances: Sequence[NDArray[np.float64]],
    kept: list[NDArray[np.intp]],
    at_most: float,
    nearer_than: float,
) -> Cells:
    """Work out the margin of every combination of one or two features' options."""
    seen = [mask[:, keep].astype(np.float32) for mask, keep in zip(masks, kept, strict=True)]
    table = (seen[0].T * weight) @ (seen[1] if len(seen) > 1 else np.ones((len(weight), 1)))
    far = [distance[keep] for distance, keep in zip(distances, kept, strict=True)]
    total = far[0][:, None] + (far[1] if len(far) > 1 else 0.0)
    places = np.nonzero((table <= at_most) & (total < nearer_than))
    options = [keep[place] for keep, place in zip(kept, places, strict=False)]
    return Cells(options=np.column_stack(options), distance=total[places])


def _no_cells(features: int) -> Cells:
    return Cells(options=np.empty((0, features), dtype=np.intp), distance=np.empty(0))
