"""Probes say whether the process is up, and whether it can do its work."""

import pytest
from django.conf import settings
from django.db import connection
from kombu import Connection

from credit import store
from credit.api import health

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def broker(monkeypatch):
    """Put another broker's address in; kombu's own in-memory one always answers."""

    def broker(url):
        options = {"socket_connect_timeout": 1}
        monkeypatch.setattr(
            health.current_app,
            "connection_for_write",
            lambda: Connection(url, transport_options=options if "redis" in url else {}),
        )

    return broker


def test_healthz_looks_at_nothing(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


def test_readyz_names_each_part(client, champion, broker):
    broker("memory://")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "parts": {"database": "ok", "broker": "ok", "models": {"consumer-loan": "ok"}},
    }


def test_a_broker_that_is_away_is_not_ready(client, champion, broker):
    broker(NOWHERE)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] == "away"


def test_a_missing_bundle_is_not_ready(client, own_store, champion, broker):
    broker("memory://")
    store.path_of(champion.bundle_hash, ".zip").unlink()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["models"] == {"consumer-loan": "bundle_missing"}


def test_an_altered_bundle_is_not_ready(client, own_store, champion, broker):
    broker("memory://")
    file = store.path_of(champion.bundle_hash, ".zip")
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b" ")

    assert client.get("/readyz").json()["parts"]["models"] == {"consumer-loan": "bundle_refused"}


def test_before_the_first_product_it_is_ready(client, db, broker):
    broker("memory://")

    assert client.get("/readyz").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_need_no_session_and_take_no_other_method(client, db, path):
    assert client.post(path).status_code == 405
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_probes_say_nothing_secret(client, champion, broker):
    broker(NOWHERE)

    told = client.get("/readyz").content.decode()

    assert connection.settings_dict["NAME"] not in told
    assert "127.0.0.1" not in told
