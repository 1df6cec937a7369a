"""The trees of a released graph, leaf by leaf: which tests lead to each, and what it adds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.cut_graph import node_giving
from scoring.onnx_safety import fields_of

_INPUT, _ATTRIBUTE = 1, 5  # fields of NodeProto
_NAME, _FLOAT, _INTEGER, _TEXT = 1, 7, 8, 9  # fields of AttributeProto
_TESTS = {b"BRANCH_LT", b"LEAF"}
NO_TEST = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """Every leaf of every tree; the margin of a row is `base` plus the one of each tree it is in.

    Arrays of tests have the shape (leaves, depth) and `NO_TEST` as the column where a path is
    shorter.
    """

    reads: str  # the value in the graph that the trees look at
    base: float
    weight: NDArray[np.float32]  # (leaves,), a tree's leaves together
    first: NDArray[np.intp]  # (trees,): where the leaves of each begin
    column: NDArray[np.intp]
    threshold: NDArray[np.float32]
    wants_below: NDArray[np.bool_]  # or else at or above
    takes_missing: NDArray[np.bool_]

    def hold(self, rows: NDArray[np.float32], *, columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which rows pass all tests of some columns, shape (leaves, rows)."""
        held = np.ones((len(self.weight), len(rows)), dtype=np.bool_)
        for depth in range(self.column.shape[1]):
            column = self.column[:, depth]
            asked = np.flatnonzero((column != NO_TEST) & columns[column])
            seen = rows[:, column[asked]].T
            below = seen < self.threshold[asked, depth, None]
            passed = below == self.wants_below[asked, depth, None]
            missing = self.takes_missing[asked, depth, None]
            held[asked] &= np.where(np.isnan(seen), missing, passed)
        return held


@lru_cache(maxsize=4)
def read(model: bytes) -> Leaves | None:
    """Read the trees that give the margin; None of a graph whose margin is made otherwise.

    A few models are kept: reading 400 trees of depth 6 takes a second or two.

    Parameters
    ----------
    model : bytes
        A graph that `onnx_safety.check` has passed.

    Examples
    --------
    >>> read(bytes([0x3A, 0])) is None
    True
    """
    node = node_giving(model, output="margin")
    if node is None:
        return None
    parts = _parts(node)
    if not set(parts.get("nodes_modes", ())) or set(parts["nodes_modes"]) - _TESTS:
        return None
    return _leaves(parts)


def _parts(node: bytes) -> dict[str, list[Any]]:
    """Read the attributes of a node by name; its first input is `reads`."""
    parts: dict[str, list[Any]] = {}
    for field, value in fields_of(node):
        if field == _INPUT and isinstance(value, bytes):
            parts.setdefault("reads", []).append(value.decode())
        elif field == _ATTRIBUTE and isinstance(value, bytes):
            name, found = _attribute(value)
            parts[name] = found
    return parts


def _attribute(message: bytes) -> tuple[str, list[Any]]:
    name, found = "", []
    for field, value in fields_of(message):
        if field == _NAME and isinstance(value, bytes):
            name = value.decode()
        elif field == _FLOAT:
            found.append(np.frombuffer(value, dtype="<f4")[0])  # type: ignore[arg-type]
        elif field in {_INTEGER, _TEXT}:
            found.append(value)
    return name, found


_Test = tuple[int, np.float32, bool, bool]  # column, threshold, wants below, takes missing
_Path = tuple[_Test, ...]


def _leaves(parts: dict[str, list[Any]]) -> Leaves:
    place = {
        key: at
        for at, key in enumerate(zip(parts["nodes_treeids"], parts["nodes_nodeids"], strict=True))
    }
    added = zip(parts["target_treeids"], parts["target_nodeids"], strict=True)
    weights = {place[key]: at for key, at in zip(added, parts["target_weights"], strict=True)}
    paths: list[_Path] = []
    weight, first = [], []
    for tree in dict.fromkeys(parts["nodes_treeids"]):
        first.append(len(paths))
        waiting: list[tuple[int, _Path]] = [(place[tree, 0], ())]
        while waiting:
            at, path = waiting.pop()
            if parts["nodes_modes"][at] == b"LEAF":
                paths.append(path)
                weight.append(weights.get(at, 0.0))
                continue
            for child, test in _children(parts, at):
                waiting.append((place[tree, child], (*path, test)))
    depth = max(map(len, paths), default=0)
    no_test: _Test = (NO_TEST, np.float32(0), False, False)
    padded = [(*path, *(no_test,) * (depth - len(path))) for path in paths]
    column, threshold, wants_below, takes_missing = (
        np.array([[test[part] for test in path] for path in padded]).reshape(len(paths), depth)
        for part in range(4)
    )
    return Leaves(
        reads=parts["reads"][0],
        base=float(sum(parts.get("base_values", ()))),
        weight=np.array(weight, dtype=np.float32),
        first=np.array(first, dtype=np.intp),
        column=column.astype(np.intp),
        threshold=threshold.astype(np.float32),
        wants_below=wants_below.astype(np.bool_),
        takes_missing=takes_missing.astype(np.bool_),
    )


def _children(parts: dict[str, list[Any]], at: int) -> tuple[tuple[int, _Test], ...]:
    """Give both ways on from a test, and what a row must show to go there."""
    column, threshold = parts["nodes_featureids"][at], parts["nodes_values"][at]
    missing_goes_below = bool(parts["nodes_missing_value_tracks_true"][at])
    return (
        (parts["nodes_truenodeids"][at], (column, threshold, True, missing_goes_below)),
        (parts["nodes_falsenodeids"][at], (column, threshold, False, not missing_goes_below)),
    )
