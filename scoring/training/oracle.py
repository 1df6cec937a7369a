"""Two other ways to the same Shapley values, to check the graph against. Slow on purpose.

Neither shares code or formula with `shapley.py`, nor its reading of the trees. `by_coalitions`
is the definition itself and knows nothing of trees: it asks XGBoost for the margin of every
mixture of a row and the reference. `by_quadrature` integrates the multilinear extension of the
game (Owen, 1972), leaf by leaf and reference row by reference row; the integrand is a
polynomial, so Gauss and Legendre's rule is exact.
"""

import json
from collections.abc import Iterator
from math import comb, prod
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.training.encoding import Matrix
from scoring.training.fit import margins

Floats = NDArray[np.float64]
Players = NDArray[np.int64]
Way = tuple[dict[str, Any], bool]  # a node of XGBoost's dump, and whether "yes" leads on

MOST_PLAYERS = 14


def by_coalitions(booster: xgb.Booster, players: Players, row: Matrix, reference: Matrix) -> Floats:
    """Shapley values of one row (columns,), from the margins of all mixtures.

    Only players whose columns differ between the row and the reference are mixed: the others
    change nothing, so their value is nought. At most `MOST_PLAYERS` may differ.
    """
    same = (row == reference) | (np.isnan(row) & np.isnan(reference))
    active = np.unique(players[~same.all(axis=0)])
    if len(active) > MOST_PLAYERS:
        raise ValueError(f"{len(active)} players differ; at most {MOST_PLAYERS} can be mixed")
    coalitions = np.arange(1 << len(active))
    member = (coalitions[:, None] >> np.arange(len(active)) & 1).astype(np.bool_)
    from_row = np.zeros((len(coalitions), len(players)), dtype=np.bool_)
    for at, player in enumerate(active):
        from_row[:, players == player] = member[:, [at]]
    mixtures = np.where(from_row[:, None, :], row, reference)
    value = margins(booster, mixtures.reshape(-1, len(players))).reshape(len(coalitions), -1)
    return _from_game(value.mean(axis=1), active, count=int(players.max()) + 1)


def _from_game(value: Floats, active: Players, *, count: int) -> Floats:
    shares = np.zeros(count)
    n, coalitions = len(active), np.arange(len(value))
    weight = np.array([1 / (n * comb(n - 1, size)) for size in range(n)])
    for at, player in enumerate(active):
        without = coalitions[coalitions >> at & 1 == 0]
        gain = value[without | 1 << at] - value[without]
        shares[player] = (weight[np.bitwise_count(without)] * gain).sum()
    return shares


def by_quadrature(
    booster: xgb.Booster, players: Players, rows: Matrix, reference: Matrix
) -> Floats:
    """Shapley values (rows, players), from the chance of reaching each leaf."""
    shares = np.zeros((len(rows), int(players.max()) + 1))
    for tree in booster.get_dump(dump_format="json"):
        for value, way in _leaves(json.loads(tree), ()):
            for player, share in _of_leaf(way, players, rows, reference).items():
                shares[:, player] += value * share
    return shares


def _leaves(node: dict[str, Any], way: tuple[Way, ...]) -> Iterator[tuple[float, tuple[Way, ...]]]:
    if "leaf" in node:
        yield node["leaf"], way
        return
    for child in node["children"]:
        yield from _leaves(child, (*way, (node, child["nodeid"] == node["yes"])))


def _of_leaf(
    way: tuple[Way, ...], players: Players, rows: Matrix, reference: Matrix
) -> dict[int, Floats]:
    """Say what a leaf of value 1 gives each player on its way, for each row."""
    own, theirs = _passes(way, players, rows), _passes(way, players, reference)
    points, weights = np.polynomial.legendre.leggauss((len(own) + 1) // 2 or 1)
    shares = {player: np.zeros(len(rows)) for player in own}
    for chance, weight in zip((points + 1) / 2, weights / 2, strict=True):
        mixed = {
            player: chance * own[player][:, None] + (1 - chance) * theirs[player][None, :]
            for player in own
        }
        for player in own:
            others = prod(mixed[other] for other in own if other != player)
            moved = (own[player][:, None] - theirs[player][None, :]) * others
            shares[player] += weight * moved.mean(axis=1)
    return shares


def _passes(way: tuple[Way, ...], players: Players, matrix: Matrix) -> dict[int, Floats]:
    """For each player on a leaf's way, 1 where a row passes all of the player's tests."""
    passes: dict[int, Floats] = {}
    for node, wants_yes in way:
        column = int(node["split"].removeprefix("f"))
        value = matrix[:, column]
        says_yes = np.where(
            np.isnan(value),
            node["missing"] == node["yes"],
            value < np.float32(node["split_condition"]),
        )
        player = int(players[column])
        passes[player] = passes.get(player, 1.0) * (says_yes == wants_yes)
    return passes
