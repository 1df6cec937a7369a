"""The bootstrap models as one graph: raw features by name in, the PD of every model out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import xgboost as xgb
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
    """Write all models' trees as one ensemble with a target for each model.

    Raises
    ------
    ExportRefused
        The graph is larger than the product loads.
    """
    encoder = encoder_of(encoding)
    forests = [read(booster) for booster in boosters]
    nodes = [*encoder.node, _trees(forests), *_arithmetic()]
    constants = [*encoder.initializer, *_constants(calibration)]
    pds = helper.make_tensor_value_info("pds", TensorProto.FLOAT, [None, len(forests)])
    graph = helper.make_graph(nodes, "ensemble", list(encoder.input), [pds], constants)
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


def _trees(forests: Sequence[Forest]) -> onnx.NodeProto:
    columns: dict[str, list[Any]] = {name: [] for name in _ATTRIBUTES}
    number = 0
    for target, forest in enumerate(forests):
        for tree in forest.trees:
            _add_tree(columns, tree, number=number, target=target)
            number += 1
    return helper.make_node(
        "TreeEnsembleRegressor",
        [ENCODED],
        ["margins"],
        name="ensemble_trees",
        domain=ML,
        n_targets=len(forests),
        base_values=[forest.base_margin for forest in forests],
        **columns,
    )


_ATTRIBUTES = (
    *("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes"),
    *("nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true"),
    *("target_treeids", "target_nodeids", "target_ids", "target_weights"),
)


def _add_tree(columns: dict[str, list[Any]], tree: Any, *, number: int, target: int) -> None:
    is_leaf = [child < 0 for child in tree.left]
    nodes = range(len(is_leaf))
    leaves = [node for node in nodes if is_leaf[node]]
    columns["nodes_treeids"] += [number] * len(is_leaf)
    columns["nodes_nodeids"] += nodes
    columns["nodes_featureids"] += [0 if is_leaf[at] else tree.column[at] for at in nodes]
    columns["nodes_values"] += [0.0 if is_leaf[at] else tree.threshold[at] for at in nodes]
    columns["nodes_modes"] += ["LEAF" if is_leaf[at] else "BRANCH_LT" for at in nodes]
    columns["nodes_truenodeids"] += [max(child, 0) for child in tree.left]
    columns["nodes_falsenodeids"] += [max(child, 0) for child in tree.right]
    columns["nodes_missing_value_tracks_true"] += [
        int(goes_left and not leaf)
        for goes_left, leaf in zip(tree.missing_goes_left, is_leaf, strict=True)
    ]
    columns["target_treeids"] += [number] * len(leaves)
    columns["target_nodeids"] += leaves
    columns["target_ids"] += [target] * len(leaves)
    columns["target_weights"] += [tree.threshold[node] for node in leaves]


def _arithmetic() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Mul", ["margins", "slope"], ["sloped"], name="slope_it"),
        helper.make_node("Add", ["sloped", "intercept"], ["logits"], name="calibrate"),
        helper.make_node("Sigmoid", ["logits"], ["pds"], name="to_pds"),
    ]


def _constants(calibration: Calibration) -> list[onnx.TensorProto]:
    values = {"slope": calibration.slope, "intercept": calibration.intercept}
    return [
        numpy_helper.from_array(np.array([value], dtype=np.float32), name)
        for name, value in values.items()
    ]
