"""The bootstrap models as one graph: raw features by name in, the PD of every model out.

All trees of all models are grown to one depth and walked together, a level at a time, by looking
up in tables. ONNX Runtime's own tree ensembles walk one tree after the other, which takes three
times as long for one row (decision record 0006).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import xgboost as xgb
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from scoring.onnx_safety import LARGEST_MODEL
from scoring.training.calibrate import Calibration
from scoring.training.encoding import Encoding
from scoring.training.export import ExportRefused
from scoring.training.forest import Forest, read
from scoring.training.graph import ENCODED, IR_VERSION, ML, ML_OPSET, OPSET, encoder_of, to_bytes


def export_ensemble(
    encoding: Encoding, boosters: Sequence[xgb.Booster], calibration: Calibration
) -> bytes:
    """Write all models, which have equally many trees, as one graph.

    Raises
    ------
    ExportRefused
        The graph is larger than the product loads.
    """
    encoder = encoder_of(encoding)
    forests = [read(booster) for booster in boosters]
    grown = _grow(forests, columns=len(encoding.players))
    graph = helper.make_graph(
        [*encoder.node, *_seen(), *_walk(len(grown.levels)), *_sums(len(grown.levels))],
        "ensemble",
        list(encoder.input),
        [helper.make_tensor_value_info("pds", TensorProto.FLOAT, [None, len(forests)])],
        [*encoder.initializer, *_constants(grown, forests, calibration)],
    )
    model = helper.make_model(
        graph,
        producer_name="evenhand",
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)],
    )
    model.ir_version = IR_VERSION
    written = to_bytes(model)
    if len(written) > LARGEST_MODEL:
        raise ExportRefused(
            f"The {len(forests)} bootstrap models take {len(written):,} bytes, and at most "
            f"{LARGEST_MODEL:,} are loaded. Lower bootstrap_models, rounds or max_depth in the "
            "contract's training table."
        )
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """The nodes of one depth, of every tree: shape (trees, 2 ** depth)."""

    columns: NDArray[np.int32]  # of `seen`
    thresholds: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grown:
    levels: list[_Level]
    leaves: NDArray[np.float32]  # (trees, 2 ** depth)


def _grow(forests: Sequence[Forest], *, columns: int) -> _Grown:
    """Bring all trees to one depth: below a leaf, both ways lead to its own value.

    A column is there twice, with a missing value below everything and above everything: a node
    reads the one that sends it where the tree says.
    """
    trees = [tree for forest in forests for tree in forest.trees]
    sizes = [len(tree.left) for tree in trees]
    starts = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
    own, first = np.arange(sum(sizes)), np.repeat(starts, sizes)

    def of_nodes(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(tree, name) for tree in trees]).astype(np.float64)

    left, right, values = of_nodes("left"), of_nodes("right"), of_nodes("threshold")
    is_leaf = left < 0
    below = [np.where(is_leaf, own, first + way).astype(np.int64) for way in (left, right)]
    column = np.where(is_leaf, 0, of_nodes("column")) + columns * (
        1 - of_nodes("missing_goes_left")
    )
    levels, at = [], starts[:, None]
    for _ in range(max(1, *(forest.depth for forest in forests))):
        levels.append(
            _Level(
                columns=column[at].astype(np.int32),
                thresholds=np.where(is_leaf, 0, values)[at].astype(np.float32),
            )
        )
        at = np.stack([way[at] for way in below], axis=2).reshape(len(trees), -1)
    return _Grown(levels=levels, leaves=values[at].astype(np.float32))


def _seen() -> list[onnx.NodeProto]:
    return [
        helper.make_node("IsNaN", [ENCODED], ["missing"], name="find_missing"),
        helper.make_node("Where", ["missing", "lowest", ENCODED], ["low"], name="missing_below"),
        helper.make_node("Where", ["missing", "highest", ENCODED], ["high"], name="missing_above"),
        helper.make_node("Concat", ["low", "high"], ["seen"], name="see_both", axis=1),
    ]


def _walk(depth: int) -> list[onnx.NodeProto]:
    """From the roots to the leaves: `at` is each tree's place in the next level's table."""
    nodes = [
        helper.make_node("Gather", ["seen", "columns_0"], ["value_0"], name="value_0", axis=1),
        helper.make_node(
            "GreaterOrEqual", ["value_0", "thresholds_0"], ["right_0"], name="right_0"
        ),
        helper.make_node("Cast", ["right_0"], ["step_0"], name="step_0", to=TensorProto.INT32),
        helper.make_node("Add", ["lefts", "step_0"], ["at_1"], name="at_1"),
    ]
    for level in range(1, depth):
        nodes += _one_level(str(level), following=str(level + 1))
    return nodes


def _one_level(level: str, *, following: str) -> list[onnx.NodeProto]:
    """Look up what each tree's node asks, ask it, and go left (0) or right (1)."""
    at, value, right, step = (f"{name}_{level}" for name in ("at", "value", "right", "step"))
    flat, columns, thresholds = (f"{name}_{level}" for name in ("flat", "asks", "bounds"))
    left = f"left_{level}"
    return [
        helper.make_node("Reshape", [at, "in_a_line"], [flat], name=flat),
        *_looked_up(f"columns_{level}", flat, columns),
        *_looked_up(f"thresholds_{level}", flat, thresholds),
        helper.make_node("GatherElements", ["seen", columns], [value], name=value, axis=1),
        helper.make_node("GreaterOrEqual", [value, thresholds], [right], name=right),
        helper.make_node("Cast", [right], [step], name=step, to=TensorProto.INT32),
        helper.make_node("Add", [at, at], [left], name=left),
        helper.make_node("Add", [left, step], [f"at_{following}"], name=f"at_{following}"),
    ]


def _looked_up(table: str, places: str, gives: str) -> list[onnx.NodeProto]:
    """Read a table at places in a line; a row of the answer is an application."""
    line = f"{gives}_in_a_line"
    return [
        helper.make_node("GatherElements", [table, places], [line], name=line, axis=1),
        helper.make_node("Reshape", [line, "by_row"], [gives], name=gives),
    ]


def _sums(depth: int) -> list[onnx.NodeProto]:
    """Add each model's leaves to its base, and calibrate."""
    return [
        helper.make_node("Reshape", [f"at_{depth}", "in_a_line"], ["ends"], name="ends"),
        helper.make_node("GatherElements", ["leaves", "ends"], ["found"], name="leaf", axis=1),
        helper.make_node("Reshape", ["found", "by_model"], ["by_tree"], name="by_tree"),
        helper.make_node("ReduceSum", ["by_tree", "trees"], ["summed"], name="sum", keepdims=0),
        helper.make_node("Add", ["summed", "bases"], ["margins"], name="margin"),
        helper.make_node("Mul", ["margins", "slope"], ["sloped"], name="slope_it"),
        helper.make_node("Add", ["sloped", "intercept"], ["logits"], name="calibrate"),
        helper.make_node("Sigmoid", ["logits"], ["pds"], name="to_pds"),
    ]


def _constants(
    grown: _Grown, forests: Sequence[Forest], calibration: Calibration
) -> list[onnx.TensorProto]:
    trees, each = len(grown.leaves), len(forests[0].trees)
    root, *levels = grown.levels
    floats = {
        "lowest": -np.inf,
        "highest": np.inf,
        "thresholds_0": root.thresholds.ravel(),
        **{
            f"thresholds_{at}": level.thresholds.reshape(1, -1)
            for at, level in enumerate(levels, 1)
        },
        "leaves": grown.leaves.reshape(1, -1),
        "bases": [forest.base_margin for forest in forests],
        "slope": [calibration.slope],
        "intercept": [calibration.intercept],
    }
    places = {
        "columns_0": root.columns.ravel(),
        **{f"columns_{at}": level.columns.reshape(1, -1) for at, level in enumerate(levels, 1)},
        "lefts": 2 * np.arange(trees),
    }
    shapes = {
        "in_a_line": [1, -1],
        "by_row": [-1, trees],
        "by_model": [-1, len(forests), each],
        "trees": [2],
    }
    return [
        numpy_helper.from_array(np.asarray(value, dtype=dtype), name)
        for dtype, values in ((np.float32, floats), (np.int32, places), (np.int64, shapes))
        for name, value in values.items()
    ]
