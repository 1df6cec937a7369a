"""A training that failed is told of: one alert a product, until one makes a candidate again."""

from datetime import timedelta

import factories
import pytest
import trainings_scene as scene

from credit import tasks
from credit.actions import alert_deliveries, alerts, snapshots, training, training_runs
from credit.models import Alert, AlertCase, TrainingRun

AT, DAY = scene.AT, scene.DAY
HOUR = timedelta(hours=1)


@pytest.fixture
def product(db):
    return scene.live()


def fail(product, by, *, at=AT):
    run = scene.ask(product, by, at=at)
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=at)
    return run


def succeed(product, by, *, at):
    run = training_runs.start(run_id=scene.ask(product, by, at=at).pk, at=at)
    training_runs.succeed(run=run, version=product.versions.get(), at=at)


def test_a_training_that_failed_is_told_with_its_sentence_and_where_to_look(product, developer):
    run = fail(product, developer)

    alert = Alert.objects.get()
    assert (alert.cause, alert.product, alert.owner) == (
        *("training_failed", product),
        "model_validator",
    )
    assert alert.message == f"Training {run.pk} failed: It did not work."
    assert alert.link == "/console/consumer-loan/trainings/"
    assert not AlertCase.objects.exists()
    assert alert_deliveries.owe_due(at=AT) == [alert]


def test_trainings_that_go_on_failing_are_one_alert_of_the_product(product, developer):
    for hours in range(3):
        last = fail(product, developer, at=AT + hours * HOUR)

    alert = Alert.objects.get()
    assert (alert.times, alert.first_at, alert.last_at) == (3, AT, AT + 2 * HOUR)
    assert f"Training {last.pk} " in alert.message
    assert len(alert_deliveries.owe_due(at=AT)) == 1
    assert alert_deliveries.owe_due(at=AT + 3 * HOUR) == []


def test_a_training_that_makes_a_candidate_lets_it_pass(product, developer):
    fail(product, developer)

    succeed(product, developer, at=AT + HOUR)

    assert Alert.objects.get().cleared_at == AT + HOUR
    assert len(alerts.resolve_passed(at=AT + HOUR + DAY)) == 1


def test_what_fails_again_within_the_day_is_the_same_alert(product, developer):
    fail(product, developer)
    succeed(product, developer, at=AT + HOUR)

    fail(product, developer, at=AT + 2 * HOUR)

    alert = Alert.objects.get()
    assert (alert.times, alert.cleared_at) == (2, None)


def test_one_that_was_cancelled_is_told_to_nobody(product, developer):
    run = scene.ask(product, developer)
    training_runs.cancel(run_id=run.pk, by=developer, at=AT)
    training_runs.fail(run_id=run.pk, problem="Its worker did not hear of it.", at=AT)

    assert not Alert.objects.exists()


def test_a_worker_that_was_cut_off_twice_is_told(product, developer):
    run = scene.ask(product, developer)
    for _ in range(2):
        training_runs.start(run_id=run.pk, at=AT)

    training_runs.abandoned(at=AT)

    assert "cut off in the middle" in Alert.objects.get().message


def test_an_error_that_nobody_foresaw_is_told_by_its_kind(product, developer):
    run = scene.ask(product, developer)

    def breaks(step, share):
        raise ZeroDivisionError("Ada Example")

    with pytest.raises(ZeroDivisionError):
        training.run(run_id=run.pk, at=AT, progress=breaks)

    message = Alert.objects.get().message
    assert "ZeroDivisionError" in message
    assert "Ada" not in message


def test_a_failure_and_its_alert_are_written_together(product, developer, monkeypatch):
    run = scene.ask(product, developer)

    def breaks(**_said):
        raise ZeroDivisionError

    monkeypatch.setattr(alerts, "raise_alert", breaks)

    with pytest.raises(ZeroDivisionError):
        training_runs.fail(run_id=run.pk, problem="It did not work.", at=AT)

    run.refresh_from_db()
    assert run.state == TrainingRun.State.QUEUED


def test_a_scheduled_training_that_fails_in_the_worker_is_told(product, developer, monkeypatch):
    scene.set_schedule(product, developer)
    run = scene.start(product, at=AT + DAY)

    def finds_nothing(**_asked):
        raise snapshots.NothingToLearnFrom("There are no past loans.")

    monkeypatch.setattr(snapshots, "take", finds_nothing)

    tasks.run_training(run.pk)

    assert "no past loans" in Alert.objects.get().message


def test_products_have_alerts_of_their_own(product, developer):
    fail(product, developer)
    other = factories.contract_version(source=factories.SOURCE.replace(b"consumer-loan", b"other"))

    fail(other.product, developer)

    assert Alert.objects.filter(times=1).count() == 2
