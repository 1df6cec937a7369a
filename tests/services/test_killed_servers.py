"""kill -9, at any moment, leaves no server behind and loses no committed row."""

import os
import signal
import time

import pytest
from service_runs import guards_of, processes_of
from waiting import children_of, wait_until


@pytest.fixture
def servers(start, var):
    """Start a database and a broker, with one committed row."""
    servers = start("servers", var)
    servers.query("CREATE TABLE IF NOT EXISTS kept (name text)")
    servers.query("TRUNCATE kept; INSERT INTO kept VALUES ('committed')")
    return servers


def test_a_killed_supervisor_leaves_no_server_and_loses_no_row(servers, start, var):
    assert processes_of(var)

    servers.kill()
    wait_until(lambda: not processes_of(var))

    assert start("servers", var).query("SELECT name FROM kept") == "committed"


def test_the_next_start_waits_for_what_a_killed_one_left(servers, start, var):
    servers.kill()

    assert start("servers", var).query("SELECT name FROM kept") == "committed"


def test_a_supervisor_killed_together_with_its_guard_leaves_no_server(servers, start, var):
    servers.process.send_signal(signal.SIGSTOP)  # so that it cannot start another guard

    os.kill(guards_of(servers.process.pid)[0], signal.SIGKILL)
    servers.kill()

    assert start("servers", var).query("SELECT name FROM kept") == "committed"


def test_a_killed_guard_is_replaced(servers, var):
    killed = guards_of(servers.process.pid)

    os.kill(killed[0], signal.SIGKILL)
    wait_until(lambda: guards_of(servers.process.pid) not in ([], killed))
    servers.kill()

    wait_until(lambda: not processes_of(var))


def test_a_killed_database_comes_back_with_every_row(servers):
    killed = servers.service("postgres")["pid"]

    os.kill(killed, signal.SIGKILL)
    servers.wait_for_restart("postgres", of=killed)

    assert servers.query("SELECT name FROM kept") == "committed"
    assert servers.service("postgres")["restarts"] == 1


def test_a_killed_database_is_started_again_once_what_it_had_started_is_gone(servers):
    killed = servers.service("postgres")["pid"]
    slow = children_of(killed)[0]

    os.kill(slow, signal.SIGSTOP)
    os.kill(killed, signal.SIGKILL)
    time.sleep(1)  # as long as one is there, a new server would end at once
    os.kill(slow, signal.SIGCONT)
    servers.wait_for_restart("postgres", of=killed)

    assert servers.query("SELECT name FROM kept") == "committed"
    assert servers.service("postgres")["restarts"] == 1


def test_stopping_removes_the_passwords_left_for_people(servers, var):
    assert (var / "environment").stat().st_mode & 0o077 == 0

    assert servers.stop() == 0

    assert not (var / "environment").exists()
    wait_until(lambda: not processes_of(var))
