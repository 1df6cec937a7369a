"""Without a good bundle an application still is stored, and a human decides it."""

import logging

import pytest

from credit import store
from credit.models import Alert, Application, Score


@pytest.fixture
def bundle_file(own_store, champion):
    return store.path_of(champion.bundle_hash, ".zip")


def missing(file):
    file.unlink()


def altered(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    rewrite(file, bytes(content))


def emptied(file):
    rewrite(file, b"")


def cut_short(file):
    rewrite(file, file.read_bytes()[:-100])


def rewrite(file, content):
    file.unlink()
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [missing, altered, emptied, cut_short])
def test_without_a_scorecard_a_bad_bundle_refers_to_a_human(
    bundle_file, partner, no_scorecard, caplog, damage
):
    damage(bundle_file)

    with caplog.at_level(logging.ERROR, logger="credit.decisions"):
        answer = partner.decide()

    told = answer.json()
    assert answer.status_code == 201
    assert (told["recommendation"], told["status"]) == ("refer", "awaiting_officer")
    assert told["model"] == {
        "version": None,
        "bundle": None,
        "route": "none",
        "served_as": "none",
    }
    assert (told["pd"], told["score"], told["band"], told["reasons"]) == (None, None, None, [])
    assert told["warnings"]
    assert Score.objects.get().route == Score.Route.NONE
    assert {alert.product.slug for alert in Alert.objects.all()} == {"consumer-loan"}
    assert "decided_without_a_model" in caplog.text


@pytest.mark.parametrize("damage", [missing, altered, emptied, cut_short])
def test_a_bad_bundle_leaves_the_scorecard(bundle_file, champion, partner, caplog, damage):
    damage(bundle_file)

    with caplog.at_level(logging.ERROR, logger="credit.decisions"):
        told = partner.decide().json()

    assert told["model"] == {
        "version": champion.name,
        "bundle": champion.bundle_hash,
        "route": "scorecard",
        "served_as": "scorecard",
    }
    assert told["status"] == "awaiting_officer"
    assert 0 < told["pd"] < 1
    assert "The champion could not score" in told["warnings"][0]
    assert told["warnings"][0].endswith("the fallback scorecard did.")
    assert "decided_by_a_fallback" in caplog.text


def test_the_same_trouble_again_counts_one_alert_up(bundle_file, partner):
    missing(bundle_file)

    partner.decide()
    partner.decide()

    assert Alert.objects.get().times == 2
    assert Application.objects.count() == 2


def test_a_bad_bundle_changes_no_refusal(bundle_file, partner, application):
    missing(bundle_file)

    assert partner.decide(application(features__housing="castle")).status_code == 400


def test_a_restored_bundle_scores_again(bundle_file, partner, toy_bundle):
    missing(bundle_file)
    partner.decide()

    store.put(toy_bundle, ".zip")

    assert partner.decide().json()["model"]["route"] == "champion"
