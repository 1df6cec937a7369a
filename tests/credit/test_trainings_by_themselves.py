"""Trainings on schedule, on new outcomes and on drift; their budget, their cost, cancelling."""

import io
from datetime import UTC, datetime, timedelta

import factories
import numpy as np
import polars as pl
import pytest
from django.db import IntegrityError

from credit import retraining, store, tasks
from credit.actions import outcomes, retrainings, training, training_runs
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ModelVersion, RetrainingSchedule, TrainingRun

AT = factories.AT
DAY = timedelta(days=1)


@pytest.fixture
def live(db):
    """Bring the product live under terms of retraining."""

    def make(terms="", *, source=factories.SOURCE, pds=None):
        more = f"\n[learning.retraining]\n{terms}\n" if terms else ""
        contract = factories.contract_version(source=source + more.encode())
        factories.policy(contract)
        content = factories.toy_bundle(contract.read())
        asked = {"validation_sha256": validation(pds)} if pds is not None else {}
        version = factories.model_version(content, contract=contract, **asked)
        return factories.promoted(version).product

    return make


def validation(pds):
    frame = pl.DataFrame({"row": [str(at) for at in range(len(pds))], "pd": pds})
    file = io.BytesIO()
    frame.write_parquet(file)
    return store.put(file.getvalue(), ".parquet")


def start(product, *, at=AT):
    return retrainings.start_due(product_id=product.pk, at=at, enqueue=False)


def set_schedule(product, by, *, every_days=30, next_at=AT + DAY, at=AT):
    return retrainings.schedule(
        product_id=product.pk, every_days=every_days, next_at=next_at, by=by, at=at
    )


def finish(run):
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=run.requested_at)


# --- On schedule -------------------------------------------------------------------------------


def test_what_is_scheduled_is_asked_for_when_its_time_has_come(live, developer):
    product = live()
    set_schedule(product, developer)

    assert start(product) is None
    run = start(product, at=AT + DAY)

    assert (run.trigger, run.why, run.requested_by.username) == (
        *("schedule", "Every 30 days."),
        "learning-worker",
    )
    assert RetrainingSchedule.objects.get().next_at == AT + 31 * DAY
    event = AuditEvent.objects.filter(type=AuditEvent.Type.TRAINING_REQUESTED).last()
    assert (event.user, event.details["trigger"]) == (None, "schedule")


def test_what_was_missed_comes_once(live, developer):
    product = live()
    set_schedule(product, developer)

    start(product, at=AT + 100 * DAY)

    assert TrainingRun.objects.count() == 1
    assert RetrainingSchedule.objects.get().next_at == AT + 121 * DAY


def test_a_training_that_is_on_puts_the_next_one_off(live, developer):
    product = live()
    set_schedule(product, developer)
    run = training_runs.request(product_id=product.pk, by=developer, at=AT, enqueue=False)

    assert start(product, at=AT + DAY) is None
    finish(run)

    assert start(product, at=AT + DAY).trigger == "schedule"


def test_a_schedule_is_set_anew_and_taken_away_and_both_are_audited(live, developer, validator):
    product = live()
    set_schedule(product, developer)
    set_schedule(product, validator, every_days=7)

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
        set_schedule(product, somebody)
    with pytest.raises(NotAllowed):
        retrainings.unschedule(product_id=product.pk, by=somebody, at=AT)


@pytest.mark.parametrize("asked", [{"every_days": 0}, {"every_days": 367}, {"next_at": AT}])
def test_times_that_cannot_be_are_refused(live, developer, asked):
    with pytest.raises(retrainings.ScheduleRefused):
        set_schedule(live(), developer, **asked)


def test_a_schedule_comes_again(live, developer):
    product = live()

    with pytest.raises(IntegrityError, match="comes_again"):
        RetrainingSchedule.objects.create(
            product=product, every_days=0, next_at=AT, set_by=developer, set_at=AT
        )


# --- On new outcomes ---------------------------------------------------------------------------

MATURED = datetime(2027, 12, 1, tzinfo=UTC)


def test_enough_matured_outcomes_ask_for_a_training_and_young_ones_do_not(live, officer):
    product = live("new_labels = 2")
    for _ in range(2):
        made = factories.decide(**factories.AUTOMATIC)
        outcomes.report(
            decision_id=made.decision_id, is_bad=False, observed_on=AT.date(), by=officer, at=AT
        )

    assert start(product, at=AT + DAY) is None
    run = start(product, at=MATURED)

    assert run.trigger == "new_labels"
    assert "2 outcomes have matured since consumer-loan/1" in run.why


def test_the_same_reason_pauses_before_it_asks_again(live, officer):
    product = live("new_labels = 1")
    made = factories.decide(**factories.AUTOMATIC)
    outcomes.report(
        decision_id=made.decision_id, is_bad=False, observed_on=AT.date(), by=officer, at=AT
    )
    finish(start(product, at=MATURED))

    assert start(product, at=MATURED + 29 * DAY) is None
    assert start(product, at=MATURED + 31 * DAY) is not None


# --- On drift ----------------------------------------------------------------------------------

DRIFT = "drift_above = 0.25\ndrift_rows_at_least = 50"


def test_scores_that_moved_ask_for_a_training(live):
    product = live(DRIFT, pds=np.linspace(0.01, 0.2, 400).tolist())
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    run = start(product, at=AT + DAY)

    assert run.trigger == "drift"
    assert "over 50 applications of the last 30 days" in run.why


@pytest.mark.parametrize("moved", [49, 0], ids=["too few", "none"])
def test_few_scores_say_nothing(live, moved):
    product = live(DRIFT, pds=np.linspace(0.01, 0.2, 400).tolist())
    for _ in range(moved):
        factories.decide(**factories.DECLINED)

    assert start(product, at=AT + DAY) is None


def test_scores_like_those_of_the_training_ask_for_nothing(live):
    product = live(DRIFT, pds=np.linspace(0.01, 0.2, 400).tolist())
    scored = [factories.decide(**factories.REFERRED).answer["pd"] for _ in range(50)]
    version = product.versions.get()
    version.validation_sha256 = validation(scored * 8)

    recent = retraining.recent_scores(version, days=30, at=AT + DAY)

    assert recent == scored
    assert retraining.index_of(version, recent).value == pytest.approx(0)


def test_old_applications_are_not_recent(live):
    product = live(DRIFT, pds=np.linspace(0.01, 0.2, 400).tolist())
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    assert start(product, at=AT + 31 * DAY) is None


def test_without_a_word_in_the_contract_nothing_asks(live):
    product = live(pds=np.linspace(0.01, 0.2, 400).tolist())
    for _ in range(50):
        factories.decide(**factories.DECLINED)

    assert start(product, at=MATURED) is None


# --- The budget --------------------------------------------------------------------------------


def ask(product, by, *, at=AT):
    return training_runs.request(product_id=product.pk, by=by, at=at, enqueue=False)


def test_a_months_runs_are_used_up_for_people_and_for_the_clock(live, developer):
    product = live("runs_a_month = 2")
    for _ in range(2):
        finish(ask(product, developer))

    with pytest.raises(training_runs.BudgetSpent, match="2 of 2 runs"):
        ask(product, developer)

    assert ask(product, developer, at=AT + 10 * DAY)  # another month


def test_minutes_count_too_and_a_run_that_is_on_counts_until_now(live, developer):
    product = live("minutes_a_month = 30")
    run = ask(product, developer)
    training_runs.start(run_id=run.pk, at=AT)

    on = retraining.budget_of(product, at=AT + timedelta(minutes=20))
    assert (on.minutes, on.minutes_left, on.is_spent) == (20.0, 10.0, False)
    training_runs.fail(run_id=run.pk, problem="Out of memory.", at=AT + timedelta(minutes=30))

    with pytest.raises(training_runs.BudgetSpent, match="30 of 30 minutes"):
        ask(product, developer, at=AT + timedelta(minutes=40))


def test_a_scheduled_training_that_the_budget_forbids_is_lost_and_said_to_be(live, developer):
    product = live("runs_a_month = 1")
    finish(ask(product, developer))
    set_schedule(product, developer)

    assert start(product, at=AT + DAY) is None

    event = AuditEvent.objects.get(type=AuditEvent.Type.TRAINING_NOT_STARTED)
    assert "used up" in event.details["why"]
    assert RetrainingSchedule.objects.get().next_at == AT + 31 * DAY


# --- Cancelling --------------------------------------------------------------------------------


def cancel(run, by, *, at=AT):
    return training_runs.cancel(run_id=run.pk, by=by, at=at)


def test_a_run_that_waits_is_cancelled_and_never_starts(live, developer, validator):
    product = live()
    run = ask(product, developer)

    cancelled = cancel(run, validator)

    assert (cancelled.state, cancelled.cancelled_by, cancelled.finished_at) == (
        *("cancelled", validator),
        AT,
    )
    with pytest.raises(training_runs.NothingToDo):
        training.run(run_id=run.pk, at=AT)
    assert AuditEvent.objects.get(type=AuditEvent.Type.TRAINING_CANCELLED).user == validator
    assert ask(product, developer)  # the product is free again


PHASES = [
    "Taking a snapshot",
    "Validating: model 1",
    "Fitting on all loans",
    "Writing the graph",
    "Comparing the graph",
    "Resampling: model 1",
    "Fitting the fallback",
    "Measuring fairness",
    "Checking the bundle",
]


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_that_is_on_stops_at_its_next_word_of_progress(live, developer, phase):
    """Cancelled in each phase: no version, no half of one, and the cost is known."""
    product = live(source=factories.SMALL)
    run, versions = ask(product, developer), ModelVersion.objects.count()

    def told(step, share):
        if step.startswith(phase):
            cancel(run, developer)

    with pytest.raises(training_runs.Cancelled):
        training.run(run_id=run.pk, at=AT, progress=told)

    run.refresh_from_db()
    assert (run.state, run.version, run.problem) == ("cancelled", None, "")
    assert ModelVersion.objects.count() == versions
    assert run.cpu_seconds >= 0
    assert run.peak_megabytes > 10


class WorkerKilled(BaseException):
    """As if the process had gone."""


@pytest.mark.parametrize("phase", PHASES)
def test_a_worker_killed_in_any_phase_loses_nothing(live, developer, phase):
    """The run is taken up again, and ends with the version that it would have made."""
    product = live(source=factories.SMALL)
    run = ask(product, developer)

    def told(step, share):
        if step.startswith(phase):
            raise WorkerKilled

    with pytest.raises(WorkerKilled):
        training.run(run_id=run.pk, at=AT, progress=told)

    run.refresh_from_db()
    assert run.state == "running"
    assert not ModelVersion.objects.filter(number=2).exists()
    assert training_runs.abandoned(at=AT) == [run.pk]


def test_the_run_after_a_killed_worker_makes_the_same_model(live, developer):
    product = live(source=factories.SMALL)
    run = ask(product, developer)

    def killed(step, share):
        if step.startswith("Checking the bundle"):
            raise WorkerKilled

    with pytest.raises(WorkerKilled):
        training.run(run_id=run.pk, at=AT, progress=killed)
    first = training.run(run_id=run.pk, at=AT)
    second = training.run(run_id=ask(product, developer).pk, at=AT)

    assert first.bundle_hash == second.bundle_hash


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_who_may_not_cancel(live, developer, role):
    run = ask(live(), developer)

    with pytest.raises(NotAllowed):
        cancel(run, factories.user(role))


def test_a_finished_run_is_not_cancelled(live, developer):
    run = ask(live(), developer)
    finish(run)

    with pytest.raises(training_runs.NothingToDo, match="nothing to cancel"):
        cancel(run, developer)


def test_what_is_cancelled_was_cancelled_by_somebody(live, developer):
    run = ask(live(), developer)

    with pytest.raises(IntegrityError, match="cancelled_by_somebody"):
        TrainingRun.objects.filter(pk=run.pk).update(state="cancelled")


# --- What a training leaves --------------------------------------------------------------------


@pytest.fixture
def trained(live, developer):
    product = live(source=factories.SMALL)
    run = ask(product, developer)
    version = training.run(run_id=run.pk, at=AT)
    run.refresh_from_db()
    return run, version


def test_the_cost_of_a_training_is_written_down(trained):
    run, _ = trained

    assert run.cpu_seconds > 0
    assert run.peak_megabytes > 50
    assert run.rows == 1_000


def test_a_version_says_how_its_label_policy_compares_with_the_default(trained):
    _, version = trained
    said = version.metrics["label_policy"]

    assert said["chosen"] == "matured_outcomes"
    assert said["default"] == said["chosen_figures"]
    assert said["default"]["auc"] == version.metrics["auc"]
    assert said["default"]["n"] == 1_000


def test_a_snapshot_is_reported_on_by_aggregates_alone(trained):
    _, version = trained
    report = version.snapshot.report

    (age,) = [each for each in report.groups if each["name"] == "age_group"]
    assert age["n"] == 1_000
    assert all(cell["n"] is None or cell["n"] == 0 or cell["n"] >= 30 for cell in age["cells"])
    assert report.quality["rows"]["used"] == 1_000
    assert set(report.quality["features"]) == set(factories.CONTRACT.feature_names)
    assert "ingestion:" not in str(report.groups)


def test_the_worker_asks_for_what_is_due(live, developer, monkeypatch):
    product = live()
    asked = []
    monkeypatch.setattr(retrainings, "start_due", lambda **said: asked.append(said["product_id"]))

    tasks.retrain_where_due()

    assert asked == [product.pk]
