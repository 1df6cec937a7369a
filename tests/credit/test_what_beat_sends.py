"""Beat sends a message where the rows say that there is something to do, and only there."""

import factories
import pytest
from celery import current_app
from django.db import OperationalError, connections

from credit.actions import alerts, audit, dossiers, training_runs
from credit.clock import Clock
from credit.models import AuditEvent, ModelVersion
from credit.schedule import EVERY, MINUTE

AT = factories.AT


@pytest.fixture
def clock(tmp_path):
    current_app.loader.import_default_modules()
    made = Clock(current_app, schedule_filename=str(tmp_path / "schedule"))
    yield made
    made.close()


@pytest.fixture
def sent(clock, monkeypatch):
    names = []
    monkeypatch.setattr(clock, "apply_async", lambda entry, **_options: names.append(entry.task))
    return names


def asked(clock):
    return sorted(
        task
        for task, _seconds in EVERY.values()
        if getattr(clock.app.tasks[task], "is_due", None) is not None
    )


def send_all(clock):
    for entry in clock.schedule.values():
        clock.apply_entry(entry)


def test_every_task_of_the_schedule_is_there(clock):
    assert {task for task, _seconds in EVERY.values()} <= set(clock.app.tasks)


def test_what_is_done_more_often_than_once_a_minute_is_asked_for_first(clock):
    frequent = {task for task, seconds in EVERY.values() if seconds < MINUTE}

    assert frequent <= set(asked(clock))


@pytest.mark.django_db
def test_with_nothing_to_do_only_what_has_no_question_is_sent(clock, sent):
    send_all(clock)

    assert sent
    assert not set(sent) & set(asked(clock))


@pytest.mark.django_db
def test_what_is_to_be_sealed_is_sent_as_often_as_it_is_due_until_it_is_done(clock, sent):
    audit.record(AuditEvent.Type.USER_CREATED, target="user:9", by=None, at=AT)

    assert clock.is_wanted("credit.seal_audit")
    assert clock.is_wanted("credit.seal_audit")

    audit.seal(at=AT)
    assert not clock.is_wanted("credit.seal_audit")


def refer():
    factories.decide(**factories.REFERRED)


def train():
    training_runs.request(
        product_id=ModelVersion.objects.get().product_id,
        by=factories.user("model_developer"),
        at=AT,
    )


def measure():
    dossiers.request(
        version_id=ModelVersion.objects.get().pk, by=factories.user("model_developer"), at=AT
    )


MAKES_WORK = [
    ("credit.gather_queue", refer),
    ("credit.work_batches", factories.batch),
    ("credit.sweep_training_runs", train),
    ("credit.make_dossiers", measure),
    (
        "credit.deliver_alerts",
        lambda: alerts.raise_alert(cause="other_contract", product=None, message="So", at=AT),
    ),
]


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize(("task", "happens"), MAKES_WORK)
def test_what_makes_work_has_a_message_sent(clock, task, happens):
    before = clock.is_wanted(task)

    happens()

    assert clock.is_wanted(task)
    assert not before or task == "credit.make_dossiers"  # a new version's is due at once


def test_where_the_database_cannot_be_asked_the_task_is_sent(clock, monkeypatch):
    def away():
        raise OperationalError("The connection is closed.")

    closed = []
    monkeypatch.setattr(type(clock.app.tasks["credit.seal_audit"]), "is_due", staticmethod(away))
    monkeypatch.setattr(connections, "close_all", lambda: closed.append(True))

    assert clock.is_wanted("credit.seal_audit")
    assert closed
