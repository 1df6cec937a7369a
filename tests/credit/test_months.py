"""Decisions and the trail stand in partitions by month, and are as safe there as in one table."""

from datetime import UTC, datetime, timedelta

import factories
import pytest
from django.db import IntegrityError, ProgrammingError, connection

from credit import tasks
from credit.actions import audit, months, officer_decisions
from credit.audit_chain import MONTH, event_hash, month_of
from credit.models import Application, AuditEvent, AuditLeaf, Decision
from credit.queries import audit as trail

both = pytest.mark.django_db(databases=["default", "owner"])
DIVIDED = ("application", "score", "decision", "auditevent", "auditleaf")
GUARDED = ("score", "decision", "auditevent", "auditleaf")
YEARS_AGO = datetime(2014, 3, 9, 8, 0, tzinfo=UTC)
BEFORE_ALL_MONTHS = factories.BEFORE + timedelta(hours=1)  # the tables were made later


def asked(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def partitions(table):
    return asked(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
        f"credit_{table}",
    )


def homes(table):
    return asked(f"SELECT tableoid::regclass::text FROM credit_{table}")  # noqa: S608 - our word


def months_from_now(n):
    (first,) = asked("SELECT date_trunc('month', now()) + %s * interval '1 month'", n)
    return first


def commit():
    """Check what PostgreSQL would check at a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("table", ["application", "score", "decision"])
def test_a_decision_is_in_the_month_it_was_made_in(champion, table):
    factories.decide(at=months_from_now(0) + timedelta(hours=1))

    assert homes(table) == [f"months.{table}_{months_from_now(0):%Y%m}"]


@pytest.mark.parametrize(("at", "part"), [(BEFORE_ALL_MONTHS, "past"), (None, "later")])
def test_no_decision_is_refused_for_want_of_its_month(champion, at, part):
    decided = factories.decide(at=at or months_from_now(30))

    assert homes("decision") == [f"months.decision_{part}"]
    assert Decision.objects.to_be_told().get().pk == decided.decision_id


def test_an_event_has_its_month_before_its_number(db):
    event = audit.record(AuditEvent.Type.USER_CREATED, target="user:1", by=None, at=YEARS_AGO)

    now = months_from_now(0)
    assert month_of(event.pk) == int(f"{now:%Y%m}")
    assert homes("auditevent") == [f"months.auditevent_{now:%Y%m}"]


def test_the_schedule_makes_months_ahead_as_the_serving_role(db, monkeypatch, settings):
    monkeypatch.setattr(months, "AHEAD", 5)
    assert "credit.make_months" in {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}

    tasks.make_months()

    assert asked("SELECT current_user") == ["evenhand_app"]
    for table in DIVIDED:
        assert f"months.{table}_{months_from_now(5):%Y%m}" in partitions(table)


def test_a_second_time_makes_none(db):
    at = months_from_now(2)

    assert months.make_ahead(at=at) == 2
    assert months.make_ahead(at=at) == 0


def test_months_are_made_two_years_ahead_at_most(db):
    months.make_ahead(at=months_from_now(600))

    assert f"months.decision_{months_from_now(25):%Y%m}" not in partitions("decision")
    assert f"months.decision_{months_from_now(24):%Y%m}" in partitions("decision")


def test_what_came_before_its_month_was_made_moves_there_whole(champion, officer):
    at = months_from_now(5) + timedelta(days=3)
    decided = factories.decide(at=at, monitoring={"age_group": "under_25"}, **factories.REFERRED)
    officer_decisions.record(decision_id=decided.decision_id, verdict="approve", by=officer, at=at)
    commit()

    months.make_ahead(at=at)

    for table in ("application", "score", "decision"):
        assert homes(table) == [f"months.{table}_{at:%Y%m}"]
    assert Decision.objects.to_be_told().get().officer_decision.decided_by == officer
    commit()


@both
@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {pk} = {pk}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_not_even_the_owner_changes_a_month(as_owner, table, statement):
    months.make_ahead(at=months_from_now(1))  # one that a later day made, too
    pk = {"score": "application_id", "auditleaf": "event_id"}.get(table, "id")

    for part in partitions(table):
        with as_owner.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            with pytest.raises(IntegrityError, match="is append-only"):
                cursor.execute(statement.format(part, pk=pk))
            cursor.execute("ROLLBACK TO SAVEPOINT before")


@both
def test_a_month_whose_rows_were_moved_is_guarded_again(as_owner, champion):
    at = months_from_now(5)
    factories.decide(at=at)
    commit()
    months.make_ahead(at=at)

    with as_owner.cursor() as cursor, pytest.raises(IntegrityError, match="is append-only"):
        cursor.execute("DELETE FROM months.decision_later")


@pytest.mark.parametrize("table", [*DIVIDED, "attribute"])
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_serving_role_has_no_way_around_the_tables(db, table, statement):
    name = f"months.{table}_{months_from_now(0):%Y%m}"

    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(statement.format(name))


def test_the_serving_role_can_neither_add_nor_take_a_month(db):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("SELECT months.add('credit_decision'::regclass, '2031-01-01', '2031-02-01')")


def test_a_decision_belongs_to_one_application(champion):
    decided = factories.decide()

    with pytest.raises(IntegrityError, match="decision_"):
        Decision.objects.create(
            application=Application.objects.get(pk=decided.decision_id),
            policy=Decision.objects.get().policy,
            recommendation="refer",
            decided_at=factories.AT,
        )


def test_no_seal_covers_events_of_two_months(db):
    now = audit.record(AuditEvent.Type.USER_CREATED, target="user:1", by=None, at=factories.AT)
    fields = {"type": "user_created", "target": "user:2", "at": factories.AT, "details": {}}
    before = AuditEvent(pk=now.pk - MONTH, **fields)
    before.hash = event_hash(before.fields)
    before.save(force_insert=True)

    first, second = audit.seal(at=factories.AT), audit.seal(at=factories.AT)

    assert [list(each.leaves.values_list("event", flat=True)) for each in (first, second)] == [
        [before.pk],
        [now.pk],
    ]
    assert trail.verify().problems == []


def test_a_place_under_a_seal_is_taken_once(db):
    for i in range(2):
        audit.record(AuditEvent.Type.USER_CREATED, target=f"user:{i}", by=None, at=factories.AT)
    audit.seal(at=factories.AT)
    other = audit.record(AuditEvent.Type.USER_CREATED, target="user:9", by=None, at=factories.AT)

    with pytest.raises(IntegrityError, match="seal_id_position"):
        AuditLeaf.objects.create(event=other, seal_id=1, position=0)


def test_one_decision_is_read_in_its_month_alone(champion):
    decided = factories.decide(at=months_from_now(0))

    told = Decision.objects.to_be_told().filter(pk=decided.decision_id).explain()

    looked_at = {part for part in partitions("decision") if part.partition(".")[2] in told}
    assert looked_at == {f"months.decision_{months_from_now(0):%Y%m}"}
