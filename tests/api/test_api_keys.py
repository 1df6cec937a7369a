"""Only a good key opens the API, and only as far as its scopes go."""

from datetime import UTC, datetime
from types import SimpleNamespace

import factories
import pytest
from api_lending import Partner, key_of
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit import rates, shown_keys
from credit.actions import api_keys
from credit.api import strangers
from credit.models import ApiKey, Application
from credit.rates import Limit
from credit.webhooks.addresses import networks

BATCH = "/api/v1/batches/01JDA4V9G4Q2M7Z8S0C5T3XW1K"
DECISION = "/api/v1/decisions/01JDA4V9G4Q2M7Z8S0C5T3XW1K"

WEBHOOK = "/api/v1/webhooks/01JDA52ZKQ8M0X6T3R9V1B7CDE"


def expired():
    return key_of(days=-1).key


def revoked():
    issued, by = key_of(), factories.user("administrator")
    api_keys.revoke(key_id=issued.api_key.pk, by=by, at=datetime.now(UTC))
    return issued.key


def of_an_inactive_partner():
    issued = key_of("bank-gone")
    type(issued.api_key.partner).objects.filter(slug="bank-gone").update(is_active=False)
    return issued.key


SEND = "Send a valid API key or access token: Authorization: Bearer ev_…."
NO_BEARER = "The header Authorization must be the word Bearer, a blank, and"
NOT_WHOLE = "This is no key or access token of ours, or not the whole of it"
NOT_KNOWN = "Nobody here has this key."
UNKNOWN = shown_keys.new("ev", "0123456789ab")
BAD_HEADERS = {
    "no header": (lambda _: {}, SEND),
    "an empty one": (lambda _: {"Authorization": ""}, SEND),
    "no word before it": (lambda key: {"Authorization": key}, NO_BEARER),
    "another word": (lambda key: {"Authorization": f"Basic {key}"}, NO_BEARER),
    "a very long one": (lambda _: {"Authorization": f"Bearer ev_{'a' * 100_000}_x"}, NO_BEARER),
    "no key": (lambda _: {"Authorization": "Bearer"}, NOT_WHOLE),
    "a blank key": (lambda _: {"Authorization": "Bearer "}, NOT_WHOLE),
    "what looks like a key": (lambda _: {"Authorization": "Bearer ev_0123456789ab_x"}, NOT_WHOLE),
    "a wrong secret": (lambda key: {"Authorization": f"Bearer {other_last(key)}"}, NOT_WHOLE),
    "half a key": (lambda key: {"Authorization": f"Bearer {key[:20]}"}, NOT_WHOLE),
    "two keys": (lambda key: {"Authorization": f"Bearer {key} {key}"}, NOT_WHOLE),
    "a blank at its end": (lambda key: {"Authorization": f"Bearer {key} "}, NOT_WHOLE),
    "a key in another case": (lambda key: {"Authorization": f"Bearer {key.upper()}"}, NOT_WHOLE),
    "NUL in it": (lambda _: {"Authorization": "Bearer ev_\0_x"}, NOT_WHOLE),
    "another script": (lambda _: {"Authorization": "Bearer ev_\u0663\u0666_x"}, NOT_WHOLE),
    "half of a pair": (lambda _: {"Authorization": "Bearer ev_\ud800_x"}, NOT_WHOLE),
    "an unknown key": (lambda _: {"Authorization": f"Bearer {UNKNOWN}"}, NOT_KNOWN),
    "another secret of a known key": (
        lambda key: {"Authorization": f"Bearer {shown_keys.new('ev', key.split('_')[1])}"},
        NOT_KNOWN,
    ),
    "another secret of a revoked key": (
        lambda _: {"Authorization": f"Bearer {shown_keys.new('ev', revoked().split('_')[1])}"},
        NOT_KNOWN,
    ),
    "an unknown token": (
        lambda key: {"Authorization": f"Bearer {shown_keys.new('evt', key.split('_')[1])}"},
        "This access token is not known, or its hour is over.",
    ),
    "an expired key": (
        lambda _: {"Authorization": f"Bearer {expired()}"},
        "This key expired at 20",
    ),
    "a revoked key": (
        lambda _: {"Authorization": f"Bearer {revoked()}"},
        "This key was revoked at 20",
    ),
    "a key of an inactive partner": (
        lambda _: {"Authorization": f"Bearer {of_an_inactive_partner()}"},
        "This key belongs to a partner whose account is not active.",
    ),
}


def other_last(key):
    return f"{key[:-1]}{'B' if key[-1] == 'A' else 'A'}"


@pytest.mark.parametrize(("header", "said"), BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_without_a_good_key_there_is_a_401_that_says_what_to_do(db, header, said):
    headers = header(key_of().key)

    answer = Partner().decide(**headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="evenhand"'
    assert answer.json()["detail"].startswith(said)
    assert not Application.objects.exists()


@pytest.fixture
def strangers_may(monkeypatch):
    """Let an address show so many keys that open nothing, while the clock stands still."""
    monkeypatch.setattr(rates, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    return lambda often: monkeypatch.setattr(strangers, "LIMIT", Limit(1, often))


def test_an_address_shows_only_so_many_keys_that_open_nothing(db, strangers_may):
    strangers_may(3)
    good = Partner(key_of().key)

    refused = [Partner(UNKNOWN).get("/api/v1/products") for _ in range(4)]

    assert [each.status_code for each in refused] == [401, 401, 401, 429]
    assert refused[3].headers["Retry-After"] == "1"
    assert refused[3].json()["detail"] == strangers.WAIT
    assert good.get("/api/v1/products").status_code == 200


def test_the_limit_of_strangers_is_each_address_s_own(db, strangers_may, settings):
    strangers_may(1)
    settings.EVENHAND_PROXIES = networks("127.0.0.0/8")
    asked = [
        ("203.0.113.7", 401),
        ("203.0.113.7", 429),
        ("203.0.113.8", 401),
        ("2001:db8::1", 401),
        ("2001:db8::2", 429),
        ("2001:db8:0:1::1", 401),
    ]

    answers = [
        Partner(UNKNOWN).get("/api/v1/products", **{"X-Forwarded-For": address}).status_code
        for address, _ in asked
    ]

    assert answers == [status for _, status in asked]


def test_what_is_no_whole_key_asks_the_database_nothing_and_counts_nowhere(db, strangers_may):
    strangers_may(1)

    answers = {Partner("ev_half").get("/api/v1/products").status_code for _ in range(3)}

    assert answers == {401}


def test_the_word_bearer_may_be_written_in_any_case(db):
    answer = Partner().get("/api/v1/products", Authorization=f"bearer {key_of().key}")

    assert answer.status_code == 200


REQUESTS = {
    "score": lambda partner: partner.decide(),
    "read": lambda partner: partner.get("/api/v1/decisions"),
    "read one": lambda partner: partner.get(DECISION),
    "outcomes": lambda partner: partner.post(f"{DECISION}/outcomes", {}),
    "webhooks": lambda partner: partner.get("/api/v1/webhooks"),
    "webhooks anew": lambda partner: partner.post("/api/v1/webhooks", {}),
    "webhooks no more": lambda partner: partner.delete(WEBHOOK),
    "webhooks pause": lambda partner: partner.post(f"{WEBHOOK}/pause", b""),
    "webhooks resume": lambda partner: partner.post(f"{WEBHOOK}/resume", b""),
    "webhooks secret": lambda partner: partner.post(f"{WEBHOOK}/secret", b""),
    "outcomes as feedback": lambda partner: partner.post(f"{DECISION}/feedback", {}),
    "outcomes as a withdrawal": lambda partner: partner.post(
        f"{DECISION}/feedback/1/withdrawal", {}
    ),
    "read feedback": lambda partner: partner.get(f"{DECISION}/feedback"),
    "batch": lambda partner: partner.send(b"{}"),
    "batch one": lambda partner: partner.get(BATCH),
    "batch results": lambda partner: partner.get(f"{BATCH}/results"),
    "batch cancellation": lambda partner: partner.post(f"{BATCH}/cancellation", b""),
}
SCOPES = ("score", "read", "outcomes", "batch", "webhooks")


@pytest.mark.parametrize("name", REQUESTS)
def test_a_key_without_the_scope_is_refused_by_the_scope_s_name(db, name):
    needed = name.split(" ", maxsplit=1)[0]
    partner = Partner(key_of(scopes=[scope for scope in SCOPES if scope != needed]).key)

    answer = REQUESTS[name](partner)

    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/docs/problems/#forbidden"
    assert needed in answer.json()["detail"]
    assert not Application.objects.exists()


@pytest.mark.parametrize("name", REQUESTS)
def test_the_scope_alone_is_enough(db, name):
    partner = Partner(key_of(scopes=[name.split(" ", maxsplit=1)[0]]).key)

    assert REQUESTS[name](partner).status_code not in {401, 403}


@pytest.mark.parametrize("scope", SCOPES)
def test_any_key_may_read_what_products_ask_for(champion, scope):
    partner = Partner(key_of(scopes=[scope]).key)

    answers = [
        partner.get(path) for path in ("/api/v1/products", "/api/v1/products/consumer-loan/schema")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_request_notes_the_last_use_and_those_after_it_write_nothing(db):
    issued = key_of()
    partner = Partner(issued.key)
    partner.get("/api/v1/products")
    first = ApiKey.objects.get(pk=issued.api_key.pk).last_used_at

    with CaptureQueriesContext(connection) as asked:
        partner.get("/api/v1/products")

    assert first is not None
    assert not [query for query in asked if "credit_apikey" in query["sql"]]


def test_a_session_opens_nothing(db, client):
    client.force_login(
        factories.user("officer"), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get("/api/v1/products").status_code == 401


def test_no_csrf_token_is_asked_for(partner):
    partner.client.handler.enforce_csrf_checks = True

    assert partner.decide().status_code == 201
