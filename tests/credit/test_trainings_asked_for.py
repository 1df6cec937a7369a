"""Trainings: asked for, taken up by one worker, ended with a candidate or with a sentence."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import factories
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection
from kombu.exceptions import OperationalError
from polars.exceptions import PanicException
from waiting import LONG

from credit import store, tasks
from credit.actions import model_versions, snapshots, training, training_runs
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ModelVersion, TrainingRun
from scoring.bundle import open_bundle

AT = factories.AT


@pytest.fixture
def product(db):
    contract = factories.contract_version(source=factories.SMALL)
    factories.ingestion(contract)
    factories.policy(contract)
    return contract.product


@pytest.fixture
def sent(monkeypatch):
    """Collect what the worker would be told."""
    messages = []
    monkeypatch.setattr(
        training_runs.current_app,
        "send_task",
        lambda name, args: messages.append((name, args)),
    )
    return messages


def ask(product, by, **more):
    return training_runs.request(product_id=product.pk, by=by, at=AT, **more)


def test_a_training_ends_with_a_candidate_that_can_serve(product, developer):
    run = ask(product, developer)
    told = []

    version = training.run(
        run_id=run.pk,
        at=AT,
        progress=lambda step, share: told.append((step, share)),
        clock=lambda: AT + timedelta(minutes=3),
    )

    run.refresh_from_db()
    assert (run.state, run.version, run.share_done) == ("succeeded", version, 1.0)
    assert (run.started_at, run.finished_at) == (AT, AT + timedelta(minutes=3))
    assert (version.stage, version.number, version.trained_by) == ("candidate", 1, developer)
    opened = open_bundle(
        store.path_of(version.bundle_hash, ".zip"), expected_hash=version.bundle_hash
    )
    assert opened.manifest["snapshot_sha256"] == version.snapshot.rows_sha256
    assert version.model_sha256 == opened.manifest["model_sha256"].removeprefix("sha256:")
    assert {"fairness"} < {gate["name"] for gate in version.gates}
    assert version.metrics["auc"]["mean"] > 0.65
    shares = [share for _, share in told]
    assert (shares, shares[0], shares[-1]) == (sorted(shares), 0.0, 1.0)
    kinds = set(AuditEvent.objects.values_list("type", flat=True))
    assert {"training_requested", "model_trained", "vault_read"} <= kinds


def test_the_same_rows_make_the_same_model_and_the_signed_one_decides(product, validator):
    first, second = (training.run(run_id=ask(product, validator).pk, at=AT) for _ in range(2))

    assert first.bundle_hash == second.bundle_hash
    assert first.trained_by.username == "learning-worker"
    another = factories.user("model_validator")
    promoted = model_versions.promote(version_id=second.pk, by=another, at=AT, note="Fine.")
    answer = factories.decide().answer
    assert answer["model"]["version"] == promoted.name
    assert answer["reasons"]


@pytest.mark.parametrize("role", ["officer", "compliance", "auditor", "administrator"])
def test_who_may_not_ask_for_a_training(product, role):
    with pytest.raises(NotAllowed):
        ask(product, factories.user(role))


def test_one_training_at_a_time(product, developer):
    ask(product, developer)

    with pytest.raises(training_runs.OneAtATime):
        ask(product, developer)
    with pytest.raises(IntegrityError, match="one_at_a_time"):
        TrainingRun.objects.create(product=product, requested_by=developer, requested_at=AT)


def test_the_worker_hears_of_it_once_it_is_committed(
    product, validator, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(product, validator)
        assert sent == []

    assert sent == [("credit.run_training", [run.pk])]


def test_a_broker_that_is_away_does_not_lose_the_training(
    product, validator, monkeypatch, django_capture_on_commit_callbacks
):
    def away(name, args):
        raise OperationalError("away")

    monkeypatch.setattr(training_runs.current_app, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        run = ask(product, validator)

    assert training_runs.abandoned(at=AT) == []  # its message may still come
    assert training_runs.abandoned(at=AT + timedelta(minutes=2)) == [run.pk]


def test_too_little_to_learn_from_fails_with_a_sentence(db, developer, tmp_path):
    header, *rows = factories.LOANS.read_text().splitlines()
    few = tmp_path / "few.csv"
    few.write_text("\n".join([header, *rows[:60]]))
    contract = factories.contract_version(source=factories.SMALL)
    factories.ingestion(contract, path=few)
    run = ask(contract.product, developer)

    with pytest.raises(training.TrainingFailed, match="needs at least 100"):
        training.run(run_id=run.pk, at=AT)

    run.refresh_from_db()
    assert (run.state, run.finished_at) == ("failed", AT)
    assert "needs at least 100" in run.problem
    event = AuditEvent.objects.get(type=AuditEvent.Type.TRAINING_FAILED)
    assert event.details["problem"] == run.problem
    assert not ModelVersion.objects.exists()


def test_lost_loans_fail_the_training_with_a_sentence(product, developer, own_store):
    run = ask(product, developer)

    with pytest.raises(training.TrainingFailed, match="has no file"):
        training.run(run_id=run.pk, at=AT)


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("Ada Example"), MemoryError(), PanicException("Ada Example")]
)
def test_what_nobody_foresaw_fails_the_training_by_its_kind_and_is_raised_on(
    product, developer, error
):
    run = ask(product, developer)

    def breaks(step, share):
        raise error

    with pytest.raises(type(error)) as raised:
        training.run(run_id=run.pk, at=AT, progress=breaks)

    run.refresh_from_db()
    assert raised.value is error
    assert (run.state, run.finished_at) == ("failed", AT)
    assert type(error).__name__ in run.problem
    assert "Ada" not in run.problem
    assert training_runs.abandoned(at=AT + timedelta(minutes=2)) == []


def test_a_refusal_of_any_kind_fails_the_training_with_its_sentence(product, developer):
    run = ask(product, developer)

    def refuses(step, share):
        raise NotAllowed("This may not be.")

    with pytest.raises(training.TrainingFailed, match="This may not be"):
        training.run(run_id=run.pk, at=AT, progress=refuses)

    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "This may not be.")


@pytest.fixture
def closed(monkeypatch):
    """Note that the connection is closed, which this test shares with what is tested."""
    times = []
    monkeypatch.setattr(tasks, "connection", SimpleNamespace(close=lambda: times.append(1)))
    return times


def test_time_that_is_over_in_the_middle_has_its_own_sentence(
    product, developer, monkeypatch, closed
):
    run = ask(product, developer)

    def is_over(**_asked):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(snapshots, "take", is_over)

    tasks.run_training(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "It took longer than the time allowed.")
    assert closed


def test_a_finished_run_is_not_run_again(product, developer):
    run = ask(product, developer)
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=AT)

    with pytest.raises(training_runs.NothingToDo):
        training.run(run_id=run.pk, at=AT)


def test_a_worker_that_was_thought_dead_writes_nothing(product, developer):
    run = ask(product, developer)
    stale = training_runs.start(run_id=run.pk, at=AT)
    training_runs.start(run_id=run.pk, at=AT)

    with pytest.raises(training_runs.Overtaken):
        training_runs.progress(run=stale, step="Half", share=0.5)
    with pytest.raises(training_runs.Overtaken):
        training_runs.succeed(run=stale, version=factories.model_version(), at=AT)


def test_progress_is_written_by_the_per_cent(product, developer):
    run = training_runs.start(run_id=ask(product, developer).pk, at=AT)
    training_runs.progress(run=run, step="Fitting", share=0.2)

    training_runs.progress(run=run, step="Fitting", share=0.201)

    run.refresh_from_db()
    assert (run.step, run.share_done) == ("Fitting", 0.2)


def test_a_run_that_was_cut_off_is_taken_up_once_more_and_then_failed(product, developer):
    run = ask(product, developer)
    training_runs.start(run_id=run.pk, at=AT)
    assert training_runs.abandoned(at=AT) == [run.pk]

    training_runs.start(run_id=run.pk, at=AT)
    assert training_runs.abandoned(at=AT) == []

    run.refresh_from_db()
    assert run.state == "failed"
    assert "cut off in the middle of it twice" in run.problem


def test_a_run_that_someone_works_on_is_left_alone(committed, at_once):
    contract = factories.contract_version(source=factories.SMALL)
    run = ask(contract.product, factories.user("model_developer"), enqueue=False)
    working, enough = threading.Event(), threading.Event()

    def work():
        with training_runs.sole_worker(run.pk):
            training_runs.start(run_id=run.pk, at=AT)
            working.set()
            enough.wait(LONG)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert working.wait(LONG)

    assert training_runs.abandoned(at=AT) == []
    with pytest.raises(training_runs.NothingToDo), training_runs.sole_worker(run.pk):
        pass
    enough.set()
    worker.join()
    assert training_runs.abandoned(at=AT) == [run.pk]


def test_the_sweep_does_the_work_itself(product, developer, sent, monkeypatch):
    run = ask(product, developer)
    TrainingRun.objects.filter(pk=run.pk).update(requested_at=AT - timedelta(days=1))
    done = []
    monkeypatch.setattr(tasks, "_train", done.append)

    tasks.sweep_training_runs()

    assert done == [run.pk]
    assert sent == []


def test_the_task_trains(product, developer, monkeypatch):
    run = ask(product, developer)
    taken = []
    monkeypatch.setattr(training, "run", lambda **asked: taken.append(asked["run_id"]))

    tasks.run_training(run.pk)

    assert taken == [run.pk]


def test_a_training_that_takes_too_long_fails_with_a_sentence(
    product, developer, monkeypatch, closed
):
    run = ask(product, developer)

    def endless(**_asked):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(training, "run", endless)

    tasks.run_training(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "It took longer than the time allowed.")
    assert closed


def test_a_message_that_comes_twice_trains_once(product, developer):
    run = ask(product, developer)
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=AT)

    tasks.run_training(run.pk)

    run.refresh_from_db()
    assert run.problem == "It did not work."


def test_the_other_tasks_call_their_actions(champion):
    factories.decide()

    tasks.seal_audit()
    tasks.seal_audit_thoroughly()
    tasks.purge_idempotency()

    assert not AuditEvent.objects.filter(leaf=None).exists()
