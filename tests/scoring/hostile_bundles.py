"""Bundles that nobody's training made, and what may come of reading one."""

import contextlib
import io
import json
import math
import random
import resource
import struct
import time
import warnings
import zipfile
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import onnx
from hypothesis import strategies as st
from onnx import helper

from scoring import bundle
from scoring.alternatives import AlternativesRefused, alternatives
from scoring.application import RequestedValues
from scoring.bundle import BundleRefused, read_bundle
from scoring.contract import Contract, ContractRefused, hash_of
from scoring.engine import Engine, EngineFailed
from scoring.features import example
from scoring.scorecard import Scorecard, ScorecardRefused
from scoring.sessions import GraphFailed
from scoring.uncertainty import assess

SECONDS = 15.0  # of the processor, far below a request's patience
MEGABYTES = 1_200  # more than at the start
ASKED = RequestedValues(amount=Decimal("4200.00"), term_months=24)


def answers(content: bytes) -> bool:
    """Use a bundle in every way it is used in; True where it answers, False where it is refused.

    Any exception but a refusal escapes, and so does an answer that cannot be true.
    """
    began = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        return _used(content)
    finally:
        assert time.process_time() - began < SECONDS
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1_000


def _used(content: bytes) -> bool:
    try:
        opened = read_bundle(content, expected_hash=hash_of(content))
    except BundleRefused:
        return False
    values = example(opened.contract)
    with contextlib.suppress(ScorecardRefused):
        card = Scorecard(opened.scorecard or {}, contract=opened.contract, bundle_hash="")
        assert_true(card.score(values))
    try:
        engine = Engine(opened, seconds=1)
    except EngineFailed:
        return False
    _ask(engine, values)
    return True


def _ask(engine, values):
    contract = engine.contract
    policy = replace(contract.policy, approve_pd_at_most=0.3, decline_pd_at_least=0.6, rules=())
    missing = values | {item.name: None for item in contract.features if item.may_be_missing}
    lowest = values | {
        item.name: int(item.minimum) for item in contract.features if item.kind == "integer"
    }
    for row in (values, missing, lowest):
        with contextlib.suppress(EngineFailed, GraphFailed):
            score = engine.score(row)
            assert_true(score)
            assess(engine, row, score, policy)
        if engine.familiarity:
            engine.familiarity.warning(row)
        with contextlib.suppress(EngineFailed, GraphFailed, AlternativesRefused):
            alternatives(engine, values=row, requested=ASKED, policy=policy)
    with contextlib.suppress(EngineFailed):
        assert (engine.pds_many([values, missing]) >= 0).all()


def assert_true(score):
    assert 0 <= score.pd <= 1
    assert math.isfinite(score.points)
    assert math.isfinite(score.margin)
    assert abs(score.base_points + sum(score.contributions) - score.points) < 1


class Members(dict):
    """The members of a bundle; a failure need not print them, and a long print is an error."""

    def __repr__(self):
        """Name them."""
        return f"<{', '.join(self)}>"


def resigned(members: dict[str, bytes]) -> bytes:
    """Pack members whose manifest says their hashes, so that reading goes on to what they hold."""
    with contextlib.suppress(ValueError, RecursionError, ContractRefused):
        said = json.loads(members["manifest.json"])
        said = said if isinstance(said, dict) else {}
        contract = Contract.parse(members["contract.toml"])
        said |= bundle.identity(members, contract=contract)
        members = members | {"manifest.json": json.dumps(said).encode()}
    return bundle.pack(members)


# --- bytes

_NUMBERS = st.sampled_from([0, 1, 2, 8, 20, 0x7F, 0x80, 0xFF])
BYTES = st.one_of(_NUMBERS, st.integers(0, 255))


@st.composite
def damaged(draw, content: bytes, *, places=None) -> bytes:
    """Overwrite, cut, repeat or insert a few bytes, often near the places that are given."""
    found = bytearray(content)
    near = st.sampled_from(places or [0]).flatmap(lambda at: st.integers(at, at + 60))
    for _ in range(draw(st.integers(1, 4))):
        at = min(draw(st.one_of(near, st.integers(0, len(content)))), len(found))
        match draw(st.sampled_from(["set", "set", "set", "cut", "repeat", "insert", "number"])):
            case "set":
                found[at : at + 1] = bytes([draw(BYTES)])
            case "cut":
                del found[at : at + draw(st.integers(1, 50))]
            case "repeat":
                found[at:at] = found[at : at + draw(st.integers(1, 200))]
            case "insert":
                found[at:at] = draw(st.binary(max_size=20))
            case "number":
                huge = draw(st.sampled_from([0, 1, 2**16 - 1, 2**31, 2**32 - 1]))
                found[at : at + 4] = struct.pack("<I", huge)
    return bytes(found)


def headers_of(content: bytes) -> list[int]:
    """Find where a zip file says what its members are."""
    marks = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")
    return [at for mark in marks for at in range(len(content)) if content.startswith(mark, at)] or [
        0
    ]


# --- zip files as others might write them

NAMES = st.one_of(
    st.sampled_from([*bundle.MEMBERS, *bundle.OPTIONAL]),
    st.sampled_from(
        ["../card.md", "/etc/passwd", "..\\card.md", "C:\\card.md", "card.md/", "card.md\x00x"]
    ),
    st.sampled_from(["CARD.MD", "./card.md", "sub/card.md", "", "model.onnx.data", "cärd.md"]),
)
MODES = st.sampled_from([0o100444 << 16, 0o120777 << 16, 0o040755 << 16, 0o020666 << 16, 0x10, 0])
ZIP64 = st.sampled_from([b"", struct.pack("<HHQQ", 1, 16, 2**40, 2**40), b"\x01\x00\xff\xff"])


@st.composite
def archives(draw, members: dict[str, bytes]) -> bytes:
    """Write a zip file with true members and odd ones: names, links, bombs, lies about size."""
    made = io.BytesIO()
    names = sorted(members) + draw(st.lists(NAMES, max_size=2))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(made, "w") as archive:
        for name in draw(st.one_of(st.just(names), st.permutations(names))):
            entry = zipfile.ZipInfo("x", date_time=(1980, 1, 1, 0, 0, 0))
            entry.filename, entry.external_attr = name, 0o100444 << 16
            if draw(st.integers(0, 9)) == 0:
                entry.external_attr = draw(MODES)
                entry.extra = draw(ZIP64)
                entry.compress_type = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_LZMA]))
            is_bomb = draw(st.integers(0, 49)) == 0
            content = bytes(2_000_000) if is_bomb else members.get(name, b"x")
            kind = zipfile.ZIP_DEFLATED if is_bomb else entry.compress_type
            archive.writestr(entry, content, compress_type=kind)
    return made.getvalue()


def overlapping(content: bytes) -> bytes:
    """Let the list of members name the first one's bytes for the second too."""
    found = bytearray(content)
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 1)
    found[second + 42 : second + 46] = found[first + 42 : first + 46]
    return bytes(found)


# --- JSON of any shape

VALUES = [
    *(None, True, False, 0, 1, -1, 5, -5, 2**31, 2**62, 10**18, 1e308, -1e308, 5e-324, 0.5),
    *("", "0", "x", "\ud800", "\x00", "sha256:00", [], {}, [0], [None], [[]], [{}], {"a": 1}),
    *([1, 2, 3], ["a"], [[1.0], [2.0]], {"a": {"b": []}}, {"models": 3}, {"a": 1e308}),
]


def reshaped(value, seed):
    """Put something else in a few places inside a value of JSON."""
    chance, root = random.Random(seed), [deepcopy(value)]  # noqa: S311 - no secret
    for _ in range(chance.randint(1, 3)):
        parent, key = root, 0
        while isinstance(parent[key], dict | list) and parent[key] and chance.randrange(6):
            parent = parent[key]
            key = chance.choice(sorted(parent) if isinstance(parent, dict) else range(len(parent)))
        kind = chance.choice(["other", "other", "gone", "twice"])
        if kind == "gone" and parent is not root:
            del parent[key]
        elif kind == "twice" and isinstance(parent, list) and parent is not root:
            parent.append(deepcopy(parent[key]))
        else:
            parent[key] = deepcopy(chance.choice(VALUES))
    return root[0]


# --- graphs


@st.composite
def graphs(draw, model: bytes) -> bytes:
    """Change a graph in a few ways that its format knows."""
    found = onnx.ModelProto.FromString(model)
    for _ in range(draw(st.integers(1, 2))):
        draw(st.sampled_from(_CHANGES))(draw, found)
    return found.SerializeToString()


WHOLE = st.sampled_from([0, 1, -1, 2, 7, 100, 2**31 - 1, 2**40, -(2**63), 2**63 - 1])
REAL = st.sampled_from([0.0, 1.0, -1.0, 1e38, -1e38, 1e-45, math.inf, -math.inf, math.nan])
OPS = st.sampled_from(
    [
        *("Add", "MatMul", "Gather", "Reshape", "Concat", "Slice", "Cast", "Split", "Squeeze"),
        *("Loop", "Log", "Where", "Clip", "Transpose", "Exp", "TreeEnsembleRegressor", "Scaler"),
        *("TreeEnsemble", "LabelEncoder", "OneHotEncoder", "Imputer", "ArrayFeatureExtractor"),
    ]
)


def _node(draw, found):
    return draw(st.sampled_from(list(found.graph.node)))


def _operator(draw, found):
    _node(draw, found).op_type = draw(OPS)


def _domain(draw, found):
    _node(draw, found).domain = draw(st.sampled_from(["", "ai.onnx.ml", "com.microsoft", "x"]))


def _wire(draw, found):
    """Let a node read or give something else; circles too."""
    node = _node(draw, found)
    names = [name for each in found.graph.node for name in (*each.input, *each.output)]
    for side in (node.input, node.output):
        if side:
            side[draw(st.integers(0, len(side) - 1))] = draw(st.sampled_from([*names, "", "zz"]))


def _attribute(draw, found):
    """Change numbers of an attribute; trees are made of nothing else."""
    nodes = [node for node in found.graph.node if node.attribute]
    attribute = draw(st.sampled_from(list(draw(st.sampled_from(nodes)).attribute)))
    for values, numbers in ((attribute.ints, WHOLE), (attribute.floats, REAL)):
        if values:
            for _ in range(draw(st.integers(1, 4))):
                values[draw(st.integers(0, len(values) - 1))] = draw(numbers)
            if draw(st.booleans()):
                del values[draw(st.integers(0, len(values))) :]
    if attribute.type == onnx.AttributeProto.INT:
        attribute.i = draw(WHOLE)
    if attribute.strings and draw(st.booleans()):
        at = draw(st.integers(0, len(attribute.strings) - 1))
        attribute.strings[at] = draw(st.sampled_from([b"LEAF", b"BRANCH_EQ", b"", b"\xff", b"x"]))


def _tree_order(draw, found):
    """Let a node of a tree lead to another one of its tree: circles, and nodes of two parents."""
    for node in found.graph.node:
        for attribute in node.attribute:
            if attribute.name in {"nodes_truenodeids", "nodes_falsenodeids"} and attribute.ints:
                at = draw(st.integers(0, len(attribute.ints) - 1))
                attribute.ints[at] = draw(st.sampled_from(list(attribute.ints)))


def _tensor(draw, found):
    if not found.graph.initializer:
        return
    tensor = draw(st.sampled_from(list(found.graph.initializer)))
    match draw(st.sampled_from(["type", "dims", "far", "bytes", "outside"])):
        case "type":
            tensor.data_type = draw(st.sampled_from([0, 1, 6, 7, 8, 9, 10, 11, 16, 9999]))
        case "dims":
            tensor.dims.append(draw(WHOLE))
        case "far":
            tensor.dims[:] = [draw(WHOLE)]
        case "bytes":
            tensor.raw_data = draw(st.binary(max_size=16))
        case "outside":
            tensor.external_data.add(key="location", value="../x")


def _opset(draw, found):
    draw(st.sampled_from(list(found.opset_import))).version = draw(
        st.sampled_from([0, 1, 5, 13, 22, 26, 27, 10**9, -1])
    )


def _extra(draw, found):
    """Add what no model of ours has."""
    match draw(st.sampled_from(["function", "training", "sparse", "metadata", "body", "many"])):
        case "function":
            found.functions.add(name="f", domain="")
        case "training":
            found.training_info.add()
        case "sparse":
            found.graph.sparse_initializer.add()
        case "metadata":
            found.metadata_props.add(key="ort_config", value='{"session_options": {"x": 1}}')
        case "body":
            _node(draw, found).attribute.append(helper.make_attribute("body", found.graph))
        case "many":
            found.graph.node.extend([found.graph.node[0]] * 50)


def _signature(draw, found):
    side = draw(st.sampled_from([found.graph.input, found.graph.output]))
    item = draw(st.sampled_from(list(side)))
    match draw(st.sampled_from(["name", "type", "shape", "gone"])):
        case "name":
            item.name = draw(st.sampled_from(["pd", "pds", "zz", ""]))
        case "type":
            item.type.tensor_type.elem_type = draw(st.sampled_from([0, 1, 7, 8, 11, 99]))
        case "shape":
            item.type.tensor_type.shape.dim.add().dim_value = draw(WHOLE)
        case "gone":
            side.remove(item)


_CHANGES = [
    *(_operator, _domain, _wire, _attribute, _attribute, _attribute, _tree_order, _tree_order),
    *(_tensor, _tensor, _opset, _extra, _signature),
]
