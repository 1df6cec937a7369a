"""A partner registers where it wants to be told, and keeps that in order."""

import api_lending
import pytest

from credit.actions import webhooks
from credit.models import AuditEvent, WebhookEndpoint
from credit.webhooks.addresses import networks

URL = "https://127.0.0.1:8443/evenhand?token=s3cret"
GOOD = {"url": URL, "events": ["decision.made", "outcome.requested"]}
UNKNOWN = "/api/v1/webhooks/01JDA52ZKQ8M0X6T3R9V1B7CDE"
CHANGES = ("pause", "resume", "secret")


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")


@pytest.fixture
def bank(db):
    return api_lending.Partner(api_lending.key_of(scopes=["webhooks"]).key)


@pytest.fixture
def other_bank(db):
    return api_lending.Partner(api_lending.key_of("bank-two", ["webhooks"]).key)


@pytest.fixture
def register(bank):
    return lambda **changes: bank.post("/api/v1/webhooks", GOOD | changes)


@pytest.fixture
def path(register):
    return f"/api/v1/webhooks/{register().json()['id']}"


def test_a_secret_is_told_once(register, bank):
    answer = register()

    told = answer.json()
    assert answer.status_code == 201
    assert (told["url"], told["events"], told["status"]) == (URL, GOOD["events"], "active")
    secret = told.pop("secret")
    assert secret.startswith("whsec_")
    assert bank.get(f"/api/v1/webhooks/{told['id']}").json() == told
    assert bank.get("/api/v1/webhooks").json() == {"results": [told]}


def test_every_change_is_audited_without_the_address(bank, path):
    bank.post(f"{path}/pause", b"")
    bank.post(f"{path}/resume", b"")
    bank.post(f"{path}/secret", b"")
    bank.delete(path)

    events = AuditEvent.objects.filter(target__startswith="webhook:").order_by("pk")
    assert [event.type.removeprefix("webhook_") for event in events] == [
        *("registered", "paused", "resumed", "secret_rotated", "removed")
    ]
    assert {event.partner.slug for event in events} == {"bank-one"}
    assert {event.details["host"] for event in events} == {"127.0.0.1"}
    assert "s3cret" not in str([event.details for event in events])


def test_a_webhook_is_paused_and_resumed_as_often_as_one_likes(bank, path):
    told = [bank.post(f"{path}/{word}", b"").json()["status"] for word in ("pause", "pause")]
    told += [bank.post(f"{path}/{word}", b"").json()["status"] for word in ("resume", "resume")]

    assert told == ["paused", "paused", "active", "active"]


def test_a_disabled_webhook_is_resumed_but_not_paused(bank, path):
    WebhookEndpoint.objects.update(state="disabled")

    refused = bank.post(f"{path}/pause", b"")
    resumed = bank.post(f"{path}/resume", b"")

    assert (refused.status_code, refused.json()["detail"]) == (409, "This webhook is disabled.")
    assert resumed.json()["status"] == "active"


def test_an_address_that_is_ours_by_now_is_not_resumed(bank, path, settings):
    bank.post(f"{path}/pause", b"")
    settings.EVENHAND_WEBHOOK_NETWORKS = ()

    answer = bank.post(f"{path}/resume", b"")

    assert answer.status_code == 409
    assert "private, local or reserved" in answer.json()["detail"]


def test_a_secret_is_exchanged(bank, register):
    before = register().json()

    answer = bank.post(f"/api/v1/webhooks/{before['id']}/secret", b"")

    told = answer.json()
    assert (answer.status_code, told["secret"] == before["secret"]) == (200, False)
    assert told["old_secret_until"] > before["created_at"]


def test_a_removed_webhook_is_not_there_any_more(bank, path, register):
    answer = bank.delete(path)

    assert (answer.status_code, answer.json()["status"]) == (200, "removed")
    assert bank.get("/api/v1/webhooks").json() == {"results": []}
    assert bank.get(path).status_code == bank.delete(path).status_code == 404
    assert register().status_code == 201


def test_an_address_is_registered_once(register):
    first = register().json()

    answer = register(events=["decision.made"])

    assert answer.status_code == 409
    assert first["id"] in answer.json()["detail"]


def test_there_is_room_for_so_many(register, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST", 1)
    register()

    answer = register(url="https://127.0.0.1/another")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "A partner has at most 1 webhooks."


REFUSED = {
    "no address": ({"url": None}, "/url", "missing"),
    "an address that is a list": ({"url": [URL]}, "/url", "wrong_type"),
    "an empty address": ({"url": ""}, "/url", "refused_address"),
    "without TLS": ({"url": "http://10.0.0.1/"}, "/url", "refused_address"),
    "a private address": ({"url": "https://10.0.0.1/"}, "/url", "refused_address"),
    "a cloud's own": ({"url": "https://169.254.169.254/"}, "/url", "refused_address"),
    "no events": ({"events": None}, "/events", "missing"),
    "an empty list": ({"events": []}, "/events", "out_of_bounds"),
    "a long list": ({"events": ["decision.made"] * 4}, "/events", "out_of_bounds"),
    "a text": ({"events": "decision.made"}, "/events", "wrong_type"),
    "an unknown event": ({"events": ["decision.made", "x"]}, "/events/1", "unknown_category"),
    "a number": ({"events": [1]}, "/events/0", "unknown_category"),
    "a list in the list": ({"events": [[]]}, "/events/0", "unknown_category"),
    "an unknown field": ({"secret": "mine"}, "/secret", "unknown_field"),
}


@pytest.mark.parametrize(("changes", "pointer", "code"), REFUSED.values(), ids=REFUSED)
def test_a_bad_field_is_named(register, changes, pointer, code):
    answer = register(**changes)

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/docs/problems/#validation"
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert not WebhookEndpoint.objects.exists()


def requests(partner, path):
    yield partner.get(path)
    yield from (partner.post(f"{path}/{word}", b"") for word in CHANGES)
    yield partner.delete(path)


def test_another_s_webhook_is_answered_like_one_that_does_not_exist(path, other_bank):
    another_s = [each.json()["detail"] for each in requests(other_bank, path)]
    unknown = [each.json()["detail"] for each in requests(other_bank, UNKNOWN)]

    assert another_s == unknown
    assert {each.status_code for each in requests(other_bank, path)} == {404}
    assert other_bank.get("/api/v1/webhooks").json() == {"results": []}
    assert WebhookEndpoint.objects.get().state == "active"


@pytest.mark.parametrize("word", CHANGES)
def test_what_takes_no_body_and_no_query_refuses_them(bank, path, word):
    for answer in (
        bank.post(f"{path}/{word}", {"overlap_hours": 1}),
        bank.post(f"{path}/{word}?x=1", b""),
    ):
        assert answer.status_code == 400
        assert answer.json()["type"] == "/api/v1/docs/problems/#malformed-request"


def test_real_answers_fit_the_document(register, bank):
    from api_document import holds, schema_of  # noqa: PLC0415 - reading it takes a while

    one = "/api/v1/webhooks/{webhook_id}"
    made = register().json()
    holds(made, schema_of("/api/v1/webhooks", "post", 201))
    holds(bank.get("/api/v1/webhooks").json(), schema_of("/api/v1/webhooks", "get", 200))
    holds(
        bank.post(f"/api/v1/webhooks/{made['id']}/secret", b"").json(),
        schema_of(f"{one}/secret", "post", 200),
    )
    holds(bank.delete(f"/api/v1/webhooks/{made['id']}").json(), schema_of(one, "delete", 200))
