"""Decisions of several requests at once, in one statement, over one connection of the process.

Only a serving process does so, and says so when it begins; elsewhere each is written alone.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from credit.actions.decision_sql import statement
from credit.prepared import Value
from credit.together import Together

MOST = 8  # at once
PATIENCE = 0.005  # seconds for those that are about to be written: deciding takes one or two


@dataclass(frozen=True, slots=True)
class _Row:
    name: tuple[int, str]  # its partner and key
    id: str
    texts: list[bytes | None]


class _Writer:
    """A connection, and who waits for it."""

    def __init__(self, *, is_named: bool) -> None:
        self._is_named = is_named
        self._connection: BaseDatabaseWrapper | None = None
        self._together = Together(
            self._write, most=MOST, coming=lambda: len(_coming), patience=PATIENCE
        )

    def written(self, values: Mapping[str, Value], *, partner_id: int) -> bool | None:
        texts = statement(is_claimed=True, is_named=self._is_named).texts(values)
        row = _Row((partner_id, str(values["key"])), str(values["id"]), texts)
        return self._together.write(row.name, row)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _write(self, rows: Sequence[_Row]) -> list[bool | None]:
        asked = statement(rows=len(rows), is_claimed=True, is_named=self._is_named)
        # In one order everywhere, so that two processes do not wait for each other's keys.
        in_order = sorted(rows, key=lambda row: row.name)
        try:
            found = asked.column_of(self._open(), [text for row in in_order for text in row.texts])
        except (psycopg.Error, Error):  # whatever it is, each finds out alone
            return [None] * len(rows)
        return [row.id in found for row in rows]

    def _open(self) -> BaseDatabaseWrapper:
        """Give the connection; only one thread at a time asks."""
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()
        if self._connection.connection is not None and self._connection.connection.closed:
            self._connection.close()
        self._connection.ensure_connection()
        return self._connection


_writers: dict[bool, _Writer] = {}
_coming: deque[None] = deque()  # threads may add to it and take from it without a lock


def begin() -> None:
    """Write decisions together from now on, in this process."""
    _writers.update({is_named: _Writer(is_named=is_named) for is_named in (True, False)})


def end() -> None:
    """Write each alone again."""
    for writer in _writers.values():
        writer.close()
    _writers.clear()


@contextmanager
def coming() -> Iterator[None]:
    """Say that this thread is about to have a decision written: others may wait a moment for it."""
    _coming.append(None)
    try:
        yield
    finally:
        _coming.pop()


def written(values: Mapping[str, Value], *, partner_id: int, is_named: bool) -> bool | None:
    """Have a decision written; None: it was not, and is to be written alone."""
    writer = _writers.get(is_named)
    return writer.written(values, partner_id=partner_id) if writer is not None else None
