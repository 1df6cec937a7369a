"""The statement of a decision, bound as text on a connection that has prepared it."""

import os
import socket
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import psycopg
import pytest
from django.db import connection

from credit.prepared import Prepared

pytestmark = pytest.mark.django_db(transaction=True)
IS_SAME = "SELECT (%(sent)s::{kind} IS NOT DISTINCT FROM {literal})::int"


@pytest.fixture
def open_connection():
    connection.ensure_connection()
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("sent", "kind", "literal"),
    [
        ("a 'quote' and \\ Ω\n", "varchar", "E'a \\'quote\\' and \\\\ Ω\\n'"),
        ("", "varchar", "''"),
        (None, "varchar", "NULL"),
        (-7, "bigint", "-7"),
        (2**63 - 1, "bigint", "9223372036854775807"),
        (0.1 + 0.2, "float8", "0.30000000000000004"),
        (5e-324, "float8", "5e-324"),
        (-0.0, "float8", "-0.0"),
        (Decimal("4200.10"), "numeric", "4200.10"),
        (b"\x00\xff'\\", "bytea", "'\\x00ff275c'"),
        (
            datetime(2026, 11, 22, 10, 15, 2, 114_001, tzinfo=UTC),
            "timestamptz",
            "'2026-11-22 10:15:02.114001+00'",
        ),
        (
            datetime(2026, 11, 22, 12, 15, tzinfo=timezone(timedelta(hours=2))),
            "timestamptz",
            "'2026-11-22 10:15:00+00'",
        ),
        ('{"a": [1.5, null, "Ω"]}', "jsonb", """'{"a": [1.5, null, "Ω"]}'"""),
    ],
)
def test_a_value_arrives_as_it_was(open_connection, sent, kind, literal):
    statement = Prepared("arrives", IS_SAME.format(kind=kind, literal=literal))

    assert statement.column(open_connection, {"sent": sent}) == ["1"]


def test_a_value_that_stands_twice_is_sent_once(open_connection):
    statement = Prepared("twice", "SELECT %(a)s::int + %(b)s::int * %(a)s::int")

    assert statement.column(open_connection, {"a": 3, "b": 4}) == ["15"]


def test_it_is_prepared_once_a_connection_and_again_on_the_next(open_connection):
    statement = Prepared("once", "SELECT %(a)s::int")
    for number in (1, 2):
        assert statement.column(open_connection, {"a": number}) == [str(number)]
    open_connection.close()
    open_connection.connect()

    assert statement.column(open_connection, {"a": 3}) == ["3"]


def test_a_statement_that_was_forgotten_is_prepared_again(open_connection):
    statement = Prepared("forgotten", "SELECT %(a)s::int")
    statement.column(open_connection, {"a": 1})
    with open_connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert statement.column(open_connection, {"a": 2}) == ["2"]


def test_what_postgresql_refuses_is_raised_and_the_connection_stays_good(open_connection):
    statement = Prepared("refused", "SELECT 1 / %(by)s::int")

    with pytest.raises(psycopg.errors.DivisionByZero):
        statement.column(open_connection, {"by": 0})

    assert statement.column(open_connection, {"by": 1}) == ["1"]


def test_a_connection_that_is_cut_is_told_as_lost(open_connection):
    statement = Prepared("cut", "SELECT %(a)s::int")
    statement.column(open_connection, {"a": 1})
    handle = socket.socket(fileno=os.dup(open_connection.connection.fileno()))
    handle.shutdown(socket.SHUT_RDWR)
    handle.close()

    with pytest.raises(psycopg.OperationalError):
        statement.column(open_connection, {"a": 2})

    assert open_connection.connection.closed


def test_a_connection_that_takes_nothing_more_is_told_as_lost(open_connection):
    """A server that ends after a crash has said something before: libpq reads that, and stays."""
    statement = Prepared("deaf", "SELECT %(a)s::int")
    statement.column(open_connection, {"a": 1})
    open_connection.connection.execute("LISTEN something")
    with psycopg.connect(**open_connection.get_connection_params()) as other:
        other.execute("NOTIFY something")
    handle = socket.socket(fileno=os.dup(open_connection.connection.fileno()))
    handle.shutdown(socket.SHUT_WR)
    handle.close()

    with pytest.raises(psycopg.OperationalError):
        statement.column(open_connection, {"a": 2})

    assert open_connection.connection.closed
