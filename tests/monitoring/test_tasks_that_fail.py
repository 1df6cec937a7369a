"""A task of the worker's that fails each time is one alert, however many the failures."""

from datetime import timedelta

import factories
import pytest
import service_scene
from celery import current_app
from django.utils import timezone
from kombu import Connection
from service_scene import MINUTE

from credit.models import Alert
from credit.schedule import EVERY
from monitoring import tasks as worker
from monitoring.service import checks, gauges

AT = factories.AT.replace(minute=30, second=0, microsecond=0)
HOUR = timedelta(hours=1)
NOTHING = {"tasks": {}}


@pytest.fixture
def look(db, monkeypatch):
    """Let the worker look, and give what alerts there are."""
    monkeypatch.setattr(current_app, "connection_for_write", lambda: Connection("memory://"))

    def run(at=AT):
        monkeypatch.setattr(timezone, "now", lambda: at)
        worker.take_pulse()
        return list(Alert.objects.order_by("pk"))

    return run


def ran(task, state, n=1):
    return {"tasks": {f"{task} {state}": [n / 2, float(n)]}}


def test_a_task_that_fails_each_time_is_one_alert_that_names_it(look):
    several = [ran("credit.seal_audit", "FAILURE", 12), ran("credit.gather_queue", "SUCCESS")]
    service_scene.minutes(until=AT, several=several * 10)

    (found,) = look()

    assert (found.cause, found.segment, found.n) == ("task_fails", "task:credit.seal_audit", 120)
    assert found.owner == "administrator"
    assert found.message.startswith("credit.seal_audit failed 120 times within 1 h and did not")
    assert [each.times for each in look(AT + MINUTE)] == [2]


@pytest.mark.parametrize(
    "several",
    [
        [ran("credit.seal_audit", "SUCCESS"), *[ran("credit.seal_audit", "FAILURE")] * 20],
        [ran("credit.seal_audit", "FAILURE"), *[NOTHING] * 9],
        [ran("credit.run_training", "FAILURE")] * 9,  # nobody's clock sends it
        [NOTHING] * 9,
    ],
)
def test_one_that_succeeded_within_its_time_or_failed_once_is_none(several, look):
    service_scene.minutes(until=AT, several=several)

    assert look() == []


def test_what_is_due_once_a_day_is_looked_at_over_three(look):
    for back in (4, 28, 52):
        service_scene.hour(
            AT.replace(minute=0) - back * HOUR, ran("credit.warn_of_expiring_keys", "FAILURE")
        )

    (found,) = look()

    assert found.segment == "task:credit.warn_of_expiring_keys"
    assert "failed 3 times within 72 h" in found.message


def test_one_that_succeeds_again_lets_it_pass(look):
    service_scene.minutes(until=AT, several=[ran("credit.seal_audit", "FAILURE")] * 9)
    look()

    good = {"levels": {"objectives": [], "queues": [], "failing": []}, "at": AT + HOUR}
    checks.tell_levels(**good)

    assert Alert.objects.get().cleared_at == AT + HOUR


def test_the_gauge_says_how_many_fail(look, champion):
    service_scene.minutes(until=AT, several=[ran("credit.seal_audit", "FAILURE")] * 9)
    look()

    found = gauges.worker(champion.product, at=AT)

    assert (found.state, found.value) == ("bad", "1 task fails each time")


def test_each_task_of_the_clock_is_looked_at(look):
    names = sorted({task for task, _ in EVERY.values()})
    every = {"tasks": {f"{name} FAILURE": [1.0, 2.0] for name in names}}
    service_scene.minutes(until=AT, several=[every])

    assert {each.segment for each in look()} == {f"task:{name}" for name in names}
