import contextlib
import time

import numpy as np
import pytest
import toy_release
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from scoring import onnx_safety
from scoring.contract import Contract
from scoring.cut_graph import _written
from scoring.onnx_safety import GraphRefused, check


@pytest.fixture
def graph(contract):
    return toy_release.graph(contract)


def refuses(model, says):
    with pytest.raises(GraphRefused, match=says):
        check(model.SerializeToString())


def test_arithmetic_is_let_through(graph):
    check(graph.SerializeToString())


@pytest.mark.parametrize(
    "operator", ["Loop", "If", "Scan", "Range", "Tile", "Expand", "ConstantOfShape", "TfIdf"]
)
def test_other_operators_are_refused(graph, operator):
    graph.graph.node[1].op_type = operator

    refuses(graph, f"operator '{operator}' is not allowed")


@pytest.mark.parametrize("domain", ["com.microsoft", "ai.onnx.training", "ai.onnx.preview"])
def test_other_domains_are_refused(graph, domain):
    graph.graph.node[1].domain = domain

    refuses(graph, "domain")


def test_an_operator_of_the_other_domain_is_refused(graph):
    graph.graph.node[1].domain = "ai.onnx.ml"

    refuses(graph, "operator 'Sub' is not allowed")


@pytest.mark.parametrize(("domain", "version"), [("", 10**9), ("", 0), ("", -1), ("com.x", 1)])
def test_versions_of_operators_that_nobody_knows_are_refused(graph, domain, version):
    graph.opset_import.append(helper.make_opsetid(domain, version))

    refuses(graph, "version|domain")


def test_external_data_is_refused(graph):
    tensor = graph.graph.initializer[0]
    tensor.external_data.add(key="location", value="/etc/passwd")

    refuses(graph, "in another file")


def test_data_said_to_be_elsewhere_is_refused(graph):
    graph.graph.initializer[0].data_location = TensorProto.EXTERNAL

    refuses(graph, "in another file")


def test_external_data_in_an_attribute_is_refused(graph):
    tensor = numpy_helper.from_array(np.zeros(1, dtype=np.float32))
    tensor.external_data.add(key="location", value="x")
    graph.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))

    refuses(graph, "in another file")


@pytest.mark.parametrize("data_type", [0, 2, 10, 16, 17, 9999])
def test_other_types_of_tensors_are_refused(graph, data_type):
    graph.graph.initializer[0].data_type = data_type

    refuses(graph, f"type {data_type}")


def test_tensors_that_say_they_are_huge_are_refused(graph):
    del graph.graph.initializer[0].dims[:]
    graph.graph.initializer[0].dims.extend([10**12])

    refuses(graph, "more than it does")


def test_a_size_below_zero_is_refused(graph):
    graph.graph.initializer[0].dims[0] = -1

    refuses(graph, "more than it does")


def test_tensors_of_many_dimensions_are_refused(graph):
    graph.graph.initializer[0].dims.extend([1] * 5000)

    refuses(graph, "more than 4 dimensions")


def test_subgraphs_are_refused(graph):
    graph.graph.node[1].attribute.append(helper.make_attribute("body", graph.graph))

    refuses(graph, "the attribute holds a part")


def test_functions_are_refused(graph):
    graph.functions.add(name="f", domain="")

    refuses(graph, "the model holds a part")


def test_training_instructions_are_refused(graph):
    graph.training_info.add()

    refuses(graph, "the model holds a part")


def test_sparse_tensors_are_refused(graph):
    graph.graph.sparse_initializer.add()

    refuses(graph, "the graph holds a part")


def test_too_many_nodes_are_refused(graph, monkeypatch):
    monkeypatch.setattr(onnx_safety, "MOST_NODES", 5)

    refuses(graph, "more than 5 nodes")


def test_nodes_are_counted_over_all_graphs_of_a_file(graph, monkeypatch):
    """Two graphs of one file are one to who reads it."""
    monkeypatch.setattr(onnx_safety, "MOST_NODES", len(graph.graph.node))
    check(graph.SerializeToString())
    second = type(graph)()
    second.graph.node.append(graph.graph.node[1])

    with pytest.raises(GraphRefused, match="nodes"):
        check(graph.SerializeToString() + second.SerializeToString())


@pytest.mark.parametrize("part", [b"\x3a\x00", b"\x08\x00", b"\x42\x02\x10\x01"])
def test_a_file_of_many_small_parts_is_refused_before_all_are_read(part, monkeypatch):
    monkeypatch.setattr(onnx_safety, "MOST_PARTS", 1_000)
    started = time.process_time()

    with pytest.raises(GraphRefused, match="more than 1,000 parts"):
        check(part * 5_000_000)

    assert time.process_time() - started < 1


def test_a_tensor_of_endless_dimensions_is_refused_before_all_are_read():
    size = 50_000_000
    tensor = _written(1, b"\x01" * size)  # its dimensions
    started = time.process_time()

    with pytest.raises(GraphRefused, match="more than 4 dimensions"):
        check(_written(7, _written(5, tensor)))

    assert time.process_time() - started < 1


def test_a_file_that_is_another_format_too_is_refused(graph):
    named = bytes([0x12, 6]) + b"abORTM" + graph.SerializeToString()

    with pytest.raises(GraphRefused, match="another format"):
        check(named)


def test_a_model_too_large_is_refused(graph, monkeypatch):
    monkeypatch.setattr(onnx_safety, "LARGEST_MODEL", 100)

    refuses(graph, "larger than 100 bytes")


@pytest.mark.parametrize(
    "model",
    [
        *(b"", b"\x00", b"\x07", b"\x80" * 20, b"\x80", b"\x3a\x05ab", b"\x0b", b"hello, world"),
        *(b"\x38\x01\x40\x01", b"\x3a\x00"),
    ],
)
def test_what_is_no_model_is_refused(model):
    with pytest.raises(GraphRefused):
        check(model)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_breaks_the_check(noise):
    with pytest.raises(GraphRefused):
        check(noise)


GRAPH = toy_release.graph(Contract.load(toy_release.CONTRACT_FILE)).SerializeToString()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GRAPH) - 1), st.integers(0, 255))
def test_a_damaged_model_passes_or_is_refused_and_never_breaks_the_check(place, byte):
    damaged = GRAPH[:place] + bytes([byte]) + GRAPH[place + 1 :]

    with contextlib.suppress(GraphRefused):
        check(damaged)


def test_nothing_hides_behind_a_run_of_numbers(graph):
    numbers = helper.make_attribute("values_floats", [1.0] * 1000)
    hidden = helper.make_attribute("body", graph.graph)
    numbers.g.CopyFrom(hidden.g)
    graph.graph.node[1].attribute.append(numbers)

    refuses(graph, "the attribute holds a part")


def test_millions_of_numbers_are_checked_in_moments(graph):
    weights = helper.make_attribute("nodes_values", [0.5] * 500_000)
    modes = helper.make_attribute("nodes_modes", ["BRANCH_LT", "LEAF", "other"] * 50_000)
    graph.graph.node[0].attribute.extend([weights, modes])
    model = graph.SerializeToString()

    started = time.process_time()
    check(model)

    assert time.process_time() - started < 2
