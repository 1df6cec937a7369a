import re
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from psycopg.errors import DeadlockDetected

from credit.queries import queue
from frontend import apps

ROOT = Path(apps.__file__).parent
TEMPLATES = sorted(ROOT.rglob("*.html"))


def break_queue(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(queue, "page", fail)


def test_an_unknown_address_is_a_page_of_ours(as_officer):
    answer = as_officer.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_fault_of_ours_is_a_calm_page_without_a_trace(as_officer, monkeypatch):
    as_officer.raise_request_exception = False
    break_queue(monkeypatch, RuntimeError("the secret inside"))

    answer = as_officer.get("/")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_database_that_is_away_is_503_and_says_when_to_try_again(as_officer, monkeypatch):
    as_officer.raise_request_exception = False
    break_queue(monkeypatch, OperationalError("server closed the connection"))

    answer = as_officer.get("/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Not available at the moment" in answer.content.decode()


def test_who_gave_way_to_somebody_else_is_told_so(as_officer, monkeypatch):
    as_officer.raise_request_exception = False
    ended = OperationalError("deadlock detected")
    ended.__cause__ = DeadlockDetected()
    break_queue(monkeypatch, ended)

    answer = as_officer.get("/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Somebody was changing the same records" in answer.content.decode()
    assert "does not answer" not in answer.content.decode()


def test_a_suspicious_request_is_a_400_page(db):
    answer = Client(raise_request_exception=False).get("/sign-in/", headers={"host": "evil.test"})

    assert answer.status_code == 400
    assert "This request was not understood" in answer.content.decode()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_short_and_asks_nobody_else(path):
    text = path.read_text()

    assert len(text.splitlines()) <= 55
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)


def test_signed_in_pages_are_kept_out_of_every_cache(as_officer):
    assert "no-store" in as_officer.get("/").headers["Cache-Control"]


def test_the_policy_for_content_allows_nothing_inline(as_officer):
    policy = as_officer.get("/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
