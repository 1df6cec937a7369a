"""What a server calls: a machine's request goes a short way, a page's Django's own."""

from io import BytesIO
from threading import BoundedSemaphore
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import connections

from credit import bodies_to_come
from credit.handler import Handler

PROBLEM, PAGE = "/api/v1/nothing", "/healthz"


@pytest.fixture
def ask(db):
    """Ask as a server does; gives the status, the headers and what it would iterate over."""

    def asked(path, **more):
        came = {}
        environ = {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1", **more}
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


TOKEN, SIGN_IN = "/api/v1/oauth/token", "/sign-in/"
FORM = {
    "REQUEST_METHOD": "POST",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": "10",
    "HTTP_COOKIE": f"{settings.CSRF_COOKIE_NAME}={'x' * 32}",  # else no form is looked at
}


@pytest.fixture
def full(monkeypatch):
    """Let as many wait for bodies as may."""
    monkeypatch.setattr(bodies_to_come, "PATIENCE", 0)
    monkeypatch.setattr(bodies_to_come, "_places", BoundedSemaphore(1))
    bodies_to_come._places.acquire()


@pytest.mark.parametrize("path", [TOKEN, SIGN_IN])
def test_where_too_many_bodies_do_not_come_another_is_told_so(ask, full, path):
    came = ask(path, **FORM, **{"wsgi.input": BytesIO(b"grant_type")})

    assert came["status"] == "503 Service Unavailable"
    assert came["headers"]["Retry-After"] == "5"
    said = b"".join(came["body"]).decode()
    assert ("bodies do not come" if path == TOKEN else "Too much is being sent") in said


@pytest.mark.parametrize("path", [PROBLEM, PAGE])
def test_who_sends_no_body_is_answered_all_the_same(ask, full, path):
    assert ask(path)["status"] != "503 Service Unavailable"


def test_a_body_that_was_read_or_broke_off_makes_room_for_the_next(ask, monkeypatch):
    monkeypatch.setattr(bodies_to_come, "_places", BoundedSemaphore(1))

    class BrokenOff(BytesIO):
        def read(self, _size):
            raise OSError

    for given in (BytesIO(b"grant_type"), BrokenOff(), BytesIO(b"grant_type")):
        assert ask(TOKEN, **FORM, **{"wsgi.input": given})["status"] == "400 Bad Request"


TEN = {**FORM, "HTTP_HOST": "elsewhere.example"}  # refused before its body is looked at


@pytest.mark.parametrize("path", [TOKEN, SIGN_IN])
def test_what_a_refusal_left_unread_is_not_in_the_way_of_the_next_request(ask, path):
    line = BytesIO(b"grant_typePOST /next")

    assert ask(path, **TEN, **{"wsgi.input": line})["status"] == "400 Bad Request"
    assert line.read() == b"POST /next"


def test_nobody_waits_for_a_long_body_that_is_refused(ask, monkeypatch):
    monkeypatch.setattr(bodies_to_come, "LONGEST_REST", 9)
    line = BytesIO(b"grant_type")

    ask(TOKEN, **TEN, **{"wsgi.input": line})

    assert line.read() == b"grant_type"


def test_where_too_many_bodies_do_not_come_a_refusal_waits_for_none(ask, full):
    line = BytesIO(b"grant_type")

    assert ask(TOKEN, **TEN, **{"wsgi.input": line})["status"] == "400 Bad Request"
    assert line.read() == b"grant_type"
