"""A database that hangs: noticed within seconds, and nobody waits for it (decision record 0013).

A server that is paused, or whose disk or network is gone, closes no connection, and none of its own
time-outs can fire. So a thread of each serving process asks it `SELECT 1` twice a second over a
connection of its own. Where no answer comes within `PATIENCE` seconds, it cuts every connection of
the process, which ends every wait; until one comes, nobody connects, and requests are refused at
once.
"""

import os
import socket
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import psycopg
import structlog
from django.db import connections

ASKED_EVERY: Final = 0.5  # seconds
PATIENCE: Final = 3.0  # seconds

log = structlog.get_logger("credit.outages")


class DatabaseHangs(psycopg.OperationalError):
    """The server does not answer this process, which asks it all the time."""


def refuse_while_it_hangs() -> None:
    """Raise `DatabaseHangs` where a connection would be waited for in vain."""
    if _watch is not None and _watch.hangs:
        raise DatabaseHangs("The database does not answer.")


def keep(connection: psycopg.Connection[Any]) -> None:
    """Have a connection cut when the server hangs, in a process that watches for it."""
    if _watch is not None:
        _watch.keep(connection)


def watch(connect: Callable[[], psycopg.Connection[Any]] | None = None) -> "Watch":
    """Watch the database of this process from its first connection on."""
    global _watch  # noqa: PLW0603 - one a process, as there is one database
    _watch = Watch(connect or _connect)
    return _watch


def stop() -> None:
    """Watch no more."""
    global _watch  # noqa: PLW0603
    if _watch is not None:
        _watch.stop()
    _watch = None


class Watch:
    """Asks, cuts and lets in again."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self.hangs = False
        self._stopped = threading.Event()
        self._connect = connect
        self._mine: psycopg.Connection[Any] | None = None
        # Sockets of our own on the same connections: their numbers cannot become another file's
        # meanwhile, as those of a connection that is just being closed could.
        self._sockets: weakref.WeakKeyDictionary[psycopg.Connection[Any], socket.socket] = (
            weakref.WeakKeyDictionary()
        )
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, connection: psycopg.Connection[Any]) -> None:
        """Hold on to a connection's socket for as long as the connection is used."""
        handle = socket.socket(fileno=os.dup(connection.fileno()))
        weakref.finalize(connection, handle.close)
        with self._lock:
            self._sockets[connection] = handle
            if self._thread is None:  # not before: a process that forks would lose it
                self._thread = threading.Thread(
                    target=self._run, name="database watch", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(ASKED_EVERY):
            began = time.monotonic()
            try:
                self._ask()
            except psycopg.Error:
                self._hang_up()
                self._note(hangs=time.monotonic() - began >= PATIENCE)
            else:
                self._note(hangs=False)
        self._hang_up()

    def _ask(self) -> None:
        if self._mine is None or self._mine.closed:
            self._mine = self._connect()
        self._mine.execute("SELECT 1")

    def _hang_up(self) -> None:
        if self._mine is not None:
            self._mine.close()
        self._mine = None

    def _note(self, *, hangs: bool) -> None:
        """Keep in mind how it is, and cut where it hangs; one that refuses says so itself."""
        if hangs != self.hangs:
            log.warning("database_hangs" if hangs else "database_answers_again")
        self.hangs = hangs
        if hangs:
            self._cut()

    def _cut(self) -> None:
        """End every wait, each time: some connections were only being made the time before."""
        with self._lock:
            handles = list(self._sockets.values())
        for handle in handles:
            with suppress(OSError):  # it was closed, or cut before
                handle.shutdown(socket.SHUT_RDWR)


class _Impatient(psycopg.Connection[Any]):
    """Waits for an answer as long as `PATIENCE`, and no longer."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return super().wait(gen, interval, PATIENCE if timeout is None else timeout)


def _connect() -> psycopg.Connection[Any]:
    settings = connections["default"].get_connection_params()
    return _Impatient.connect(**settings | {"autocommit": True, "connect_timeout": PATIENCE})


_watch: Watch | None = None
