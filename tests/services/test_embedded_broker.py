"""What the embedded broker is: private, and with a memory."""

import os
import signal
import socket
from urllib.parse import urlsplit

import pytest
import redis


@pytest.fixture
def servers(start, var):
    return start("servers", var)


@pytest.fixture
def client(servers):
    with redis.Redis.from_url(servers.facts["celery_broker_url"]) as client:
        yield client


def test_asks_for_a_password(servers):
    port = urlsplit(servers.facts["celery_broker_url"]).port

    with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_listens_on_loopback_only_and_forgets_nothing(client):
    assert client.config_get("bind") == {"bind": "127.0.0.1"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
    assert client.config_get("save") == {"save": ""}


def test_a_killed_broker_comes_back_with_its_queue(servers, client):
    client.delete("queue")
    client.rpush("queue", "task")
    servers.wait_until_the_broker_has_written()
    killed = servers.service("broker")["pid"]

    os.kill(killed, signal.SIGKILL)
    servers.wait_for_restart("broker", of=killed)

    assert client.lrange("queue", 0, -1) == [b"task"]


def test_keeps_its_port_from_run_to_run(servers, start, var):
    before = servers.facts["celery_broker_url"]
    servers.stop()

    assert start("servers", var).facts["celery_broker_url"] == before


def test_moves_when_its_port_was_taken(servers, start, var):
    before = urlsplit(servers.facts["celery_broker_url"]).port
    servers.stop()

    with socket.create_server(("127.0.0.1", before)):
        after = urlsplit(start("servers", var).facts["celery_broker_url"]).port

    assert after != before
