"""Every shape of model that training can produce has exact reasons, by the parity gate."""

import numpy as np
import pytest

from scoring.contract import Contract
from scoring.training import parity
from scoring.training.encoding import encoding_of, graph_inputs, matrix_from, matrix_of
from scoring.training.served import Graph
from scoring.training.synthetic import Recipe, contract_of, loans_of

SHAPES = {
    "numbers alone": Recipe(numbers=4, categories=0, rounds=12),
    "categories alone": Recipe(numbers=0, categories=4, rounds=12),
    "ordinals alone": Recipe(numbers=0, categories=0, ordinals=4, rounds=12),
    "booleans alone": Recipe(numbers=0, categories=0, booleans=4, rounds=12),
    "one feature": Recipe(numbers=1, categories=0, rounds=12),
    "one ordinal": Recipe(numbers=0, categories=0, ordinals=1, rounds=12),
    "one tree": Recipe(rounds=1),
    "all kinds": Recipe(numbers=3, categories=2, ordinals=2, booleans=1, rounds=12),
}


def passes(setting):
    return parity.check(
        setting.model,
        setting.exported,
        training_rows=setting.inputs,
        reference=setting.reference,
        seed=1,
    )


@pytest.mark.parametrize("depth", range(1, 7))
def test_every_depth_has_exact_reasons(make_setting, depth):
    recipe = Recipe(numbers=4, categories=2, ordinals=2, booleans=1, rounds=8, max_depth=depth)

    assert passes(make_setting(recipe))["rows"] > 500


@pytest.mark.parametrize("recipe", SHAPES.values(), ids=SHAPES)
def test_every_mix_of_features_has_exact_reasons(make_setting, recipe):
    assert passes(make_setting(recipe))["rows"] > 500


def test_an_ordinal_category_is_one_column_and_its_place_a_number():
    contract = contract_of(Recipe(numbers=1, categories=1, ordinals=2))
    encoding = encoding_of(contract)
    rows = {
        feature.name: np.array([["value_2"], [""], ["no such value"]], dtype=object)
        if feature.kind == "category"
        else np.zeros((3, 1), dtype=np.float32)
        for feature in contract.features
    }

    matrix = matrix_of(encoding, rows)

    assert matrix.shape[1] == len(encoding.players) == len(encoding.constraints)
    np.testing.assert_array_equal(matrix[:, -2], [2, np.nan, np.nan])
    assert encoding.column_names[-2:] == ("rank_0", "rank_1")


def test_the_model_is_held_to_the_direction_of_an_ordinal_category(make_setting):
    recipe = Recipe(numbers=2, categories=0, ordinals=2, rounds=40, max_depth=3)
    setting = make_setting(recipe, rows=900)
    feature = setting.contract.feature("rank_0")
    row = {name: values[:1].copy() for name, values in setting.inputs.items()}
    graph = Graph(setting.exported.graph)

    margins = []
    for value in feature.values:
        row["rank_0"] = np.array([[value]], dtype=object)
        margins.append(float(graph.answer(row).margin[0]))

    assert str(feature.direction) == "up"
    assert margins == sorted(margins)
    assert margins[0] < margins[-1]


def test_rows_encode_the_same_in_parts_as_at_once(monkeypatch):
    contract = contract_of(Recipe(numbers=2, categories=2, ordinals=1))
    loans, encoding = loans_of(contract, rows=103, seed=1), encoding_of(contract)
    monkeypatch.setattr("scoring.training.encoding.ROWS_AT_ONCE", 10)

    in_parts = matrix_from(encoding, loans)

    np.testing.assert_array_equal(in_parts, matrix_of(encoding, graph_inputs(encoding, loans)))


def test_a_contract_may_have_ordinal_categories():
    assert isinstance(contract_of(Recipe(ordinals=1)), Contract)
