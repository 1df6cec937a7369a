"""Trainings that nobody asks for: on schedule, and on new outcomes."""

from datetime import UTC, datetime

import factories
import pytest
import trainings_scene as scene
from django.db import IntegrityError
from structlog.testing import capture_logs

from credit import store, tasks
from credit.actions import feedback, outcomes, retrainings, snapshots, training_runs
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, RetrainingSchedule, TrainingRun

AT, DAY = scene.AT, scene.DAY
MATURED = datetime(2027, 12, 1, tzinfo=UTC)


@pytest.fixture
def live(db):
    return scene.live


# --- On schedule


def test_what_is_scheduled_is_asked_for_when_its_time_has_come(live, developer):
    product = live()
    scene.set_schedule(product, developer)

    assert scene.start(product) is None
    run = scene.start(product, at=AT + DAY)

    assert (run.trigger, run.why, run.requested_by.username) == (
        *("schedule", "Every 30 days."),
        "learning-worker",
    )
    assert RetrainingSchedule.objects.get().next_at == AT + 31 * DAY
    event = AuditEvent.objects.filter(type=AuditEvent.Type.TRAINING_REQUESTED).last()
    assert (event.user, event.details["trigger"]) == (None, "schedule")


def test_what_was_missed_comes_once(live, developer):
    product = live()
    scene.set_schedule(product, developer)

    scene.start(product, at=AT + 100 * DAY)

    assert TrainingRun.objects.count() == 1
    assert RetrainingSchedule.objects.get().next_at == AT + 121 * DAY


def test_a_training_that_is_on_puts_the_next_one_off(live, developer):
    product = live()
    scene.set_schedule(product, developer)
    run = training_runs.request(product_id=product.pk, by=developer, at=AT, enqueue=False)

    assert scene.start(product, at=AT + DAY) is None
    scene.finish(run)

    assert scene.start(product, at=AT + DAY).trigger == "schedule"


def test_a_schedule_is_set_anew_and_taken_away_and_both_are_audited(live, developer, validator):
    product = live()
    scene.set_schedule(product, developer)
    scene.set_schedule(product, validator, every_days=7)

    assert RetrainingSchedule.objects.get().every_days == 7
    retrainings.unschedule(product_id=product.pk, by=validator, at=AT)
    retrainings.unschedule(product_id=product.pk, by=validator, at=AT)

    assert not RetrainingSchedule.objects.exists()
    events = AuditEvent.objects.filter(type=AuditEvent.Type.RETRAINING_SCHEDULED)
    assert [event.details["every_days"] for event in events.order_by("pk")] == [30, 7, 0]


@pytest.mark.parametrize("role", ["officer", "compliance", "auditor", "administrator"])
def test_who_may_not_schedule(live, role):
    product, somebody = live(), factories.user(role)

    with pytest.raises(NotAllowed):
        scene.set_schedule(product, somebody)
    with pytest.raises(NotAllowed):
        retrainings.unschedule(product_id=product.pk, by=somebody, at=AT)


@pytest.mark.parametrize("asked", [{"every_days": 0}, {"every_days": 367}, {"next_at": AT}])
def test_times_that_cannot_be_are_refused(live, developer, asked):
    with pytest.raises(retrainings.ScheduleRefused):
        scene.set_schedule(live(), developer, **asked)


def test_a_schedule_comes_again(live, developer):
    product = live()

    with pytest.raises(IntegrityError, match="comes_again"):
        RetrainingSchedule.objects.create(
            product=product, every_days=0, next_at=AT, set_by=developer, set_at=AT
        )


def test_the_worker_asks_for_what_is_due(live, developer, monkeypatch):
    product = live()
    asked = []
    monkeypatch.setattr(retrainings, "start_due", lambda **said: asked.append(said["product_id"]))

    tasks.retrain_where_due()

    assert asked == [product.pk]


@pytest.mark.parametrize(
    "trouble", [store.FileMissing, store.FileAltered, training_runs.BudgetSpent]
)
def test_a_product_of_which_a_file_is_gone_stops_no_other(live, monkeypatch, trouble):
    first = live()
    last = factories.contract_version(source=factories.SOURCE.replace(b"consumer-loan", b"other"))
    asked = []

    def start_due(*, product_id, at):
        asked.append(product_id)
        if product_id == first.pk:
            raise trouble("The store has no file 12.parquet.")

    monkeypatch.setattr(retrainings, "start_due", start_due)

    with capture_logs() as logged:
        tasks.retrain_where_due()

    assert asked == [first.pk, last.product_id]
    assert [(line["product"], line["why"]) for line in logged] == [
        ("consumer-loan", "The store has no file 12.parquet.")
    ]


# --- On new outcomes


def test_enough_matured_outcomes_ask_for_a_training_and_young_ones_do_not(live, officer):
    product = live("new_labels = 2")
    for _ in range(2):
        made = factories.decide(**factories.AUTOMATIC)
        outcomes.report(
            decision_id=made.decision_id, is_bad=False, observed_on=AT.date(), by=officer, at=AT
        )

    assert scene.start(product, at=AT + DAY) is None
    run = scene.start(product, at=MATURED)

    assert run.trigger == "new_labels"
    assert "2 outcomes have matured or were reported since consumer-loan/1" in run.why


def test_the_same_reason_pauses_before_it_asks_again(live, officer):
    product = live("new_labels = 1")
    made = factories.decide(**factories.AUTOMATIC)
    outcomes.report(
        decision_id=made.decision_id, is_bad=False, observed_on=AT.date(), by=officer, at=AT
    )
    scene.finish(scene.start(product, at=MATURED))

    assert scene.start(product, at=MATURED + 29 * DAY) is None
    assert scene.start(product, at=MATURED + 31 * DAY) is not None


def reported(officer, *, at=AT, is_bad=False, **more):
    decision = more.pop("decision_id", None) or factories.decide(**factories.AUTOMATIC).decision_id
    outcomes.report(
        decision_id=decision, is_bad=is_bad, observed_on=AT.date(), by=officer, at=at, **more
    )
    return decision


def learned(product, *, at):
    """Have a version made of all that may be learned from at a moment."""
    taken = snapshots.take(product_id=product.pk, at=at)
    factories.model_version(contract=taken.contract, snapshot=taken, at=at)
    return taken


def test_what_a_snapshot_left_out_is_not_new_for_ever(live, officer):
    product = live("new_labels = 1")
    decision = reported(officer)
    feedback.give_on_reason(
        decision_id=decision, feature="housing", kind="data_wrong", by=officer, at=AT
    )

    taken = learned(product, at=MATURED)

    assert taken.excluded["data_is_wrong"] == 1
    assert scene.start(product, at=MATURED + 31 * DAY) is None


def test_what_a_snapshot_holds_is_not_new(live, officer):
    product = live("new_labels = 1")
    reported(officer)

    taken = learned(product, at=MATURED)

    assert taken.label_sources["matured_outcome"] == 1
    assert scene.start(product, at=MATURED + 31 * DAY) is None


def test_what_was_inside_its_window_then_is_new_when_it_matures(live, officer):
    product = live("new_labels = 1")
    reported(officer)

    taken = learned(product, at=AT + DAY)

    assert taken.label_sources["matured_outcome"] == 0
    assert scene.start(product, at=MATURED).trigger == "new_labels"


@pytest.mark.parametrize("is_corrected", [False, True], ids=["reported", "corrected"])
def test_what_was_reported_late_is_new(live, officer, is_corrected):
    product = live("new_labels = 1")
    decision = (
        reported(officer) if is_corrected else factories.decide(**factories.AUTOMATIC).decision_id
    )
    learned(product, at=MATURED)
    said = outcomes.Correction(corrects=1, reason="Paid after all.") if is_corrected else None

    by = factories.user("senior_officer") if is_corrected else officer
    reported(by, decision_id=decision, is_bad=True, correction=said, at=MATURED + DAY)

    run = scene.start(product, at=MATURED + 2 * DAY)
    assert run.why.startswith("1 outcomes have matured or were reported since consumer-loan/2")
