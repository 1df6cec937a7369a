"""Scores and applicants that have changed ask for a training, where the contract says so."""

import factories
import numpy as np
import pytest
import trainings_scene as scene

from credit import retraining
from credit.actions import alert_silences, alerts, snapshots

AT, DAY = scene.AT, scene.DAY
DRIFT = "drift_above = 0.25\ndrift_rows_at_least = 50"
PDS = tuple(np.linspace(0.01, 0.2, 400).tolist())


@pytest.fixture
def live(db):
    return scene.live


def test_scores_that_moved_ask_for_a_training(live):
    product = live(DRIFT, pds=PDS)
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    run = scene.start(product, at=AT + DAY)

    assert run.trigger == "drift"
    assert "over 50 applications of the last 30 days" in run.why


@pytest.mark.parametrize("moved", [49, 0], ids=["too few", "none"])
def test_few_scores_say_nothing(live, moved):
    product = live(DRIFT, pds=PDS)
    for _ in range(moved):
        factories.decide(**factories.DECLINED)

    assert scene.start(product, at=AT + DAY) is None


def test_scores_like_those_of_the_training_ask_for_nothing(live):
    product = live(DRIFT, pds=PDS)
    scored = [factories.decide(**factories.REFERRED).answer["pd"] for _ in range(50)]
    version = product.versions.get()
    version.validation_sha256 = scene.validation(scored * 8)

    recent = retraining.recent_scores(version, days=30, at=AT + DAY)

    assert recent == scored
    assert retraining.index_of(version, recent).value == pytest.approx(0)


def test_old_applications_are_not_recent(live):
    product = live(DRIFT, pds=PDS)
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    assert scene.start(product, at=AT + 31 * DAY) is None


def test_without_a_word_in_the_contract_nothing_asks(live):
    product = live(pds=PDS)
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    assert scene.start(product, at=AT + 300 * DAY) is None


# --- What monitoring found


def found(product, cause="feature_drift", *, at=AT, segment=""):
    return alerts.raise_alert(
        cause=cause, product=product, message="Amount is larger.", at=at, segment=segment
    )


@pytest.fixture
def watched(live):
    """Let alerts of drift ask for a training."""
    return live("drift_alerts = true")


@pytest.mark.parametrize("cause", ["feature_drift", "score_drift"])
def test_an_alert_that_applicants_have_changed_asks_for_a_training(watched, cause):
    found(watched, cause)

    run = scene.start(watched, at=AT + DAY)

    assert (run.trigger, run.requested_by.username) == ("drift", "learning-worker")
    assert "has drifted, says alert" in run.why
    assert "2026-11-22" in run.why
    assert "Amount" not in run.why  # it may name a partner's data


def test_it_does_not_where_the_contract_says_nothing_of_it(live):
    product = live()
    found(product)

    assert scene.start(product, at=AT + DAY) is None


@pytest.mark.parametrize("cause", ["units_changed", "missing_rate", "new_category"])
def test_data_that_are_wrong_train_nothing(watched, cause):
    found(watched, cause)

    assert scene.start(watched, at=AT + DAY) is None


def test_an_alert_asks_again_after_the_pause_where_nothing_came_of_it(watched):
    found(watched)
    scene.finish(scene.start(watched, at=AT + DAY))

    assert scene.start(watched, at=AT + 2 * DAY) is None
    assert scene.start(watched, at=AT + 32 * DAY).trigger == "drift"


def test_an_alert_that_a_training_has_seen_asks_no_more(watched):
    found(watched)
    factories.model_version(
        contract=watched.versions.get().contract,
        snapshot=snapshots.take(product_id=watched.pk, at=AT + DAY),
    )

    assert scene.start(watched, at=AT + 2 * DAY) is None


def test_a_silenced_alert_asks_for_nothing(watched, validator):
    found(watched)
    alert_silences.silence(
        cause="feature_drift",
        product=watched,
        segment="",
        until=AT + 9 * DAY,
        why="A campaign.",
        by=validator,
        at=AT,
    )

    assert scene.start(watched, at=AT + DAY) is None
    assert scene.start(watched, at=AT + 10 * DAY) is not None
