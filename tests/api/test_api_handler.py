"""What a server calls: a machine's request goes a short way, a page's Django's own."""

from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_started
from django.db import connections

from credit.handler import Handler

PROBLEM, PAGE = "/api/v1/nothing", "/healthz"


@pytest.fixture
def ask(db):
    """Ask as a server does; gives the status, the headers and what it would iterate over."""

    def asked(path):
        came = {}
        environ = {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1"}
        setup_testing_defaults(environ)

        def start(status, headers):
            came["status"], came["headers"] = status, dict(headers)

        body = Handler()(environ, start)
        return came | {"body": body}

    return asked


@pytest.fixture
def told():
    """Say of which requests Django's signal tells."""
    heard = []

    def hear(environ, **_):
        heard.append(environ["PATH_INFO"])

    request_started.connect(hear)
    yield heard
    request_started.disconnect(hear)


def test_an_answer_to_a_machine_comes_in_one_piece(ask):
    came = ask(PROBLEM)

    assert isinstance(came["body"], list)
    assert came["status"] == "404 Not Found"
    assert came["headers"]["Content-Type"] == "application/problem+json"
    assert int(came["headers"]["Content-Length"]) == len(b"".join(came["body"]))


def test_only_pages_go_past_those_who_hear_signals(ask, told):
    for path in (PROBLEM, PAGE):
        ask(path)

    assert told == [PAGE]


def test_a_machines_request_looks_whether_its_connections_are_good(ask, monkeypatch):
    looked = []
    connection = connections["default"]
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: looked.append(1))

    ask(PROBLEM)

    assert looked
