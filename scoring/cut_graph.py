"""A graph without the parts that some of its outputs do not need.

ONNX Runtime works out every output, whichever are asked for; reasons take most of the time. So a
batch that wants no reasons gets a graph without them, cut from the bytes of the released one.
"""

from collections.abc import Iterable, Iterator

from scoring.onnx_safety import Field, fields_of

_GRAPH, _NODE, _OUTPUT = 7, 1, 12  # fields of ModelProto and GraphProto
_INPUTS_OF_NODE, _OUTPUTS_OF_NODE, _NAME = 1, 2, 1
# TypeProto: a tensor (field 1) of elements (field 1) of float32 (1); field 2 of ValueInfoProto.
_OF_FLOATS = bytes([0x12, 4, 0x0A, 2, 0x08, 1])
_VARINT, _BYTES = 0, 2


def cut(model: bytes, *, outputs: Iterable[str]) -> bytes:
    """Keep the nodes that lead to some outputs, and those outputs.

    Parameters
    ----------
    model : bytes
        A graph that `onnx_safety.check` has passed.
    outputs : names
        What is still wanted.

    Returns
    -------
    bytes
        A model that answers those outputs with the same bits.
    """
    wanted = set(outputs)
    return b"".join(
        _written(number, _cut_graph(value, wanted))
        if number == _GRAPH and isinstance(value, bytes)
        else _written(number, value)
        for number, value in fields_of(model)
    )


def expose(model: bytes, *, value: str) -> bytes:
    """Keep the nodes that lead to a float tensor inside the graph, and answer that alone.

    Parameters
    ----------
    model : bytes
        A graph that `onnx_safety.check` has passed.
    value : str
        What the tensor is called, such as "encoded".

    Returns
    -------
    bytes
        A model of one output.
    """
    output = _written(_OUTPUT, _written(_NAME, value.encode()) + _OF_FLOATS)
    return b"".join(
        _written(number, _cut_graph(part, {value}) + output)
        if number == _GRAPH and isinstance(part, bytes)
        else _written(number, part)
        for number, part in fields_of(model)
    )


def node_giving(model: bytes, *, output: str) -> bytes | None:
    """Find the node that gives a value, as the bytes of its NodeProto; None where there is none."""
    graph = next(part for number, part in fields_of(model) if number == _GRAPH)
    for number, node in fields_of(graph) if isinstance(graph, bytes) else ():
        if number == _NODE and isinstance(node, bytes):
            names = fields_of(node)  # a node's names stand before its attributes
            if output.encode() in (name for field, name in names if field == _OUTPUTS_OF_NODE):
                return node
    return None


def _cut_graph(graph: bytes, wanted: set[str]) -> bytes:
    fields = list(fields_of(graph))
    needed = _needed([value for number, value in fields if number == _NODE], wanted)
    return b"".join(_written(number, value) for number, value in _kept(fields, needed, wanted))


def _kept(fields: list[Field], needed: set[bytes], wanted: set[str]) -> Iterator[Field]:
    for number, value in fields:
        if number == _NODE and not needed & _names(value, _OUTPUTS_OF_NODE):
            continue
        if number == _OUTPUT and not {name.encode() for name in wanted} & _names(value, _NAME):
            continue
        yield number, value


def _needed(nodes: list[int | bytes], wanted: set[str]) -> set[bytes]:
    """Walk back from the wanted outputs; nodes come after what they read."""
    needed = {name.encode() for name in wanted}
    for node in reversed(nodes):
        if needed & _names(node, _OUTPUTS_OF_NODE):
            needed |= _names(node, _INPUTS_OF_NODE)
    return needed


def _names(message: int | bytes, field: int) -> set[bytes]:
    if isinstance(message, int):
        return set()
    return {
        value
        for number, value in fields_of(message)
        if number == field and isinstance(value, bytes)
    }


def _written(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
