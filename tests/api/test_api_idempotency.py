"""The same request again gives the same answer and does nothing."""

import pytest

from credit.models import Application, AuditEvent, IdempotencyRecord


def test_the_same_request_again_gives_the_same_answer(partner):
    first = partner.decide(idempotency_key="k-1")

    again = partner.decide(idempotency_key="k-1")

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert Application.objects.count() == 1
    decided = AuditEvent.objects.filter(type=AuditEvent.Type.APPLICATION_DECIDED)
    assert decided.count() == 1


def test_another_body_under_the_same_key_is_refused(partner, application):
    first = partner.decide(idempotency_key="k-1").json()

    answer = partner.decide(application(reference="A-9"), idempotency_key="k-1")

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs/problems/#idempotency-conflict"
    assert list(Application.objects.values_list("pk", flat=True)) == [first["id"]]


def test_a_bad_body_under_a_used_key_is_refused_as_another_body(partner, application):
    partner.decide(idempotency_key="k-1")

    answer = partner.decide(application(features__housing="castle"), idempotency_key="k-1")

    assert answer.status_code == 409


@pytest.mark.parametrize("body", [{}, {"product": 7}, {"product": "nope"}])
def test_a_body_without_a_product_under_a_used_key_is_refused_as_another_body(partner, body):
    partner.decide(idempotency_key="k-1")

    assert partner.decide(body, idempotency_key="k-1").status_code == 409


def test_a_refused_request_uses_up_no_key(partner, application):
    refused = partner.decide(application(features__housing="castle"), idempotency_key="k-1")
    answer = partner.decide(idempotency_key="k-1")

    assert (refused.status_code, answer.status_code) == (400, 201)
    assert "Idempotent-Replay" not in answer.headers


def test_partners_keys_have_nothing_to_do_with_one_another(partner, other_partner):
    first = partner.decide(idempotency_key="k-1").json()

    answer = other_partner.decide(idempotency_key="k-1")

    assert answer.status_code == 201
    assert answer.json()["id"] != first["id"]
    assert IdempotencyRecord.objects.count() == 2


def test_another_key_decides_again(partner):
    partner.decide(idempotency_key="k-1")
    partner.decide(idempotency_key="k-2")

    assert Application.objects.count() == 2


BAD_KEYS = {
    "empty": "",
    "a blank": " ",
    "a blank inside": "k 1",
    "a tab": "k\t1",
    "NUL": "k\0",
    "a newline": "k\n1",
    "a letter that is not ASCII": "kü",
    "half of a pair": "k\ud800",
    "too long": "k" * 256,
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_key_that_cannot_be_one_is_refused(early_partner, key):
    answer = early_partner.decide(**{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/docs/problems/#idempotency-key"
    assert not Application.objects.exists()


def test_a_decision_needs_a_key(early_partner, application):
    answer = early_partner.post("/api/v1/decisions", application())

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/docs/problems/#idempotency-key"
    assert not Application.objects.exists()


@pytest.mark.parametrize("key", ["k", "k" * 255, '"8e03978e-40d5"', "!~", "8e03978e-40d5-43dd"])
def test_any_visible_ascii_will_do(partner, key):
    assert partner.decide(idempotency_key=key).status_code == 201
