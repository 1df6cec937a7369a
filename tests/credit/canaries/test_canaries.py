"""A canary scores its share of the applications in the champion's place."""

from datetime import timedelta

import factories
import promotion_scene as scene
from django.db import connection
from django.test.utils import CaptureQueriesContext
from of_a_canary import AT, T0, decide

from credit import considering, serving
from credit.actions import (
    batch_runs,
    model_versions,
    service_stops,
    shadow_scores,
)
from credit.models import Alert, CanaryMinute, Decision, Score
from credit.queries import replays
from scoring.engine import EngineFailed

# --- Who scores


def test_it_scores_its_share_in_the_champions_place(live, canary, offered):
    (own,), (other,) = (scene.references(canary, own=own, n=1) for own in (True, False))

    its, champions = decide(own), decide(other)

    assert its["model"] == {
        "version": canary.name,
        "bundle": canary.bundle_hash,
        "route": "champion",
        "served_as": "canary",
    }
    assert (champions["model"]["version"], champions["model"]["served_as"]) == (
        live.name,
        "champion",
    )
    assert its["pd"] < champions["pd"]
    assert Score.objects.get(route="canary").model_version == canary


def test_the_same_application_is_always_its_own(canary, offered):
    (own,) = scene.references(canary, own=True, n=1)

    said = [decide(own, at=AT + timedelta(hours=i))["model"]["version"] for i in range(3)]

    assert said == [canary.name] * 3


def test_it_costs_no_query(live, offered):
    def queries():
        serving.forget_what_is_in_force()
        decide("warm-up")
        serving.forget_what_is_in_force()
        with CaptureQueriesContext(connection) as caught:
            considering.consider(
                product="consumer-loan", partner=None, body=factories.body(), at=AT
            )
        return len(caught)

    without = queries()
    scene.canary_of(live, at=T0)

    assert queries() == without == 1


def test_where_it_cannot_score_the_champion_does_and_the_answer_says_so(
    live, canary, offered, monkeypatch
):
    (own,) = scene.references(canary, own=True, n=1)
    engine = serving.engine_of(canary.bundle_hash)

    def fail(values):
        raise EngineFailed("broken")

    monkeypatch.setattr(engine, "score", fail)
    answer = decide(own)

    assert (answer["model"]["version"], answer["model"]["served_as"]) == (live.name, "champion")
    assert answer["warnings"] == [
        "The canary could not score (it failed: engine_failed); the champion did."
    ]
    alert = Alert.objects.get()
    assert (alert.cause, alert.version) == ("engine_failed", canary)
    assert [each.has_failed for each in offered] == [True]


def test_every_rung_below_it_is_told(live, canary, offered, own_store):
    for file in own_store.rglob("*.zip"):
        file.unlink()
    serving._engines.clear()
    (own,) = scene.references(canary, own=True, n=1)

    answer = decide(own)

    assert answer["model"]["route"] == "scorecard"
    assert answer["warnings"][0] == (
        "The canary could not score (its file is gone: bundle_missing), the champion could not"
        " score (its file is gone: bundle_missing); the fallback scorecard did."
    )


def test_it_is_no_canary_while_the_models_are_stopped(canary, offered, validator):
    service_stops.stop(product_id=canary.product_id, by=validator, at=T0, why="Odd.")
    (own,) = scene.references(canary, own=True, n=1)

    assert decide(own)["model"]["served_as"] == "none"


def test_what_it_decided_is_replayed_to_the_bit(canary, offered):
    (own,) = scene.references(canary, own=True, n=1)
    decision = decide(own)["id"]

    assert [each.identical for each in replays.replay([decision])] == [True]


def test_shadows_are_compared_with_the_champion_only(canary, offered, monkeypatch):
    kept = []
    monkeypatch.setattr(shadow_scores._queue, "offer", kept.append)
    champion = canary.product.versions.get(stage="champion")
    other = scene.candidate_of(champion, content=scene.released(less=0.2))
    model_versions.shadow(
        version_id=other.pk, by=factories.user("model_validator"), at=T0, note="Beside."
    )

    decide(scene.references(canary, own=True, n=1)[0])

    assert kept == []


# --- Rows of files


def test_rows_of_a_file_come_out_as_they_would_alone(canary):
    own, other = (scene.references(canary, own=own, n=3) for own in (True, False))
    mixed = [each for pair in zip(own, other, strict=True) for each in pair]
    bodies = [factories.body(reference=each, **factories.REFERRED) for each in mixed]
    terms = serving.terms("consumer-loan", at=AT)

    together = considering.consider_each(terms, bodies, partner=None, at=AT)

    alone = [
        considering.consider(product="consumer-loan", partner=None, body=body, at=AT)
        for body in bodies
    ]
    assert [each.figures for each in together] == [each.figures for each in alone]
    assert [str(each.route) for each in together] == ["canary", "champion"] * 3


def test_a_file_counts_what_the_canary_did(canary):
    own, other = (scene.references(canary, own=own, n=2) for own in (True, False))
    factories.batch(factories.ndjson(*(factories.body(reference=each) for each in own + other)))

    batch_runs.work(clock=lambda: AT)

    minute = CanaryMinute.objects.get()
    assert (minute.version, minute.tried, minute.failed, minute.timed) == (canary, 2, 0, 0)
    assert sorted(Decision.objects.values_list("application__score__route", flat=True)) == [
        *["canary"] * 2,
        *["champion"] * 2,
    ]
