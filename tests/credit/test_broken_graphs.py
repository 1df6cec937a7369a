"""Real graphs that fail while they score, at each rung of the ladder."""

import json

import factories
import flawed_graphs
import pytest
import toy_release

from credit import serving
from credit.models import Alert, Score
from credit.queries import replays
from scoring import bundle
from scoring.records import UNASKED

pytestmark = pytest.mark.django_db
ODD = factories.AMOUNT | factories.term(int(flawed_graphs.AT_MONTHS))
NEAR = {"features__checking_status": "200_or_more"} | factories.AMOUNT  # approved, and asked about
Route = Score.Route


def released(*, card, change=None, ensemble=None):
    """Pack a toy of its own hash."""
    contract = factories.CONTRACT
    model = toy_release.graph(contract, change=change).SerializeToString()
    content = toy_release.members(contract, model=model) | {"card.md": card.encode()}
    said = json.loads(content["manifest.json"])
    if ensemble is not None:
        graph = toy_release.graph(contract, change=ensemble)
        content["ensemble.onnx"] = graph.SerializeToString()
        said["ensemble"] = {"models": 3, "near": 50.0}
    said |= bundle.identity(content, contract=contract)
    return bundle.pack(content | {"manifest.json": json.dumps(said).encode()})


@pytest.fixture(autouse=True)
def _own_store(own_store):
    """Keep these bundles apart."""


def champions(now, before):
    version = factories.live_product(before)
    return factories.promoted(factories.model_version(now, contract=version.contract)), version


def hurry(version, *, ensemble=False):
    """Load now, and give the graph that would take half a second a tenth of that."""
    loaded = serving.engine_of(version.bundle_hash)
    (loaded.ensemble if ensemble else loaded)._session._seconds = 0.05


@pytest.mark.parametrize("flaw", [*flawed_graphs.FLAWS, "hangs"])
@pytest.mark.parametrize("below", ["previous_champion", "scorecard"])
def test_a_graph_that_fails_is_passed_over(flaw, below):
    change = flawed_graphs.flawed(flaw)
    sound_below = below == "previous_champion"
    now, before = champions(
        released(card="now", change=change),
        released(card="before", change=None if sound_below else change),
    )
    if flaw == "hangs":
        for version in [now] if sound_below else [now, before]:
            hurry(version)

    answer = factories.decide(**ODD).answer

    assert answer["model"]["route"] == below
    assert ("timed_out" if flaw == "hangs" else "engine_failed") in answer["warnings"][0]
    assert answer["reasons"]
    assert Alert.objects.exists()


@pytest.mark.parametrize("flaw", flawed_graphs.FLAWS)
def test_a_flaw_costs_only_the_applications_that_meet_it(flaw):
    champions(
        released(card="now", change=flawed_graphs.flawed(flaw)),
        released(card="before"),
    )
    assert factories.decide(**ODD).answer["model"]["route"] == "previous_champion"

    assert factories.decide(**NEAR).answer["model"]["route"] == "champion"


@pytest.mark.parametrize("flaw", [*flawed_graphs.FLAWS, "hangs"])
def test_bootstrap_models_that_fail_leave_it_to_a_person(flaw):
    broken = flawed_graphs.as_ensemble(flawed_graphs.flawed(flaw, output="pds"))
    version = factories.live_product(released(card="now", ensemble=broken))
    if flaw == "hangs":
        hurry(version, ensemble=True)

    decided = factories.decide(**ODD, features__checking_status="200_or_more")

    answer = decided.answer
    assert answer["model"]["route"] == "champion"
    assert (answer["status"], answer["decision"]) == ("awaiting_officer", None)
    assert answer["warnings"] == [UNASKED]
    cause = "bootstrap_timed_out" if flaw == "hangs" else "bootstrap_failed"
    factories.decide(**ODD, features__checking_status="200_or_more")
    alert = Alert.objects.get()  # one, though what hangs is left alone from then on
    assert (alert.cause, alert.times) == (cause, 2)
    (replayed,) = replays.replay([decided.decision_id])
    assert replayed.identical, replayed.differences


def test_without_its_bootstrap_models_nothing_is_decided_without_a_person():
    broken = flawed_graphs.as_ensemble(flawed_graphs.flawed("hangs", output="pds"))
    sound = flawed_graphs.as_ensemble()
    version = factories.live_product(released(card="sound", ensemble=sound))
    assert factories.decide(**factories.AUTOMATIC).answer["status"] == "approved"

    slow = factories.model_version(
        released(card="slow", ensemble=broken), contract=version.contract
    )
    hurry(factories.promoted(slow), ensemble=True)
    answer = factories.decide(**factories.AUTOMATIC).answer

    assert (answer["recommendation"], answer["status"]) == ("approve", "awaiting_officer")


def test_bootstrap_models_that_hang_are_left_alone_for_a_while(monkeypatch):
    broken = flawed_graphs.as_ensemble(flawed_graphs.flawed("hangs", output="pds"))
    hurry(factories.live_product(released(card="now", ensemble=broken)), ensemble=True)
    factories.decide(**NEAR)
    monkeypatch.setattr("credit.ladder.assess", None)  # nobody asks again

    answer = factories.decide(**NEAR).answer

    assert answer["warnings"] == [UNASKED]
    assert answer["model"]["route"] == "champion"


def test_models_that_disagree_refer_and_say_so():
    ensemble = flawed_graphs.as_ensemble(spread=(0.0, 0.3, 0.3))
    factories.live_product(released(card="now", ensemble=ensemble))

    answer = factories.decide(**factories.AUTOMATIC).answer

    assert (answer["recommendation"], answer["status"]) == ("refer", "awaiting_officer")
    assert answer["warnings"] == ["models disagree: 1 of 3 approve"]
