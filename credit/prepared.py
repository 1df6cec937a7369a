"""A statement that each connection prepares once, with nothing in between: the hot path's own.

psycopg's cursor converts each value by its type and waits in Python; for the one statement that
every decision is, that took as long as PostgreSQL took to run it (decision record 0011). Here the
values are texts, which PostgreSQL reads by the statement's own casts.
"""

import re
import select
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import InvalidSqlStatementName, error_from_result

Value = str | int | float | bytes | datetime | Decimal | None
PATIENCE = 8.0  # seconds; then the caller is told that nobody knows whether it was written
_PLACE = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A statement with places `%(name)s`, each with a cast, that gives one number."""

    def __init__(self, name: str, text: str) -> None:
        self.text = text
        self._name = name.encode()
        self._fields = list(dict.fromkeys(_PLACE.findall(text)))
        places = {field: f"${at}" for at, field in enumerate(self._fields, start=1)}
        self._numbered = _PLACE.sub(lambda found: places[found[1]], text).encode()
        self._known: WeakKeyDictionary[psycopg.Connection, bool] = WeakKeyDictionary()

    def number(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> int:
        """Run it on a connection that is open.

        Raises
        ------
        psycopg.Error
            As a cursor would; `OperationalError` also where no answer came in time.
        """
        raw = connection.connection
        if connection.in_atomic_block:
            # psycopg begins a transaction with its own first statement, and forgets what is
            # prepared when one is rolled back.
            with psycopg.Cursor(raw) as cursor:
                (found,) = cursor.execute(self.text, values, prepare=True).fetchone() or (0,)
                return int(found)
        given = [_text_of(values[field]) for field in self._fields]
        try:
            return self._run(raw, given)
        except InvalidSqlStatementName:  # forgotten with a rollback
            del self._known[raw]
            return self._run(raw, given)

    def _run(self, raw: psycopg.Connection, given: list[bytes | None]) -> int:
        if raw not in self._known:
            raw.pgconn.send_prepare(self._name, self._numbered)
            _result(raw)
            self._known[raw] = True
        raw.pgconn.send_query_prepared(self._name, given)
        found = _result(raw).get_value(0, 0)
        return int(found) if found is not None else 0


class NotAnswered(psycopg.OperationalError):
    """PostgreSQL took the statement, or did not, and said nothing for a long time."""


def _result(raw: psycopg.Connection) -> pq.abc.PGresult:
    """Wait for the one result of what was sent; whatever goes wrong is raised."""
    server = raw.pgconn
    while server.flush():
        _wait(raw, select.POLLIN | select.POLLOUT)
        server.consume_input()
    while server.is_busy():
        _wait(raw, select.POLLIN)
        server.consume_input()
    found = server.get_result()
    while server.get_result() is not None:
        pass  # libpq says with a None that it is ready for the next statement
    if found is None:
        raise psycopg.OperationalError("PostgreSQL answered nothing")
    if found.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        raise error_from_result(found)
    return found


def _wait(raw: psycopg.Connection, events: int) -> None:
    looked_at = select.poll()
    looked_at.register(raw.pgconn.socket, events)
    if not looked_at.poll(PATIENCE * 1000):
        raw.close()
        raise NotAnswered(f"PostgreSQL did not answer within {PATIENCE:g} seconds")


def _text_of(value: Value) -> bytes | None:
    """Write a value as PostgreSQL reads it."""
    if isinstance(value, str):
        return value.encode()
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return str(value).encode()  # of a float the shortest text that reads back as the same
