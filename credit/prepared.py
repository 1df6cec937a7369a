"""A statement that each connection prepares once, with nothing in between: the hot path's own.

psycopg's cursor converts each value by its type and waits in Python; for the one statement that
every decision is, that took half as long as PostgreSQL took to run it (decision record 0011). Here
the values are texts, which PostgreSQL reads by the statement's own casts, and libpq waits.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import InvalidSqlStatementName, error_from_result

Value = str | int | float | bytes | datetime | Decimal | None
_PLACE = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A statement with places `%(name)s`, each with a cast; what it gives is its first column."""

    def __init__(self, name: str, text: str) -> None:
        self.text = text
        self._name = name.encode()
        self._fields = list(dict.fromkeys(_PLACE.findall(text)))
        places = {field: f"${at}" for at, field in enumerate(self._fields, start=1)}
        self._numbered = _PLACE.sub(lambda found: places[found[1]], text).encode()
        self._known: WeakKeyDictionary[psycopg.Connection, bool] = WeakKeyDictionary()

    def texts(self, values: Mapping[str, Value]) -> list[bytes | None]:
        """Write values as PostgreSQL reads them, in the order of their places."""
        return [
            value.encode() if isinstance(value, str) else _text_of(value)  # most are texts
            for value in map(values.__getitem__, self._fields)
        ]

    def column(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> list[str]:
        """Run it on a connection that is open.

        Raises
        ------
        psycopg.Error
            As a cursor would.
        """
        if connection.in_atomic_block:
            # psycopg begins a transaction with its own first statement, and forgets what is
            # prepared when one is rolled back.
            with psycopg.Cursor(connection.connection) as cursor:
                cursor.execute(self.text, values, prepare=True)
                return [str(row[0]) for row in cursor.fetchall()]
        return self.column_of(connection, self.texts(values))

    def column_of(
        self, connection: BaseDatabaseWrapper, texts: Sequence[bytes | None]
    ) -> list[str]:
        """Run it outside of a transaction, with values that are texts already; else as `column`."""
        raw = connection.connection
        try:
            result = self._run(raw, texts)
        except InvalidSqlStatementName:  # forgotten with a rollback
            del self._known[raw]
            result = self._run(raw, texts)
        return [(result.get_value(row, 0) or b"").decode() for row in range(result.ntuples)]

    def _run(self, raw: psycopg.Connection, texts: Sequence[bytes | None]) -> pq.abc.PGresult:
        if raw not in self._known:
            _checked(raw, raw.pgconn.prepare(self._name, self._numbered))
            self._known[raw] = True
        # A None is NULL to libpq, which psycopg's types do not say.
        return _checked(raw, raw.pgconn.exec_prepared(self._name, texts))  # type: ignore[arg-type]


def _checked(raw: psycopg.Connection, result: pq.abc.PGresult) -> pq.abc.PGresult:
    """Raise what went wrong; a connection that was lost has no code that would say so."""
    if result.status in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        return result
    if result.error_field(pq.DiagnosticField.SQLSTATE) is None:
        raw.close()  # libpq keeps one open that it could only not write to
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


def _text_of(value: float | bytes | datetime | Decimal | None) -> bytes | None:
    """Write a value that is no text as PostgreSQL reads it."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return str(value).encode()  # of a float the shortest text that reads back as the same
