"""The bundle's one graph: raw features by name in; PD, margin, points and reasons out.

skl2onnx writes the encoder (measured at one row with 13 texts and 7 numbers: 9 microseconds
beyond handing over the inputs, the same as the leanest nodes written by hand), onnxmltools
the trees of the margin; the reasons' small trees and the merging are ours.
"""

from dataclasses import dataclass

import numpy as np
import onnx
import xgboost as xgb
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxmltools.convert import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as TreesInput
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder

from scoring.contract import Feature, Kind, Scale
from scoring.training.calibrate import Calibration
from scoring.training.encoding import Encoding, levels
from scoring.training.small_trees import SmallTrees

OPSET = 21
ML_OPSET = 3
IR_VERSION = 10
ML = "ai.onnx.ml"
ENCODED = "encoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the graph is made of."""

    encoding: Encoding
    booster: xgb.Booster
    calibration: Calibration
    scale: Scale
    reasons: SmallTrees
    base_points: float


def build(parts: Parts) -> onnx.ModelProto:
    """Put the graph together, the same bytes for the same parts."""
    encoder = encoder_of(parts.encoding)
    nodes = [
        *encoder.node,
        _margin_trees(parts.booster, reads=ENCODED),
        _reasons_trees(parts.reasons, len(parts.encoding.features), reads=ENCODED),
        *_arithmetic(),
    ]
    constants = [*encoder.initializer, *_constants(parts)]
    graph = helper.make_graph(
        nodes, "evenhand", list(encoder.input), _outputs(parts.encoding), constants
    )
    model = helper.make_model(
        graph,
        producer_name="evenhand",
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)],
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def to_bytes(model: onnx.ModelProto) -> bytes:
    """Serialise a graph so that equal graphs give equal bytes."""
    written: bytes = model.SerializeToString(deterministic=True)
    return written


def encoder_of(encoding: Encoding) -> onnx.GraphProto:
    """Text and numbers to the matrix `ENCODED`, its columns in the encoding's order."""
    graph = onnx.GraphProto()
    blocks = []
    if encoding.numbers or encoding.categories:
        graph.CopyFrom(_numbers_and_one_hots(encoding))
        blocks.append(graph.output[0].name)
    del graph.input[:]
    graph.input.extend(_inputs(encoding))
    for feature in encoding.ordinals:
        blocks.append(f"{feature.name} place")
        graph.node.append(_places(feature, reads=feature.name, gives=blocks[-1]))
    graph.node.append(helper.make_node("Concat", blocks, [ENCODED], name="encode", axis=1))
    return graph


def _inputs(encoding: Encoding) -> list[onnx.ValueInfoProto]:
    return [
        helper.make_tensor_value_info(
            feature.name,
            TensorProto.STRING if feature.kind is Kind.CATEGORY else TensorProto.FLOAT,
            [None, 1],
        )
        for feature in encoding.features
    ]


def _places(feature: Feature, *, reads: str, gives: str) -> onnx.NodeProto:
    return helper.make_node(
        "LabelEncoder",
        [reads],
        [gives],
        name=gives,
        domain=ML,
        keys_strings=list(feature.values),
        values_floats=[float(place) for place in range(len(feature.values))],
        default_float=float("nan"),
    )


def _numbers_and_one_hots(encoding: Encoding) -> onnx.GraphProto:
    place = {feature.name: at for at, feature in enumerate(encoding.features)}
    numbers = [place[feature.name] for feature in encoding.numbers]
    texts = [place[feature.name] for feature in encoding.categories]
    one_hot = OneHotEncoder(
        categories=[list(levels(feature)) for feature in encoding.categories],
        handle_unknown="ignore",
        sparse_output=False,
        dtype=np.float32,
    )
    chosen = [("numbers", "passthrough", numbers), ("texts", one_hot, texts)]
    columns = ColumnTransformer([step for step in chosen if step[2]])
    columns.fit(_one_row(encoding))
    inputs = [
        (
            feature.name,
            (StringTensorType if feature.kind is Kind.CATEGORY else FloatTensorType)([None, 1]),
        )
        for feature in encoding.features
    ]
    target = {"": OPSET, ML: ML_OPSET}
    model = to_onnx(columns, initial_types=inputs, target_opset=target, name="encoder")
    return model.graph


def _one_row(encoding: Encoding) -> NDArray[np.object_]:
    """Give the encoder something to see; its categories are the contract's, not the row's."""
    row = [
        feature.values[0] if feature.kind is Kind.CATEGORY else 0.0 for feature in encoding.features
    ]
    return np.array([row], dtype=object)


def _margin_trees(booster: xgb.Booster, *, reads: str) -> onnx.NodeProto:
    """Take the converter's classifier as the regressor of its margin: the same trees."""
    columns = TreesInput([None, booster.num_features()])
    model = convert_xgboost(
        booster, name="margin", initial_types=[("encoded", columns)], target_opset=15
    )
    trees = next(node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier")
    node = helper.make_node(
        "TreeEnsembleRegressor", [reads], ["margin"], name="margin_trees", domain=ML, n_targets=1
    )
    for attribute in trees.attribute:
        if attribute.name.startswith(("nodes_", "base_values", "class_")):
            kept = node.attribute.add()
            kept.CopyFrom(attribute)
            kept.name = attribute.name.replace("class_", "target_")
    return node


def _reasons_trees(trees: SmallTrees, players: int, *, reads: str) -> onnx.NodeProto:
    node = helper.make_node(
        "TreeEnsembleRegressor",
        [reads],
        ["reasons"],
        name="reasons_trees",
        domain=ML,
        n_targets=players,
    )
    _texts(node, "nodes_modes", np.where(trees.is_leaf, "LEAF", "BRANCH_LT"))
    _numbers(node, "nodes_treeids", trees.tree)
    _numbers(node, "nodes_nodeids", trees.node)
    _numbers(node, "nodes_featureids", trees.column)
    _numbers(node, "nodes_truenodeids", trees.left)
    _numbers(node, "nodes_falsenodeids", trees.right)
    _numbers(node, "nodes_missing_value_tracks_true", trees.missing_goes_left.astype(np.int64))
    _decimals(node, "nodes_values", trees.threshold)
    _numbers(node, "target_treeids", trees.weight_tree)
    _numbers(node, "target_nodeids", trees.weight_node)
    _numbers(node, "target_ids", trees.weight_player)
    _decimals(node, "target_weights", trees.weight)
    return node


def _numbers(node: onnx.NodeProto, name: str, values: NDArray[np.int64]) -> None:
    """Attach integers; ONNX's own helper looks at each of millions in Python."""
    node.attribute.add(name=name, type=onnx.AttributeProto.INTS).ints.extend(values.tolist())


def _decimals(node: onnx.NodeProto, name: str, values: NDArray[np.float32]) -> None:
    node.attribute.add(name=name, type=onnx.AttributeProto.FLOATS).floats.extend(values.tolist())


def _texts(node: onnx.NodeProto, name: str, values: NDArray[np.str_]) -> None:
    attribute = node.attribute.add(name=name, type=onnx.AttributeProto.STRINGS)
    attribute.strings.extend(values.astype("S").tolist())


def _arithmetic() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Mul", ["margin", "slope"], ["sloped"], name="slope_it"),
        helper.make_node("Add", ["sloped", "intercept"], ["logit"], name="calibrate"),
        helper.make_node("Sigmoid", ["logit"], ["pd"], name="to_pd"),
        helper.make_node("Mul", ["logit", "points_a_logit"], ["scaled"], name="scale_it"),
        helper.make_node("Add", ["scaled", "points_at_even_odds"], ["points"], name="to_points"),
        helper.make_node("Identity", ["points_of_reference"], ["base_points"], name="base"),
    ]


def _constants(parts: Parts) -> list[onnx.TensorProto]:
    values = {
        "slope": parts.calibration.slope,
        "intercept": parts.calibration.intercept,
        "points_a_logit": -parts.scale.factor,
        "points_at_even_odds": parts.scale.offset,
        "points_of_reference": parts.base_points,
    }
    return [
        numpy_helper.from_array(np.array([value], dtype=np.float32), name)
        for name, value in values.items()
    ]


def _outputs(encoding: Encoding) -> list[onnx.ValueInfoProto]:
    shapes = {
        "pd": [None, 1],
        "margin": [None, 1],
        "points": [None, 1],
        "reasons": [None, len(encoding.features)],
        "base_points": [1],
    }
    return [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
