"""Whatever bytes a bundle is made of: it is refused by name, or it answers what can be true.

Quick and the same in every run; `EVENHAND_FUZZ=5000` tries that many of each kind, new ones each
time, and prints what it takes to see a failure again.
"""

import json
import os
from dataclasses import replace

import hostile_bundles as hostile
import pytest
import toy_release
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring import bundle
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

MANY = int(os.environ.get("EVENHAND_FUZZ", "0"))
FUZZED = settings(
    max_examples=MANY or 40,
    deadline=None,
    derandomize=not MANY,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
JSONS = ["familiarity.json", "manifest.json", "scorecard.json"]
pytestmark = pytest.mark.xdist_group("hostile_bundles")


@pytest.fixture(scope="module")
def real():
    """Train a small release that has every member there is."""
    recipe = Recipe(numbers=2, categories=1, booleans=1, ordinals=1, rounds=4, max_depth=2)
    contract = contract_of(recipe)
    trained = train(
        contract=replace(contract, training=replace(contract.training, bootstrap_models=3)),
        frame=loans_of(contract, rows=600, seed=2),
        snapshot_sha256="x",
        progress=lambda *_: None,
    )
    return hostile.Members(bundle.unpack(trained.bundle))


@pytest.fixture(scope="module")
def toy():
    return hostile.Members(bundle.unpack(toy_release.packed()))


def test_the_bundles_that_are_spoilt_here_answer(real, toy):
    assert set(real) == {*bundle.MEMBERS, *bundle.OPTIONAL}
    assert hostile.answers(hostile.resigned(real))
    assert hostile.answers(hostile.resigned(toy))


@FUZZED
@given(data=st.data())
def test_a_damaged_file(toy, data):
    content = bundle.pack(toy)
    spoilt = data.draw(hostile.damaged(content, places=hostile.headers_of(content)))

    assert not hostile.answers(spoilt) or spoilt == content


@FUZZED
@given(data=st.data())
def test_an_archive_of_odd_members(toy, data):
    spoilt = data.draw(hostile.archives(toy))

    hostile.answers(spoilt)


def test_two_members_in_one_place(toy):
    assert not hostile.answers(hostile.overlapping(bundle.pack(toy)))


@FUZZED
@given(data=st.data(), name=st.sampled_from(["model.onnx", "ensemble.onnx"]))
def test_a_graph_of_damaged_bytes(real, data, name):
    spoilt = real | {name: data.draw(hostile.damaged(real[name], places=[0, 100]))}

    hostile.answers(hostile.resigned(spoilt))


@FUZZED
@given(data=st.data(), name=st.sampled_from(["model.onnx", "ensemble.onnx"]))
def test_a_graph_of_another_shape(real, data, name):
    spoilt = real | {name: data.draw(hostile.graphs(real[name]))}

    hostile.answers(hostile.resigned(spoilt))


@FUZZED
@given(data=st.data())
def test_a_plain_graph_of_another_shape(toy, data):
    spoilt = toy | {"model.onnx": data.draw(hostile.graphs(toy["model.onnx"]))}

    hostile.answers(hostile.resigned(spoilt))


@FUZZED
@given(seed=st.integers(0, 2**32), name=st.sampled_from(JSONS))
def test_json_of_another_shape(real, seed, name):
    value = hostile.reshaped(json.loads(real[name]), seed)
    spoilt = real | {name: json.dumps(value).encode()}

    hostile.answers(hostile.resigned(spoilt))


@FUZZED
@given(data=st.data(), name=st.sampled_from([*JSONS, "contract.toml", "card.md"]))
def test_text_of_damaged_bytes(real, data, name):
    spoilt = real | {name: data.draw(hostile.damaged(real[name]))}

    hostile.answers(hostile.resigned(spoilt))
