"""The bootstrap models as one graph: raw features by name in, the PD of every model out.

Every test that any tree asks is asked once. All trees of all models are grown to one depth and
walked together, a level at a time, by looking up in tables which test is asked next. ONNX Runtime's
own tree ensembles walk one tree after the other, which takes longer for one row (decision record
0006).
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
class _Grown:
    """All trees at one depth; what their nodes ask stands once, in `columns` and `thresholds`."""

    columns: NDArray[np.int32]  # (tests,): of `seen`
    thresholds: NDArray[np.float32]  # (tests,)
    levels: list[NDArray[np.int64]]  # of each depth, the test of each node: (trees * 2 ** depth,)
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
    asked = np.stack([column, np.where(is_leaf, 0, values)], axis=1)
    tests, test = np.unique(asked, axis=0, return_inverse=True)
    levels, at = [], starts[:, None]
    for _ in range(max(1, *(forest.depth for forest in forests))):
        levels.append(test.ravel()[at].ravel())
        at = np.stack([way[at] for way in below], axis=2).reshape(len(trees), -1)
    return _Grown(
        columns=tests[:, 0].astype(np.int32),
        thresholds=tests[:, 1].astype(np.float32),
        levels=levels,
        leaves=values[at].astype(np.float32),
    )


def _seen() -> list[onnx.NodeProto]:
    """Ask every test once; a row of the answer is an application."""
    return [
        helper.make_node("IsNaN", [ENCODED], ["missing"], name="find_missing"),
        helper.make_node("Where", ["missing", "lowest", ENCODED], ["low"], name="missing_below"),
        helper.make_node("Where", ["missing", "highest", ENCODED], ["high"], name="missing_above"),
        helper.make_node("Concat", ["low", "high"], ["seen"], name="see_both", axis=1),
        # A nought for each row spreads a list over all of them; `Gather`, which needs none, copies
        # each number by itself and takes three times as long.
        helper.make_node("Gather", ["missing", "first"], ["flag"], name="flag", axis=1),
        helper.make_node("Cast", ["flag"], ["flagged"], name="flagged", to=TensorProto.INT32),
        helper.make_node("Sub", ["flagged", "flagged"], ["none"], name="none"),
        helper.make_node("Add", ["columns", "none"], ["asks"], name="asks"),
        helper.make_node("GatherElements", ["seen", "asks"], ["asked"], name="asked", axis=1),
        helper.make_node("GreaterOrEqual", ["asked", "thresholds"], ["answers"], name="answers"),
    ]


def _walk(depth: int) -> list[onnx.NodeProto]:
    """From the roots to the leaves: `at` is each tree's place in the next level's table."""
    nodes = [
        helper.make_node("Add", ["tests_0", "none"], ["test_0"], name="test_0"),
        *_answered("0"),
        helper.make_node("Add", ["lefts", "step_0"], ["at_1"], name="at_1"),
    ]
    for level in range(1, depth):
        nodes += _one_level(str(level), following=str(level + 1))
    return nodes


def _one_level(level: str, *, following: str) -> list[onnx.NodeProto]:
    """Look up which test each tree's node asks, and go left (0) or right (1)."""
    at, left = f"at_{level}", f"left_{level}"
    flat, line, place, test = (f"{name}_{level}" for name in ("flat", "line", "place", "test"))
    return [
        helper.make_node("Reshape", [at, "in_a_line"], [flat], name=flat),
        helper.make_node("GatherElements", [f"tests_{level}", flat], [line], name=line, axis=1),
        helper.make_node("Cast", [line], [place], name=place, to=TensorProto.INT32),
        helper.make_node("Reshape", [place, "by_row"], [test], name=test),
        *_answered(level),
        helper.make_node("Add", [at, at], [left], name=left),
        helper.make_node(
            "Add", [left, f"step_{level}"], [f"at_{following}"], name=f"at_{following}"
        ),
    ]


def _answered(level: str) -> list[onnx.NodeProto]:
    """Read what came of the tests of a level."""
    test, right, step = (f"{name}_{level}" for name in ("test", "right", "step"))
    return [
        helper.make_node("GatherElements", ["answers", test], [right], name=right, axis=1),
        helper.make_node("Cast", [right], [step], name=step, to=TensorProto.INT32),
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
    # Half the room where the numbers fit: the tables are read out of the processor's cache.
    small = np.uint16 if len(grown.columns) <= np.iinfo(np.uint16).max else np.int32
    floats = {
        "lowest": -np.inf,
        "highest": np.inf,
        "thresholds": grown.thresholds.reshape(1, -1),
        "leaves": grown.leaves.reshape(1, -1),
        "bases": [forest.base_margin for forest in forests],
        "slope": [calibration.slope],
        "intercept": [calibration.intercept],
    }
    places = {
        "columns": grown.columns.reshape(1, -1),
        "tests_0": root.reshape(1, -1),
        "lefts": 2 * np.arange(trees),
    }
    tables = {f"tests_{at}": level.reshape(1, -1) for at, level in enumerate(levels, 1)}
    shapes = {
        "first": [0],
        "in_a_line": [1, -1],
        "by_row": [-1, trees],
        "by_model": [-1, len(forests), each],
        "trees": [2],
    }
    typed = ((np.float32, floats), (np.int32, places), (small, tables), (np.int64, shapes))
    return [
        numpy_helper.from_array(np.asarray(value, dtype=dtype), name)
        for dtype, values in typed
        for name, value in values.items()
    ]
