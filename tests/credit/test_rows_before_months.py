"""A database that was in use before there were months keeps every row, and proves them."""

import io
from contextlib import contextmanager
from datetime import UTC, datetime

import factories
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connections
from migrated_database import drop

from credit import audit_chain, ids
from credit.queries import audit as trail

LONG_AGO = datetime(2009, 5, 17, tzinfo=UTC)
LAST_YEAR = datetime(2025, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = (LONG_AGO, LAST_YEAR, MIDNIGHT, factories.AT)
ADD = {
    "credit_user": "id, password, is_superuser, username, first_name, last_name, email, is_staff,"
    " is_active, date_joined",
    "credit_product": "id, slug, name, created_at",
    "credit_partner": "id, slug, name, is_active, created_at",
    "credit_contractversion": "id, product_id, number, hash, text, registered_at, registered_by_id",
    "credit_policyversion": "id, product_id, number, contract_id, in_force_from, requested_by_id,"
    " approved_by_id",
    "credit_application": "id, product_id, partner_id, reference, amount, features, status,"
    " received_at, salt",
    "credit_score": "application_id, contract_id, route, bundle_hash, band, contributions,"
    " warnings",
    "credit_decision": "id, application_id, policy_id, recommendation, policy_results, automatic,"
    " decided_at",
    "vault.applicant_attribute": "application_id, attribute, value, recorded_at",
    "credit_auditevent": "type, target, partner_id, at, details, hash",
    "credit_auditseal": "number, root, events, previous_hash, hash, sealed_at",
    "credit_auditleaf": "event_id, seal_id, position",
    "credit_officerdecision": "decision_id, verdict, is_override, reason_code, reason,"
    " decided_by_id, decided_at",
}


def add(cursor, table, *values):
    marks = ", ".join(["%s"] * len(values))
    cursor.execute(f"INSERT INTO {table} ({ADD[table]}) VALUES ({marks})", values)  # noqa: S608


def stands(cursor):
    at = factories.AT
    for number in (101, 102):
        add(cursor, "credit_user", number, "", "f", f"u{number}", "", "", "", "f", "t", at)
    add(cursor, "credit_product", 1, "loan", "Loan", at)
    add(cursor, "credit_partner", 7, "acme", "Acme", "t", at)
    add(cursor, "credit_contractversion", 1, 1, 1, "h", "t", at, 101)
    add(cursor, "credit_policyversion", 1, 1, 1, 1, at, 101, 102)


def decided(cursor, at, partner):
    made = ids.new_id(at)
    add(cursor, "credit_application", made, 1, partner, "A-1", 1, "{}", "approved", at, b"salt")
    add(cursor, "credit_score", made, 1, "none", "", "", "[]", "[]")
    add(cursor, "credit_decision", made, made, 1, "refer", "[]", "", at)
    add(cursor, "vault.applicant_attribute", made, "age_group", "under_25", at)
    add(cursor, "credit_officerdecision", made, "approve", "f", "", "", 101, at)
    fields = {"type": "application_decided", "target": f"decision:{made}", "user": None}
    fields |= {"partner": partner, "at": at, "details": {}}
    written = {**fields, "details": "{}", "hash": audit_chain.event_hash(fields)}
    del written["user"]
    add(cursor, "credit_auditevent", *written.values())
    return made


def sealed(cursor, events):
    cursor.execute("SELECT id, hash FROM credit_auditevent ORDER BY id")
    rows = cursor.fetchall()[:events]
    seal = {"number": 1, "root": audit_chain.root([audit_chain.leaf(*row) for row in rows])}
    seal |= {"events": events, "previous_hash": audit_chain.FIRST, "sealed_at": factories.AT}
    add(
        cursor,
        "credit_auditseal",
        *[
            *(seal["number"], seal["root"], events, seal["previous_hash"]),
            *(audit_chain.seal_hash(**seal), seal["sealed_at"]),
        ],
    )
    for position, (event, _) in enumerate(rows):
        add(cursor, "credit_auditleaf", event, 1, position)


def _named(name):
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def _made(name, how=""):
    """Make a database; when it is done with, nothing is left of it."""
    with connections["owner"]._nodb_cursor() as cursor:
        drop(cursor, name)
        cursor.execute(f'CREATE DATABASE "{name}" {how}')
    yield
    with connections["owner"]._nodb_cursor() as cursor:
        drop(cursor, name)


@pytest.fixture(scope="module")
def before_months(django_db_setup, django_db_blocker):
    """Make a database as it was before there were months, once: each test takes a copy."""
    with django_db_blocker.unblock():
        original = connections["owner"].settings_dict["NAME"]
        name = f"{original}_before_months"
        with _made(name):
            _named(name)
            migrate("0011_indexes")
            _named(original)
            yield name


@pytest.fixture
def old_database(before_months, django_db_blocker):
    """Use a database in which there are no months yet."""
    with django_db_blocker.unblock():
        original = connections["owner"].settings_dict["NAME"]
        name = f"{before_months}_copy"
        with _made(name, f'TEMPLATE "{before_months}"'):
            _named(name)
            yield
            _named(original)


def migrate(name):
    call_command("migrate", "credit", name, database="owner", verbosity=0, stdout=io.StringIO())


def test_rows_are_moved_and_none_is_lost(old_database):
    with connections["owner"].cursor() as cursor:
        stands(cursor)
        made = [
            decided(cursor, at, partner) for at, partner in zip(TIMES, (7, None, 7, 7), strict=True)
        ]
        sealed(cursor, events=3)

    migrate("0012_months")

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT d.tableoid::regclass::text, d.id, d.partner_id, s.partner_id, v.value,"
            " o.verdict FROM credit_decision d JOIN credit_application a ON a.id = d.id"
            " JOIN credit_score s ON s.application_id = d.id"
            " JOIN vault.applicant_attribute v ON v.application_id = d.id"
            " JOIN credit_officerdecision o ON o.decision_id = d.id ORDER BY d.id"
        )
        assert cursor.fetchall() == [
            (f"months.decision_{part}", made[i], partner, partner, "under_25", "approve")
            for i, (part, partner) in enumerate(
                [("past", 7), ("202512", None), ("202601", 7), ("202611", 7)]
            )
        ]
    report = trail.verify()
    assert (report.events, report.unsealed, report.problems) == (3, 1, [])


def test_numbers_of_events_go_on(old_database):
    with connections["owner"].cursor() as cursor:
        stands(cursor)
        decided(cursor, LAST_YEAR, 7)

    migrate("0012_months")

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nextval('credit_auditevent_number')")
        assert cursor.fetchone() == (2,)


def test_a_decision_that_is_not_its_applications_stops_it(old_database):
    with connections["owner"].cursor() as cursor:
        stands(cursor)
        other = ids.new_id(LAST_YEAR)
        add(cursor, "credit_application", other, 1, 7, "A-2", 1, "{}", "approved", MIDNIGHT, b"s")
        add(cursor, "credit_decision", ids.new_id(MIDNIGHT), other, 1, "refer", "[]", "", MIDNIGHT)

    with pytest.raises(ProgrammingError, match="has another id than its application"):
        migrate("0012_months")
