"""What every answer carries, and what no log line holds."""

import io
import json
import logging
import re
from datetime import UTC, datetime

import api_lending
import factories
import pytest
from django.conf import settings
from django.test import Client

from credit import logs
from credit.actions import api_keys
from credit.api import decisions

CANARY = "Zaphod-Canary-4711"


@pytest.fixture
def logged(monkeypatch):
    """Give what the product writes to its log, formatted as it writes it."""
    written, requests = io.StringIO(), io.BytesIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(_formatter())
    logging.getLogger().addHandler(handler)
    straight = logs.straight("credit.requests", into=requests)
    monkeypatch.setattr("credit.api.middleware.lines", straight)
    yield lambda: [
        json.loads(line) for kept in (written, requests) for line in kept.getvalue().splitlines()
    ]
    logging.getLogger().removeHandler(handler)


def _formatter():
    described = dict(settings.LOGGING["formatters"]["json"])
    factory = described.pop("()")
    return factory(**described)


def line_of_request(lines):
    return [line for line in lines if line["event"] == "request"][-1]


@pytest.mark.parametrize("name", ["8e03978e-40d5", "A" * 64])
def test_a_good_request_id_is_kept(early_partner, name):
    assert (
        early_partner.get("/api/v1/products", **{"X-Request-ID": name}).headers["X-Request-ID"]
        == name
    )


@pytest.mark.parametrize(
    "name", ["", "x", "A" * 65, "a b c d e f", "a\nb-45678", "ü" * 10, "../../x"]
)
def test_another_request_id_is_replaced(early_partner, name):
    answer = early_partner.get("/api/v1/products", **{"X-Request-ID": name})

    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_problem_names_its_request(stranger):
    answer = stranger.get("/api/v1/products", **{"X-Request-ID": "8e03978e-40d5"})

    assert answer.json()["request_id"] == "8e03978e-40d5"
    assert answer.json()["instance"] == "/api/v1/products"


@pytest.mark.parametrize("path", ["products", "nothing", "decisions/x", "openapi.json", "docs/"])
def test_no_answer_of_the_api_is_kept_by_a_cache(early_partner, path):
    assert early_partner.get(f"/api/v1/{path}").headers["Cache-Control"] == "no-store"


def test_one_line_says_what_came_of_a_request(partner, logged):
    told = partner.decide(**{"X-Request-ID": "8e03978e-40d5"}).json()

    line = line_of_request(logged())
    assert line["decision_id"] == told["id"]
    assert (line["method"], line["route"], line["status"]) == ("POST", "api/v1/decisions", 201)
    assert line["request_id"] == "8e03978e-40d5"
    assert line["partner"] == "bank-one"
    assert line["duration_ms"] > 0


def test_the_next_request_of_a_thread_begins_with_a_clean_line(partner, stranger, logged):
    partner.decide()
    stranger.get("/api/v1/products")

    line = line_of_request(logged())
    assert line["problem"] == "unauthenticated"
    assert not {"decision_id", "partner", "api_key"} & set(line)


def test_a_key_that_was_revoked_is_named_where_somebody_goes_on_with_it(db, logged):
    issued = api_lending.key_of()
    by = factories.user("administrator")
    api_keys.revoke(key_id=issued.api_key.pk, by=by, at=datetime.now(UTC))

    api_lending.Partner(issued.key).get("/api/v1/products")

    line = line_of_request(logged())
    assert (line["status"], line["problem"]) == (401, "unauthenticated")
    assert (line["partner"], line["api_key"]) == ("bank-one", issued.api_key.prefix)
    assert issued.key not in json.dumps(line)


def _good(partner, application, monkeypatch):
    return partner.decide(application(reference=CANARY))


def _bad_value(partner, application, monkeypatch):
    return partner.decide(application(features__housing=CANARY, reference=CANARY))


def _bad_key(partner, application, monkeypatch):
    return partner.decide(application(**{CANARY: 1}))


def _bad_json(partner, application, monkeypatch):
    return partner.decide(b'{"reference": "%s" oops' % CANARY.encode())


def _bad_path(partner, application, monkeypatch):
    return partner.get(f"/api/v1/decisions/{CANARY}")


def _bad_query(partner, application, monkeypatch):
    return partner.get(f"/api/v1/decisions?name={CANARY}")


def _found(partner, application, monkeypatch):
    return partner.get(f"/api/v1/decisions?reference={CANARY}")


def _bad_headers(partner, application, monkeypatch):
    return partner.decide(**{"Idempotency-Key": f" {CANARY}", "X-Request-ID": f"{CANARY} "})


def _bad_authorization(partner, application, monkeypatch):
    return partner.get("/api/v1/products", Authorization=f"Bearer {CANARY}")


def _a_fault_of_ours(partner, application, monkeypatch):
    def broken(**given):
        raise RuntimeError(f"cannot take {given['body']}")

    monkeypatch.setattr(decisions.actions, "decide", broken)
    return partner.decide(application(reference=CANARY))


def _a_row_that_the_database_refuses(partner, application, monkeypatch):
    monkeypatch.setattr("credit.considering.new_id", lambda _: "X" * 27)
    return partner.decide(application(reference=CANARY))


WAYS_IN = {
    "a good request": (_good, 201),
    "a bad value": (_bad_value, 400),
    "a bad key": (_bad_key, 400),
    "bad JSON": (_bad_json, 400),
    "a path": (_bad_path, 404),
    "a query": (_bad_query, 400),
    "a search": (_found, 200),
    "headers": (_bad_headers, 400),
    "a key": (_bad_authorization, 401),
    "a fault of ours": (_a_fault_of_ours, 500),
    "a row that the database refuses": (_a_row_that_the_database_refuses, 500),
}


@pytest.mark.parametrize(("way", "status"), WAYS_IN.values(), ids=WAYS_IN)
def test_nothing_that_was_sent_is_in_the_log(
    partner, application, monkeypatch, logged, way, status
):
    answer = way(partner, application, monkeypatch)

    lines = logged()
    assert answer.status_code == status
    assert line_of_request(lines)["status"] == status
    assert CANARY not in json.dumps(lines)
    assert partner.key not in json.dumps(lines)


def test_a_fault_of_ours_is_found_by_its_request_id(partner, application, monkeypatch, logged):
    answer = _a_fault_of_ours(partner, application, monkeypatch)

    broken = next(line for line in logged() if line["event"] == "broken")
    assert broken["request_id"] == answer.json()["request_id"]
    assert broken["exceptions"][0]["type"] == "builtins.RuntimeError"
    assert "RuntimeError" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_an_answer_over_https_tells_the_browser_what_a_page_does(db, settings):
    settings.SECURE_HSTS_SECONDS = 60
    client = Client(raise_request_exception=False)  # reads the settings as they are now

    page = client.get("/sign-in/", secure=True).headers
    for path in ("/api/v1/products", "/api/v1/nothing"):
        answer = client.get(path, secure=True).headers
        assert answer["Strict-Transport-Security"].startswith("max-age=60")
        for name in (
            "Strict-Transport-Security",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "X-Frame-Options",
            "Permissions-Policy",
        ):
            assert answer[name] == page[name], (path, name)


def test_only_an_answer_over_https_asks_to_come_again_over_https(db, settings):
    settings.SECURE_HSTS_SECONDS = 60
    client = Client(raise_request_exception=False)  # reads the settings as they are now

    for secure in (True, False, True):
        answer = client.get("/api/v1/products", secure=secure)

        assert ("Strict-Transport-Security" in answer.headers) is secure
