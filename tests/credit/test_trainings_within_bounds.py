"""A training keeps to its budget, is cancelled without harm, and leaves its cost."""

from datetime import timedelta

import factories
import pytest
import trainings_scene as scene
from django.db import IntegrityError

from credit import retraining
from credit.actions import training, training_runs
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ModelVersion, RetrainingSchedule, TrainingRun

AT, DAY = scene.AT, scene.DAY


@pytest.fixture
def live(db):
    return scene.live


# --- The budget


def test_a_months_runs_are_used_up_for_people_and_for_the_clock(live, developer):
    product = live("runs_a_month = 2")
    for _ in range(2):
        scene.finish(scene.ask(product, developer))

    with pytest.raises(training_runs.BudgetSpent, match="2 of 2 runs"):
        scene.ask(product, developer)

    assert scene.ask(product, developer, at=AT + 10 * DAY)  # another month


def test_minutes_count_too_and_a_run_that_is_on_counts_until_now(live, developer):
    product = live("minutes_a_month = 30")
    run = scene.ask(product, developer)
    training_runs.start(run_id=run.pk, at=AT)

    on = retraining.budget_of(product, at=AT + timedelta(minutes=20))
    assert (on.minutes, on.minutes_left, on.is_spent) == (20.0, 10.0, False)
    training_runs.fail(run_id=run.pk, problem="Out of memory.", at=AT + timedelta(minutes=30))

    with pytest.raises(training_runs.BudgetSpent, match="30 of 30 minutes"):
        scene.ask(product, developer, at=AT + timedelta(minutes=40))


def test_the_minutes_of_a_worker_that_was_killed_count_too(live, developer):
    product = live("minutes_a_month = 30")
    run = scene.ask(product, developer)
    training_runs.start(run_id=run.pk, at=AT)
    training_runs.start(run_id=run.pk, at=AT + timedelta(minutes=25))  # after the first was killed
    training_runs.fail(run_id=run.pk, problem="Again.", at=AT + timedelta(minutes=30))

    with pytest.raises(training_runs.BudgetSpent, match="30 of 30 minutes"):
        scene.ask(product, developer, at=AT + timedelta(minutes=40))


def test_a_scheduled_training_that_the_budget_forbids_is_lost_and_said_to_be(live, developer):
    product = live("runs_a_month = 1")
    scene.finish(scene.ask(product, developer))
    scene.set_schedule(product, developer)

    assert scene.start(product, at=AT + DAY) is None

    event = AuditEvent.objects.get(type=AuditEvent.Type.TRAINING_NOT_STARTED)
    assert "used up" in event.details["why"]
    assert RetrainingSchedule.objects.get().next_at == AT + 31 * DAY


# --- Cancelling


def cancel(run, by, *, at=AT):
    return training_runs.cancel(run_id=run.pk, by=by, at=at)


def test_a_run_that_waits_is_cancelled_and_never_starts(live, developer, validator):
    product = live()
    run = scene.ask(product, developer)

    cancelled = cancel(run, validator)

    assert (cancelled.state, cancelled.cancelled_by, cancelled.finished_at) == (
        *("cancelled", validator),
        AT,
    )
    with pytest.raises(training_runs.NothingToDo):
        training.run(run_id=run.pk, at=AT)
    assert AuditEvent.objects.get(type=AuditEvent.Type.TRAINING_CANCELLED).user == validator
    assert scene.ask(product, developer)  # the product is free again


@pytest.mark.parametrize("phase", scene.PHASES)
def test_a_run_that_is_on_stops_at_its_next_word_of_progress(live, developer, phase):
    """Cancelled in each phase: no version, no half of one, and the cost is known."""
    product = live(source=factories.SMALL)
    run, versions = scene.ask(product, developer), ModelVersion.objects.count()

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


def test_the_phases_are_all_that_a_training_tells_of(live, developer):
    """Else a phase could be added that nobody kills a worker in."""
    told = []
    run = scene.ask(live(source=factories.SMALL), developer)

    training.run(run_id=run.pk, at=AT, progress=lambda *step: told.append(step[0]))

    known = tuple(phase.removesuffix(" 1") for phase in scene.PHASES)  # of several models the first
    assert not [step for step in told[:-1] if not step.startswith(known)]
    assert all(any(step.startswith(phase) for step in told) for phase in scene.PHASES)


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_who_may_not_cancel(live, developer, role):
    run = scene.ask(live(), developer)

    with pytest.raises(NotAllowed):
        cancel(run, factories.user(role))


def test_a_finished_run_is_not_cancelled(live, developer):
    run = scene.ask(live(), developer)
    scene.finish(run)

    with pytest.raises(training_runs.NothingToDo, match="nothing to cancel"):
        cancel(run, developer)


def test_what_is_cancelled_was_cancelled_by_somebody(live, developer):
    run = scene.ask(live(), developer)

    with pytest.raises(IntegrityError, match="cancelled_by_somebody"):
        TrainingRun.objects.filter(pk=run.pk).update(state="cancelled")


# --- What a training leaves


@pytest.fixture
def trained(live, developer):
    product = live(source=factories.SMALL)
    run = scene.ask(product, developer)
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
