"""A server that answers nothing and closes nothing: nobody waits, and it is let in again.

The server's own process of a connection is stopped with a signal, which is what hanging is.
"""

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connections
from waiting import wait_until

from credit import outages

LITTLE, MUCH = 0.4, 20.0  # seconds of patience: with one that hangs, and on a busy machine


def open_files():
    return len(list(Path("/dev/fd").iterdir()))


class Server:
    """What a hanging server is made of: no new connection comes about, and some fall silent.

    While it does not hang, the watch is patient.
    """

    def __init__(self):
        self.asked_by, self.silent, self.hangs = [], [], False
        outages.PATIENCE = MUCH

    def connect(self):
        if self.hangs:
            time.sleep(outages.PATIENCE)
            raise psycopg.errors.ConnectionTimeout
        self.asked_by.append(outages._connect())
        return self.asked_by[-1]

    def hang(self, *connections):
        self.hangs, outages.PATIENCE = True, LITTLE
        for each in (self.asked_by[-1], *connections):
            self.silent.append(each.info.backend_pid)
            os.kill(self.silent[-1], signal.SIGSTOP)

    def go_on(self):
        self.hangs, outages.PATIENCE = False, MUCH
        while self.silent:
            os.kill(self.silent.pop(), signal.SIGCONT)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(outages, "PATIENCE", outages.PATIENCE)  # put back when the test is over
    server = Server()
    yield server
    server.go_on()


@pytest.fixture
def watch(monkeypatch, server, django_db_setup, django_db_blocker):
    """Watch often."""
    monkeypatch.setattr(outages, "ASKED_EVERY", 0.05)
    with django_db_blocker.unblock():
        yield outages.watch(server.connect)
        server.go_on()
        outages.stop()


@pytest.fixture
def in_use(watch, server):
    """Connect as a request's thread does, and wait until the watch has begun."""
    wrapper = connections.create_connection("default")
    wrapper.ensure_connection()
    wait_until(lambda: server.asked_by)
    yield wrapper
    wrapper.close()


def test_who_waits_for_a_server_that_hangs_is_told(server, in_use):
    server.hang(in_use.connection)

    with pytest.raises(OperationalError), in_use.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert server.silent  # it hangs still


def test_nobody_connects_while_it_hangs_and_everybody_once_it_answers(server, watch, in_use):
    server.hang()
    wait_until(lambda: watch.hangs)

    with pytest.raises(OperationalError, match="does not answer"):
        connections.create_connection("default").ensure_connection()

    server.go_on()
    wait_until(lambda: not watch.hangs)
    again = connections.create_connection("default")
    again.ensure_connection()
    again.close()


def test_a_statement_that_takes_long_is_left_alone_while_the_server_answers(
    watch, in_use, monkeypatch
):
    monkeypatch.setattr(watch, "_ask", lambda: None)  # at once, however busy the machine is
    monkeypatch.setattr(outages, "PATIENCE", LITTLE)

    with in_use.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [2 * LITTLE])

    assert not watch.hangs


def test_a_server_that_refuses_does_not_hang(watch):
    refused = []

    def refuse():
        refused.append("again")
        raise psycopg.OperationalError("the database system is starting up")

    watch._connect = refuse
    with outages._connect() as first:
        watch.keep(first)
        wait_until(lambda: len(refused) > 2)

    assert not watch.hangs


def test_a_process_that_does_not_serve_watches_nothing(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        wrapper = connections.create_connection("default")
        wrapper.ensure_connection()
        wrapper.close()

    assert "database watch" not in {thread.name for thread in threading.enumerate()}


def test_closed_connections_leave_no_file_behind(watch, in_use):
    before = open_files()

    for _ in range(5):
        wrapper = connections.create_connection("default")
        wrapper.ensure_connection()
        wrapper.close()
        del wrapper

    assert open_files() <= before + 1
