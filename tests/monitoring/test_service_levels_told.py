"""The worker's minute: what was promised is looked at, and people are told once what is wrong."""

from datetime import timedelta

import factories
import pytest
import service_scene
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils import timezone
from kombu import Connection
from service_scene import MINUTE, requests, tasks

from credit.models import Alert
from monitoring import tasks as worker
from monitoring.models import MinuteCounts, Pulse
from monitoring.periods import figures_of
from monitoring.service import levels, pulses
from monitoring.service import periods as service
from monitoring.service.web_tasks import WebTasks

AT = factories.AT.replace(minute=30, second=0, microsecond=0)
HOUR = timedelta(hours=1)
GOOD = requests(answered=100)
BAD = requests(answered=60, faults=40)


@pytest.fixture(autouse=True)
def broker(monkeypatch):
    monkeypatch.setattr(current_app, "connection_for_write", lambda: Connection("memory://"))


@pytest.fixture
def clock(monkeypatch):
    """Set the time at which the worker looks."""

    def put(at):
        monkeypatch.setattr(timezone, "now", lambda: at)

    put(AT)
    return put


def look_again(clock, at):
    clock(at)
    worker.take_pulse()


def causes():
    return sorted(Alert.objects.values_list("cause", flat=True))


def test_a_budget_that_burns_raises_one_alert_within_one_look(db, clock):
    service_scene.minutes(until=AT, several=[GOOD] * 50 + [BAD] * 10)

    worker.take_pulse()

    assert causes() == ["error_budget_burns"]
    told = Alert.objects.get()
    assert told.segment == "objective:decisions_answered"
    assert "400 of 6,000 requests did not keep the promise within 1 h" in told.message
    assert "66.7 times the rate" in told.message
    assert "(alarm above 14.4)" in told.message

    look_again(clock, AT + MINUTE)
    assert Alert.objects.get().times == 2


def test_quiet_hours_raise_none(db, clock):
    service_scene.minutes(until=AT, several=[GOOD, requests(answered=99, callers=30)] * 30)

    worker.take_pulse()

    assert causes() == []


def test_no_traffic_is_no_failure(db, clock):
    worker.take_pulse()

    assert causes() == []
    stored = Pulse.objects.get().levels["objectives"]
    assert [(each["n"], each["left"]) for each in stored] == [(0, None)] * len(stored)


def test_a_queue_that_grows_raises_one_alert(db, clock, champion):
    for day in range(1, 20):
        service_scene.hour(
            (AT - timedelta(days=day)).replace(minute=0), **{service.APPLICATIONS: 1}
        )
    for _ in range(12):
        factories.decide(**factories.REFERRED)

    worker.take_pulse()
    look_again(clock, AT + MINUTE)

    assert causes() == ["queue_grows"]
    assert Alert.objects.get().times == 2
    message = Alert.objects.get().message
    assert "12 wait; at this hour of the last 19 days it was 1 in the middle" in message


def test_a_worker_that_works_twice_in_a_minute_looks_once(db, clock):
    worker.take_pulse()
    worker.take_pulse()

    assert Pulse.objects.count() == MinuteCounts.objects.count() == 1


# --- silence ------------------------------------------------------------------------------------


def web(began):
    thread = WebTasks()
    thread.began = began
    return thread


def test_a_web_process_tells_of_a_worker_that_is_silent_and_once_a_minute(db):
    service_scene.pulse(AT - 7 * MINUTE)

    for process in (web(AT - HOUR), web(AT - HOUR)):
        process.look(at=AT)

    assert causes() == ["worker_silent"]
    assert Alert.objects.get().times == 1
    assert "No sign of life of the scheduled worker for 7 minutes" in Alert.objects.get().message


@pytest.mark.parametrize("age", [1, 4, 5])
def test_a_worker_that_was_heard_is_not_silent(db, age):
    service_scene.pulse(AT - age * MINUTE)

    web(AT - HOUR).look(at=AT)

    assert causes() == []


def test_a_web_process_that_just_came_up_waits_before_it_calls_anybody_silent(db):
    service_scene.pulse(AT - HOUR)

    web(AT - 4 * MINUTE).look(at=AT)
    assert causes() == []

    web(AT - 6 * MINUTE).look(at=AT + MINUTE)
    assert causes() == ["worker_silent"]


def test_a_worker_that_never_came_is_told_of_as_well(db):
    web(AT - 6 * MINUTE).look(at=AT)

    assert "there never was one" in Alert.objects.get().message


def test_a_web_process_counts_the_time_it_spent(db):
    web(AT).look(at=AT)
    web(AT).look(at=AT + MINUTE)

    rows = MinuteCounts.objects.order_by("minute")
    assert [row.counts["processor"]["web"][0] > 0 for row in rows] == [True, True]


# --- hours and days -------------------------------------------------------------------------------


def test_an_hour_is_what_its_minutes_came_to_and_counted_again_it_is_the_same(db):
    ends = AT.replace(minute=0) + HOUR
    service_scene.minutes(until=ends, several=[total(GOOD, tasks(seal=(2, "SUCCESS")))] * 30)
    for minute, waiting in ((10, 4), (20, 8)):
        service_scene.pulse(
            ends - minute * MINUTE,
            applications_awaiting_officer=float(waiting),
            database_connections={"web": 5.0, "worker": 3.0},
            database_statement_seconds=100.0 + waiting,
        )

    first = service.bring_service_up_to_date(at=ends - MINUTE)
    service.bring_service_up_to_date(at=ends + MINUTE)
    service.bring_service_up_to_date(at=ends + MINUTE)

    (_, hour), *_ = figures_of("service", None, since=ends - HOUR, until=ends)
    (_, day), *_ = figures_of("service_day", None, since=ends - 24 * HOUR, until=ends)
    assert first == 2
    for found in (hour, day):
        assert found["counts"]["requests"]["POST api/v1/decisions 2xx"][-1] == 3000
        assert found["counts"]["tasks"]["credit.seal SUCCESS"] == [30.0, 60.0]
        assert found["standing"][service.APPLICATIONS] == [4, 12, 8, 2]
        assert found["standing"]["database_connections"] == [8, 16, 8, 2]
        assert (found["machines"], found["minutes"]) == (1, 2)


def total(*several):
    return service.counts.total(several)


def test_a_budget_is_of_the_days_promised_and_not_of_those_before(db):
    midnight = AT.replace(hour=0, minute=0)
    service_scene.hour(midnight - timedelta(days=31), requests(answered=0, faults=50), service.DAYS)
    service_scene.hour(
        midnight - timedelta(days=29), requests(answered=9_990, faults=10), service.DAYS
    )
    service_scene.hour(midnight, requests(answered=10_000), service.DAYS)

    found = levels.found({}, at=AT)["objectives"][0]

    assert (found["n"], found["bad"], found["allowed"]) == (20_000, 10, 20)
    assert found["left"] == pytest.approx(0.5)


def test_statements_that_postgresql_counts_anew_are_not_negative(db):
    ends = AT.replace(minute=0) + HOUR
    for minute, seconds in ((30, 500.0), (20, 510.0), (10, 4.0)):
        service_scene.pulse(ends - minute * MINUTE, database_statement_seconds=seconds)

    assert service._hour(None, ends - HOUR, ends)[""]["statements"] == 14.0


def test_old_signs_of_life_go_when_hours_are_made_of_them(db, clock):
    service_scene.pulse(AT - pulses.KEPT - HOUR)
    service_scene.pulse(AT)

    worker.forget_minutes()

    assert [row.beaten_at for row in Pulse.objects.all()] == [AT]
    assert figures_of("service", None, since=AT - HOUR, until=AT)


# --- at a prompt ----------------------------------------------------------------------------------


def test_the_levels_are_told_at_a_prompt(db, clock, capsys):
    service_scene.minutes(until=AT, several=[GOOD] * 29 + [BAD])
    service_scene.pulse(AT)

    call_command("service_levels")

    said = capsys.readouterr().out
    assert "Scheduled worker: at work" in said
    assert "Decisions answered: -" in said
    assert "40 of 3000 failed in 30 days" in said


def test_the_levels_are_told_to_programs(db, clock, capsys):
    import json  # noqa: PLC0415

    service_scene.minutes(until=AT, several=[requests(answered=5, seconds=60.0)])

    call_command("service_levels", "--days", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["budgets"][0]["n"] == 5
    assert told["routes"][0]["p95"] == {"low": 10, "high": None, "value": 10}
    assert told["worker"]["is_silent"] is True


def test_a_file_of_promises_that_cannot_be_read_ends_the_command_with_its_name(
    db, clock, settings, tmp_path
):
    settings.EVENHAND_SLO = tmp_path / "gone.toml"

    with pytest.raises(CommandError, match=r"gone\.toml"):
        call_command("service_levels")
