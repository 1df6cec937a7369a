"""OAuth clients: a secret for a token, a token for what a key of the same scopes may do."""

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import factories
import pytest
from api_lending import Partner, key_of
from oauth2_provider.models import AccessToken
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

from credit import rates, tasks
from credit.actions import api_keys
from credit.api import strangers
from credit.models import AuditEvent, Outcome
from credit.rates import Limit

PLACE = "/api/v1/oauth/token"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def client_of(db):
    def client_of(partner="bank-one", scopes=("score", "read"), **more):
        return key_of(partner, scopes, is_client=True, **more)

    return client_of


@pytest.fixture
def issued(client_of):
    return client_of()


def basic(name, secret):
    shown = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {shown}"}


def ask(form=GRANT, *, content_type="application/x-www-form-urlencoded", **headers):
    content = form if isinstance(form, bytes) else urlencode(form).encode()
    return Partner().client.generic("POST", PLACE, content, content_type, headers=headers)


def token_of(issued, **form):
    answer = ask(GRANT | form, **basic(issued.api_key.name, issued.key))
    return answer.json()["access_token"]


def test_a_client_gets_a_token_for_all_its_scopes(issued):
    answer = ask(**basic(issued.api_key.name, issued.key))

    told = answer.json()
    assert answer.status_code == 200
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert set(told["scope"].split()) == {"score", "read"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["RateLimit"].startswith('"default";r=')


def test_the_id_and_secret_may_stand_in_the_form(issued):
    answer = ask(GRANT | {"client_id": issued.api_key.name, "client_secret": issued.key})

    assert answer.status_code == 200


def test_a_common_library_understands_the_answers(issued):
    library = BackendApplicationClient(issued.api_key.name)
    good = ask(**basic(issued.api_key.name, issued.key)).content.decode()
    bad = ask(**basic(issued.api_key.name, "wrong")).content.decode()

    assert library.parse_request_body_response(good)["access_token"].startswith("evt_")
    with pytest.raises(OAuth2Error, match="invalid_client"):
        library.parse_request_body_response(bad)


def test_a_token_opens_what_its_scopes_say(champion, issued):
    everything, reading = Partner(token_of(issued)), Partner(token_of(issued, scope="read"))

    decided = everything.decide()

    assert decided.status_code == 201
    assert reading.get(f"/api/v1/decisions/{decided.json()['id']}").status_code == 200
    assert reading.decide().status_code == 403
    assert everything.post("/api/v1/decisions/x/outcomes", {}).status_code == 404


def test_an_outcome_that_came_by_oauth_says_by_which_client(champion, client_of):
    issued = client_of(scopes=("score", "outcomes"))
    partner = Partner(token_of(issued))
    body = {"outcome": "good", "observed_on": f"{datetime.now(UTC):%Y-%m-%d}"}

    told = partner.decide(factories.body(**factories.AUTOMATIC)).json()
    partner.post(f"/api/v1/decisions/{told['id']}/outcomes", body)

    assert Outcome.objects.get().reported_with == issued.api_key


def test_neither_token_nor_secret_is_stored_or_audited(issued):
    token = token_of(issued)

    row = json.dumps(list(AccessToken.objects.values()), default=str)
    event = AuditEvent.objects.get(type=AuditEvent.Type.TOKEN_GRANTED)
    assert token not in row
    assert issued.api_key.application.client_secret == ""
    assert issued.key not in str(vars(issued.api_key))
    assert event.target == f"key:{issued.api_key.prefix}"
    assert token not in str(event.details)


def test_a_secret_is_no_key(issued):
    answer = Partner(issued.key).get("/api/v1/products")

    assert answer.status_code == 401
    assert "Change it for an access token at /api/v1/oauth/token" in answer.json()["detail"]


def test_a_key_is_no_client(db):
    key = key_of()

    assert ask(**basic(f"evc_{key.api_key.prefix}", key.key)).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        lambda issued: basic(issued.api_key.name, issued.key[:-1]),
        lambda issued: basic(issued.api_key.name, ""),
        lambda issued: basic("evc_000000000000", issued.key),
        lambda issued: basic("evc_\0", issued.key),
        lambda _: basic("", ""),
        lambda issued: basic(issued.api_key.name, "ü"),
        lambda _: {"Authorization": "Basic ü"},
        lambda _: {"Authorization": "Basic %%%"},
        lambda _: {"Authorization": "Basic"},
        lambda issued: {"Authorization": f"Bearer {issued.key}"},
        lambda _: {},
    ],
)
def test_a_client_without_its_secret_is_refused_without_a_reason(issued, spoil):
    answer = ask(**spoil(issued))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="evenhand"'
    assert answer.json()["type"].endswith("#oauth-client")
    assert answer.json()["error"] == "invalid_client"
    assert not AccessToken.objects.exists()


def test_an_address_guesses_only_so_many_secrets_of_clients(issued, monkeypatch):
    monkeypatch.setattr(rates, "time", SimpleNamespace(monotonic=lambda: 1_000.0))
    monkeypatch.setattr(strangers, "LIMIT", Limit(1, 2))

    answers = [ask(**basic(issued.api_key.name, "guessed")).status_code for _ in range(3)]

    assert answers == [401, 401, 429]
    assert token_of(issued)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "score"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        (GRANT | {"scope": "score outcomes"}, "invalid_scope"),
        (GRANT | {"scope": "everything"}, "invalid_scope"),
    ],
)
def test_another_request_than_ours_is_refused_by_its_name(issued, form, error):
    answer = ask(form, **basic(issued.api_key.name, issued.key))

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#oauth-request")
    assert answer.json()["error"] == error


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"grant_type": "client_credentials"}', "application/json", 415),
        (b"grant_type=client_credentials", "", 415),
        (b"grant_type=\xff", None, 400),
        (b"grant_type=%ff", None, 400),
        (b"grant_type=%00", None, 400),
        (b"scope=a&scope=b", None, 400),
        (b"&".join(b"a%d=1" % n for n in range(30)), None, 400),
        (b"a=" + b"a" * 9_000, None, 413),
        (b"", None, 415),
        (b"=&=;;%", None, 400),
    ],
)
def test_any_bytes_get_a_problem_document(issued, content, content_type, status):
    given = {} if content_type is None else {"content_type": content_type}
    answer = ask(content, **given, **basic(issued.api_key.name, issued.key))

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_query_is_refused(issued):
    answer = Partner().client.post(f"{PLACE}?grant_type=client_credentials")

    assert answer.json()["type"].endswith("#malformed-request")


@pytest.mark.parametrize("path", ["authorize/", "revoke_token/", "introspect/", "applications/"])
def test_nothing_else_of_the_toolkit_has_an_address(db, path):
    for root in ("/api/v1/oauth/", "/o/", "/oauth/"):
        assert Partner().get(root + path).status_code == 404


def test_a_client_that_is_revoked_gets_no_token_and_its_tokens_end(committed_client):
    issued = committed_client
    partner = Partner(token_of(issued))
    assert partner.get("/api/v1/products").status_code == 200

    api_keys.revoke(key_id=issued.api_key.pk, by=None, at=datetime.now(UTC))

    assert ask(**basic(issued.api_key.name, issued.key)).status_code == 401
    ended = Partner(partner.key).get("/api/v1/products")
    assert ended.status_code == 401
    named = f"The OAuth client {issued.api_key.name} was revoked at "
    assert ended.json()["detail"].startswith(named)


@pytest.fixture
def committed_client(committed, monkeypatch):
    monkeypatch.setattr("credit.access.FRESH_FOR", 0)
    return key_of("bank-of-clients", ("score",), is_client=True)


def test_a_token_ends_after_an_hour(issued):
    token = token_of(issued)
    AccessToken.objects.update(expires=datetime.now(UTC) - timedelta(seconds=1))

    ended = Partner(token).get("/api/v1/products")
    assert ended.status_code == 401
    assert "its hour is over" in ended.json()["detail"]
    tasks.purge_tokens()
    assert not AccessToken.objects.exists()


def test_a_client_asks_for_tokens_within_its_limit(client_of):
    issued = client_of(limit=api_keys.Limit(1, 2))

    answers = [ask(**basic(issued.api_key.name, issued.key)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["type"].endswith("#rate-limited")
    assert AccessToken.objects.count() == 2
