"""Is a model file only arithmetic? Answered from its bytes, before anything else reads them.

The `onnx` package is not used: it costs the serving process 400 ms and 30 MB, and its checker
accepts what must be refused (external data, opset 10^9, types that do not exist). What is
read is the wire format of onnx.proto3, field by field; a field that is not listed as harmless
is refused.
"""

import re
from collections.abc import Callable, Iterator

LARGEST_MODEL = 64_000_000  # bytes; 400 trees of depth 4 with their reasons are about 8 million
MOST_NODES = 5_000  # a tree ensemble is one node
MOST_PARTS = 500_000  # beside long lists of numbers; they are read one by one, a million a second
MOST_DIMENSIONS = 4
LARGEST_OPSET = {"": 26, "ai.onnx": 26, "ai.onnx.ml": 5}
# 1 float32, 4 uint16, 6 int32, 7 int64, 8 string, 9 bool, 11 float64
TENSOR_TYPES = frozenset({1, 4, 6, 7, 8, 9, 11})
OPERATORS = {
    "": frozenset(
        {"Abs", "Add", "And", "Cast", "Clip", "Concat", "Constant", "Div", "Equal", "Exp"}
        | {"Flatten", "Gather", "GatherElements", "Gemm", "Greater", "GreaterOrEqual", "Identity"}
        | {"IsNaN", "Less", "LessOrEqual", "Log", "MatMul", "Max", "Min", "Mul", "Neg", "Not"}
        | {"Or", "ReduceSum", "Reshape", "Sigmoid", "Slice", "Split", "Squeeze", "Sub", "Sum"}
        | {"Transpose", "Unsqueeze", "Where"}
    ),
    "ai.onnx.ml": frozenset(
        {"ArrayFeatureExtractor", "FeatureVectorizer", "Imputer", "LabelEncoder"}
        | {"OneHotEncoder", "Scaler", "TreeEnsemble", "TreeEnsembleRegressor"}
    ),
}
OPERATORS["ai.onnx"] = OPERATORS[""]

# A tree ensemble lists millions of numbers and short words, each a field of an attribute (7: float,
# 8: integer, 9: word of 4 or 9 letters, "LEAF" and "BRANCH_LT"); runs of them are skipped at once.
_RUN_OF_NUMBERS = re.compile(
    rb"(?:\x3d.{4}|\x40[\x80-\xff]{0,9}+[\x00-\x7f]|\x4a\x04.{4}|\x4a\x09.{9})++", re.DOTALL
)
# With this at the fifth byte ONNX Runtime reads a file in a format of its own; to ONNX it may be a
# harmless name.
_RUNTIMES_OWN = b"ORTM"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
Field = tuple[int, int | bytes]
Parts = dict[int, Callable[[bytes], None]]  # field number to the check of what it holds


class GraphRefused(ValueError):
    """The model file holds something that no model of ours needs."""


def check(model: bytes) -> None:
    """Refuse a model that is more than arithmetic on its inputs.

    Raises
    ------
    GraphRefused
        It is too large or no ONNX file; names a domain, operator or tensor type outside the
        lists above; or holds external data, functions, subgraphs or training instructions.
    """
    if len(model) > LARGEST_MODEL:
        raise GraphRefused(f"the model is larger than {LARGEST_MODEL:,} bytes")
    if model[4:8] == _RUNTIMES_OWN:
        raise GraphRefused("the file could be read as another format than ONNX")
    _Check().model(model)


class _Check:
    """One reading of a model; it counts, so that a file of many small parts ends early."""

    def __init__(self) -> None:
        self._parts_left, self._nodes_left = MOST_PARTS, MOST_NODES

    def model(self, model: bytes) -> None:
        parts: Parts = {7: self._graph, 8: self._opset}
        found = self._message(model, "model", parts, harmless={1, 2, 3, 4, 5, 6, 14})
        if not {7, 8} <= found:
            raise GraphRefused("the model holds no graph, or does not say its operators' version")

    def _graph(self, graph: bytes) -> None:
        # 11, 12, 13: the names, types and shapes of inputs, outputs and what lies between
        parts: Parts = {1: self._node, 5: self._tensor}
        self._message(graph, "graph", parts, harmless={2, 10, 11, 12, 13, 16})

    def _node(self, node: bytes) -> None:
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise GraphRefused(f"the graph has more than {MOST_NODES:,} nodes")
        domain, operator = "", ""
        for number, value in self._fields(node):
            if number == 7:
                domain = _text(value)
            elif number == 4:
                operator = _text(value)
        if domain not in OPERATORS:
            raise GraphRefused(f"operators of the domain {domain!r} are not allowed")
        if operator not in OPERATORS[domain]:
            raise GraphRefused(f"the operator {operator!r} is not allowed")
        self._message(node, "node", {5: self._attribute}, harmless={1, 2, 3, 4, 6, 7, 9})

    def _attribute(self, attribute: bytes) -> None:
        # numbers and words, alone (2, 3, 4) or listed (7, 8, 9); a tensor (5) or several (10);
        # never a graph (6, 11), a type (14, 15), another's attribute (21), a sparse tensor (22, 23)
        parts: Parts = {5: self._tensor, 10: self._tensor}
        harmless = {1, 2, 3, 4, 7, 8, 9, 13, 20}
        self._message(attribute, "attribute", parts, harmless=harmless, skip=_RUN_OF_NUMBERS)

    def _tensor(self, tensor: bytes) -> None:
        dimensions: list[int] = []
        for number, value in self._fields(tensor):
            if number == 1:
                dimensions += _numbers(value)
            elif number == 2 and value not in TENSOR_TYPES:
                raise GraphRefused(f"tensors of type {value!r} are not allowed")
            elif number == 13 or (number == 14 and value != 0):
                raise GraphRefused("the model keeps data in another file")
        if len(dimensions) > MOST_DIMENSIONS:
            raise GraphRefused(f"a tensor has more than {MOST_DIMENSIONS} dimensions")
        if any(size > len(tensor) for size in dimensions):  # an element takes a byte at least
            raise GraphRefused("a tensor says that it holds more than it does")
        self._message(tensor, "tensor", {}, harmless={1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 14})

    def _opset(self, opset: bytes) -> None:
        domain, version = "", 0
        for number, value in self._fields(opset):
            if number == 1:
                domain = _text(value)
            elif number == 2 and isinstance(value, int):
                version = value
        if domain not in LARGEST_OPSET:
            raise GraphRefused(f"operators of the domain {domain!r} are not allowed")
        if not 1 <= version <= LARGEST_OPSET[domain]:
            raise GraphRefused(f"version {version} of the operators {domain!r} is not known")

    def _message(
        self,
        message: bytes,
        what: str,
        parts: Parts,
        *,
        harmless: set[int],
        skip: re.Pattern[bytes] | None = None,
    ) -> set[int]:
        """Check each listed part of a message; refuse one that is neither listed nor harmless."""
        found = set()
        for number, value in self._fields(message, skip=skip):
            found.add(number)
            if number in parts:
                if not isinstance(value, bytes):
                    raise GraphRefused(f"the {what} is not what an ONNX file holds")
                parts[number](value)
            elif number not in harmless:
                raise GraphRefused(f"the {what} holds a part (field {number}) that is not allowed")
        return found

    def _fields(self, message: bytes, *, skip: re.Pattern[bytes] | None = None) -> Iterator[Field]:
        for field in fields_of(message, skip=skip):
            self._parts_left -= 1
            if self._parts_left < 0:
                raise GraphRefused(f"the model has more than {MOST_PARTS:,} parts")
            yield field


def fields_of(message: bytes, *, skip: re.Pattern[bytes] | None = None) -> Iterator[Field]:
    """Split a protobuf message into its fields: number and value.

    Fields that `skip` matches are left out.

    Examples
    --------
    >>> list(fields_of(bytes([8, 5, 18, 2]) + b"hi"))
    [(1, 5), (2, b'hi')]
    """
    place, end = 0, len(message)
    while place < end:
        if skip is not None and (run := skip.match(message, place)):
            place = run.end()
            continue
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise GraphRefused("the file is not an ONNX model")
        if wire == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire == _BYTES:
            size, place = _varint(message, place)
        elif wire in {_FIXED32, _FIXED64}:
            size = 4 if wire == _FIXED32 else 8
        else:
            raise GraphRefused("the file is not an ONNX model")
        if size > end - place:
            raise GraphRefused("the file is cut short")
        yield number, message[place : place + size]
        place += size


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise GraphRefused("the file is cut short")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise GraphRefused("the file is not an ONNX model")


def _numbers(value: int | bytes) -> list[int]:
    """Read a number, or several packed into one field."""
    if isinstance(value, int):
        return [value]
    numbers: list[int] = []
    place = 0
    while place < len(value) and len(numbers) <= MOST_DIMENSIONS:
        number, place = _varint(value, place)
        numbers.append(number)
    return numbers


def _text(value: int | bytes) -> str:
    if isinstance(value, int):
        raise GraphRefused("the file is not an ONNX model")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise GraphRefused("the file is not an ONNX model") from error
