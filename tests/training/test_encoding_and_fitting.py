"""What the trees read, and that the graph reads the same."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from scoring.training.encoding import encoding_of, graph_inputs, matrix_of
from scoring.training.fit import MANY_ROWS, THREADS_FOR_MANY_ROWS, parameters
from scoring.training.forest import read
from scoring.training.probes import random_rows
from scoring.training.synthetic import Recipe, contract_of, loans_of


@pytest.fixture(scope="module")
def contract():
    return contract_of(Recipe(numbers=3, categories=3, booleans=2))


def encoder_of(graph):
    """Cut an exported graph off where its trees begin to read."""
    model = onnx.load_from_string(graph)
    trees = next(node for node in model.graph.node if node.name == "margin_trees")
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(trees.input[0]))
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return lambda rows: session.run([trees.input[0]], rows)[0]


def test_the_graph_encodes_any_row_as_training_does(small):
    rows = random_rows(small.model.encoding, 400, rng=np.random.default_rng(5))

    encoded = encoder_of(small.exported.graph)(rows)

    np.testing.assert_array_equal(encoded, matrix_of(small.model.encoding, rows))


def test_each_column_belongs_to_its_feature(contract):
    encoding = encoding_of(contract)

    owners = [contract.features[player].name for player in encoding.players]

    assert [name.split("=")[0] for name in encoding.column_names] == owners


def test_a_missing_category_has_a_column_only_where_it_may_be_missing(contract):
    missing = [name for name in encoding_of(contract).column_names if "(missing)" in name]

    allowed = [feature.name for feature in contract.features if feature.may_be_missing]
    assert missing == [f"{name}=(missing)" for name in allowed if name.startswith("group")]
    assert missing


def test_values_become_columns(contract):
    encoding = encoding_of(contract)
    loans = loans_of(contract, rows=200, seed=1)

    matrix = matrix_of(encoding, graph_inputs(encoding, loans))

    columns = dict(zip(encoding.column_names, matrix.T, strict=True))
    may_be_missing = next(name for name in loans.columns if loans[name].null_count())
    first = loans["number_0"].cast(float).to_numpy().astype(np.float32)
    np.testing.assert_array_equal(columns["number_0"], first)
    np.testing.assert_array_equal(
        columns["group_0=value_1"], (loans["group_0"] == "value_1").to_numpy()
    )
    assert may_be_missing == "group_2"
    assert columns["group_2=(missing)"].sum() == loans["group_2"].null_count()
    assert np.isnan(columns["flag_0"]).sum() == loans["flag_0"].null_count()


def test_only_features_with_a_direction_are_constrained(consumer_loan):
    encoding = encoding_of(consumer_loan)

    held = [
        name for name, sign in zip(encoding.column_names, encoding.constraints, strict=True) if sign
    ]

    assert held == [
        feature.name for feature in consumer_loan.features if feature.direction != "none"
    ]
    assert "duration_months" in held


def test_threads_depend_on_the_rows_and_never_on_the_machine(contract):
    training = contract.training
    encoding = encoding_of(contract)

    few = parameters(training, encoding, rows=MANY_ROWS - 1)
    many = parameters(training, encoding, rows=MANY_ROWS)

    assert few["nthread"] == 1
    assert many["nthread"] == THREADS_FOR_MANY_ROWS


@pytest.mark.parametrize("written", ["[3.67E-1]", "3.67E-1"])
def test_the_base_score_is_read_as_a_list_and_as_a_number(small, monkeypatch, written):
    raw = bytes(small.model.booster.save_raw("json")).decode()
    before, _, rest = raw.partition('"base_score":"')
    changed = before + '"base_score":"' + written + rest[rest.index('"') :]
    monkeypatch.setattr(small.model.booster, "save_raw", lambda _: changed.encode())

    assert read(small.model.booster).base_margin == pytest.approx(np.log(0.367 / 0.633))
