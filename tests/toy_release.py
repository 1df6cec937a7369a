"""A small bundle made by hand: two features count, and every figure can be checked on paper."""

import json
import math
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from scoring import bundle
from scoring.contract import Contract, Kind
from scoring.features import example

CONTRACT_FILE = Path(__file__).parents[1] / "contracts" / "consumer-loan" / "contract.toml"
LOANS_FILE = CONTRACT_FILE.with_name("loans.csv")
STATUS = {"below_0": 1.0, "0_to_200": 0.5, "200_or_more": -0.25}  # margin; "none" gives 0
A_MONTH = 0.03125
AT_MONTHS = 20.0  # the reference's mean term
A, B = 1.25, -0.5  # calibration
# Every month counts, so every month is a split of its own.
SPREAD = {
    "duration_months": {"splits": [*map(float, range(4, 85))], "low": 6.0, "high": 48.0},
    "amount": {"splits": [], "low": 700.0, "high": 9_200.0},
    "installment_rate_percent": {"splits": [], "low": 1.0, "high": 4.0},
}
USUAL = {"checking_status": "none", "duration_months": 18}  # of who is approved


def margin_of(values) -> float:
    return STATUS.get(values["checking_status"], 0.0) + A_MONTH * (
        values["duration_months"] - AT_MONTHS
    )


def graph(contract, *, change=None):
    """Build the graph; `change` may edit the lists of nodes and constants."""
    n = len(contract.features)
    inputs = [
        helper.make_tensor_value_info(
            item.name,
            TensorProto.STRING if item.kind is Kind.CATEGORY else TensorProto.FLOAT,
            [None, 1],
        )
        for item in contract.features
    ]
    offset, factor = contract.scale.offset, contract.scale.factor
    place = {name: at for at, name in enumerate(contract.feature_names)}
    spread = np.zeros((2, n), dtype=np.float32)
    spread[0, place["checking_status"]] = spread[1, place["duration_months"]] = -factor * A
    constants = {
        "months": AT_MONTHS,
        "a_month": A_MONTH,
        "a": A,
        "b": B,
        "minus_factor": -factor,
        "offset": offset,
        "base": offset - factor * B,
    }
    tensors = [
        numpy_helper.from_array(np.array([value], dtype=np.float32), name)
        for name, value in constants.items()
    ]
    tensors.append(numpy_helper.from_array(spread, "spread"))
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["checking_status"],
            ["by_status"],
            domain="ai.onnx.ml",
            keys_strings=list(STATUS),
            values_floats=list(STATUS.values()),
            default_float=0.0,
        ),
        helper.make_node("Sub", ["duration_months", "months"], ["longer"]),
        helper.make_node("Mul", ["longer", "a_month"], ["by_months"]),
        helper.make_node("Concat", ["by_status", "by_months"], ["parts"], axis=1),
        helper.make_node("Add", ["by_status", "by_months"], ["margin"]),
        helper.make_node("MatMul", ["parts", "spread"], ["reasons"]),
        helper.make_node("Mul", ["margin", "a"], ["sloped"]),
        helper.make_node("Add", ["sloped", "b"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["pd"]),
        helper.make_node("Mul", ["logit", "minus_factor"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["points"]),
        helper.make_node("Identity", ["base"], ["base_points"]),
    ]
    shapes = {"pd": 1, "margin": 1, "points": 1, "reasons": n}
    results = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width])
        for name, width in shapes.items()
    ]
    results.append(helper.make_tensor_value_info("base_points", TensorProto.FLOAT, [1]))
    parts = {"nodes": nodes, "tensors": tensors, "inputs": inputs, "outputs": results}
    if change is not None:
        change(parts)
    made = helper.make_graph(
        parts["nodes"], "toy", parts["inputs"], parts["outputs"], parts["tensors"]
    )
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3)]
    )
    model.ir_version = 10
    return model


def members(contract, *, model: bytes, **changes: bytes):
    content = {
        "model.onnx": model,
        "contract.toml": contract.text.encode(),
        "scorecard.json": json.dumps(scorecard(contract)).encode(),
        "card.md": b"# A toy\n",
    }
    manifest = bundle.identity(content, contract=contract) | {
        "seed": 42,
        "features": SPREAD,
        "reference": {"usual": example(contract) | USUAL},
    }
    content["manifest.json"] = json.dumps(manifest).encode()
    return content | {name.replace("_", "."): value for name, value in changes.items()}


def scorecard(contract):
    return {
        "format": 1,
        "product": contract.slug,
        "contract_hash": contract.hash,
        "base_points": 540.0,
        "features": [
            {
                "feature": "duration_months",
                "edges": [12.0, 36.0],
                "points": [8.0, 0.0, -12.0],
                "missing": -1.0,
            },
            {
                "feature": "housing",
                "groups": [["own"], ["rent", "free"]],
                "points": [3.0, -7.0],
                "other": 0.0,
                "missing": -2.0,
            },
            {"feature": "has_telephone", "edges": [0.5], "points": [-1.0, 1.5], "missing": 0.0},
        ],
    }


def release(contract=None, *, change=None):
    content = packed(contract, change=change)
    return bundle.read_bundle(content, expected_hash=bundle.hash_of(content))


def packed(contract=None, *, change=None) -> bytes:
    contract = contract or Contract.load(CONTRACT_FILE)
    model = graph(contract, change=change).SerializeToString()
    return bundle.pack(members(contract, model=model))


def pd_of(values) -> float:
    return 1 / (1 + math.exp(-(A * margin_of(values) + B)))
