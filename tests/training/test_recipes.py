"""A model by another recipe: what it may change, and that nothing reads the group at scoring."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import two_origins

from scoring.bundle import read_bundle, unpack
from scoring.candidates.recipes import Recipe, RecipeRefused, Way, Weighing
from scoring.engine import Engine
from scoring.training import synthetic
from scoring.training.fair_gap import Part
from scoring.training.fair_tries import FAMILIES, Aim, Ground, tries
from scoring.training.train import train

AIM = Aim(attribute="origin", group="b")


@pytest.fixture(scope="module")
def contract():
    return two_origins.contract()


@pytest.fixture(scope="module")
def people():
    return two_origins.people()


def trained(contract, people, recipe):
    frame, groups = people
    return train(
        contract=contract,
        frame=frame,
        snapshot_sha256="x",
        progress=two_origins.silence,
        recipe=recipe,
        groups=groups,
    )


@pytest.fixture(scope="module")
def many(contract):
    parts = [Part(feature=f"number_{at}", gap=0.3 - at / 10) for at in range(3)]
    rising = {f"number_{at}": True for at in range(3)}
    ground = Ground(contract=contract, base=Recipe(), aim=AIM, parts=parts, rises=rising, seed=7)
    return tries(ground, at_most=200)


def test_no_recipe_has_the_group_among_its_features(contract, many):
    private = {name for each in contract.protected for name in (each.name, each.source)}

    assert {each.family for each in many} == set(FAMILIES)
    assert len({each.recipe for each in many}) == len(many)
    for each in many:
        each.recipe.check(contract)
        features = {feature.name for feature in each.recipe.features(contract)}
        assert features == set(contract.feature_names)
        assert not features & private
        assert each.recipe.training(contract).folds == contract.training.folds


def test_a_recipe_that_weighs_by_group_makes_a_model_that_cannot_ask_for_it(contract, people):
    weighing = Weighing(way=Way.REDUCTION, attribute="origin", strength=0.3, group="b")
    made = trained(contract, people, Recipe(weighing=weighing))
    members = unpack(made.bundle)

    for name in ("model.onnx", "ensemble.onnx"):
        graph = onnx.load_from_string(members[name]).graph
        assert {each.name for each in graph.input} == set(contract.feature_names)
    assert made.manifest["recipe"]["weighing"]["group"] == "b"
    assert made.manifest["parity"]["shares_by_quadrature"] < 1e-3
    assert "the group is no input" in members["card.md"].decode()


def test_a_detail_that_is_left_out_moves_no_score_and_no_scorecard(contract, people):
    made = trained(contract, people, Recipe(leave_out=("number_1",)))
    engine = Engine(read_bundle(made.bundle, expected_hash=made.bundle_hash))
    row = {"number_0": 0.5, "number_1": 0.0, "number_2": 0.1}

    one, other = engine.score(row), engine.score(row | {"number_1": 4.0})

    assert one == other
    assert made.manifest["influence"]["number_1"] == 0
    assert "number_1" not in [each["feature"] for each in engine.bundle.scorecard["features"]]


def test_a_direction_of_the_recipe_is_held_and_checked_by_the_gate(contract, people):
    made = trained(contract, people, Recipe(directions=(("number_2", "down"),)))
    engine = Engine(read_bundle(made.bundle, expected_hash=made.bundle_hash))
    walked = np.linspace(-3, 3, 13).tolist()

    pds = engine.pds_many({"number_0": [0.2] * 13, "number_1": [0.1] * 13, "number_2": walked})

    assert (np.diff(pds) <= 0).all()
    assert made.manifest["parity"]["against_monotone"] == 0


def test_the_same_recipe_and_seed_make_the_same_model(contract, people):
    weighing = Weighing(way=Way.REWEIGHING, attribute="origin", strength=1.0)
    recipe = Recipe(leave_out=("number_2",), settings=(("max_depth", 3),), weighing=weighing)

    one, other = (trained(contract, people, recipe) for _ in range(2))

    assert one.bundle_hash == other.bundle_hash
    assert one.manifest["parameters"]["max_depth"] == 3


# --- recipes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe(leave_out=("salary",)), "no such detail"),
        (Recipe(leave_out=("number_0", "number_1", "number_2")), "nothing is left"),
        (Recipe(settings=(("folds", 2),)), "other than those of the trees"),
        (
            Recipe(weighing=Weighing(way=Way.REWEIGHING, attribute="sex", strength=1.0)),
            "lets nobody assess",
        ),
        (
            Recipe(
                weighing=Weighing(way=Way.REDUCTION, attribute="origin", strength=1.0, group="c")
            ),
            "no such group",
        ),
    ],
)
def test_a_recipe_that_the_contract_has_nothing_of_is_refused(contract, people, recipe, words):
    with pytest.raises(RecipeRefused, match=words):
        trained(contract, people, recipe)


def test_values_without_an_order_get_no_direction():
    shape = replace(two_origins.SHAPE, categories=1)
    unordered = synthetic.contract_of(shape)

    with pytest.raises(RecipeRefused, match="no order"):
        Recipe(directions=(("group_0", "up"),)).check(unordered)


def test_a_recipe_is_named_by_what_it_says():
    recipe = Recipe(leave_out=("number_1",), directions=(("number_2", "up"),))

    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.key != Recipe().key
    assert Recipe().is_plain
