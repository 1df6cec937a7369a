"""A partner says what is wrong with a decision, and the officer reads it."""

import factories
import pytest

from credit.actions import partner_feedback
from credit.models import AuditEvent, PartnerFeedback
from credit.queries import applications

GOOD = {
    "kind": "reason_wrong",
    "feature": "checking_status",
    "text": "The account has been in credit since May.",
}
UNKNOWN = "01JDA4V9G4Q2M7Z8S0C5T3XW1K"


@pytest.fixture
def decision(partner):
    return partner.decide().json()["id"]


@pytest.fixture
def give(partner, decision):
    def give(body=GOOD, **headers):
        return partner.post(f"/api/v1/decisions/{decision}/feedback", body, **headers)

    return give


@pytest.mark.parametrize("kind", PartnerFeedback.Kind.values)
def test_feedback_is_stored_and_told_back(give, decision, kind):
    answer = give(GOOD | {"kind": kind})

    told = answer.json()
    assert answer.status_code == 201
    assert {name: told[name] for name in GOOD} == GOOD | {"kind": kind}
    stored = PartnerFeedback.objects.get(decision_id=decision)
    assert (stored.kind, stored.given_with.partner.slug) == (kind, "bank-one")


def test_a_feature_may_be_left_out(give):
    assert give({"kind": "unhelpful", "text": "Which account?"}).json()["feature"] is None


def test_the_same_words_again_change_nothing(give):
    first = give(**{"Idempotency-Key": "k-1"})

    again = give(**{"Idempotency-Key": "k-1"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert PartnerFeedback.objects.count() == 1


def test_it_is_audited_without_its_words(give, decision):
    give()

    event = AuditEvent.objects.get(type=AuditEvent.Type.FEEDBACK_GIVEN)
    assert (event.target, event.partner.slug) == (f"decision:{decision}", "bank-one")
    assert event.details["feature"] == "checking_status"
    assert "credit since May" not in str(event.details)


CORRECTION = {
    "kind": "data_wrong",
    "feature": "housing",
    "text": "We sent another applicant's.",
    "corrects": 1,
}


@pytest.fixture
def withdraw(partner, decision):
    def withdraw(body=None, *, number=1, **headers):
        path = f"/api/v1/decisions/{decision}/feedback/{number}/withdrawal"
        return partner.post(path, body or {"text": "Sent by mistake."}, **headers)

    return withdraw


@pytest.fixture
def listed(partner, decision):
    return lambda: partner.get(f"/api/v1/decisions/{decision}/feedback").json()["results"]


def test_it_is_corrected_and_both_are_told(give, listed):
    first = give().json()

    answer = give(CORRECTION)

    told = answer.json()
    assert answer.status_code == 201
    assert (first["number"], first["corrects"], first["withdrawn"]) == (1, None, False)
    assert (told["number"], told["corrects"], told["withdrawn"]) == (2, 1, False)
    assert listed() == [told, first]


def test_it_is_withdrawn_and_both_are_told(give, withdraw, listed):
    first = give().json()

    answer = withdraw()

    told = answer.json()
    assert answer.status_code == 201
    assert (told["number"], told["corrects"], told["withdrawn"]) == (2, 1, True)
    assert (told["kind"], told["feature"]) == (first["kind"], first["feature"])
    assert told["text"] == "Sent by mistake."
    assert listed() == [told, first]


def test_where_nothing_was_said_the_list_is_empty(listed):
    assert listed() == []


def test_the_same_correction_and_withdrawal_again_change_nothing(give, withdraw, listed):
    give()
    corrected, withdrawn = give(CORRECTION), withdraw(number=2)

    again = [give(CORRECTION), withdraw(number=2)]

    assert [each.json() for each in again] == [corrected.json(), withdrawn.json()]
    assert [each.headers["Idempotent-Replay"] for each in again] == ["true", "true"]
    assert len(listed()) == 3


def test_what_does_not_stand_is_neither_corrected_nor_withdrawn(give, withdraw, listed):
    give()
    give(CORRECTION)

    refused = [give(CORRECTION | {"text": "Another."}), withdraw()]

    assert [each.status_code for each in refused] == [409, 409]
    assert {each.json()["type"] for each in refused} == {"/api/v1/docs/problems/#conflict"}
    assert {each.json()["detail"] for each in refused} == {
        "Feedback 1 was corrected by 2: correct that."
    }
    assert len(listed()) == 2


@pytest.mark.parametrize("number", [0, 2, 2**15, 2**64, "1" * 5000, "x", "-1", "1.0"])
def test_a_withdrawal_of_what_was_not_said_is_404(give, withdraw, number):
    give()

    assert withdraw(number=number).status_code == 404


def test_another_s_is_neither_listed_nor_withdrawn(give, other_partner, decision, listed):
    give()

    path = f"/api/v1/decisions/{decision}/feedback"
    seen = other_partner.get(path)
    withdrawn = other_partner.post(f"{path}/1/withdrawal", {"text": "No."})

    assert (seen.status_code, withdrawn.status_code) == (404, 404)
    assert len(listed()) == 1


BAD_WITHDRAWALS = {
    "no text": ({"text": None}, "/text", "missing"),
    "an empty text": ({"text": ""}, "/text", "out_of_bounds"),
    "a text that is a list": ({"text": ["x"]}, "/text", "wrong_type"),
    "an unknown field": ({"text": "x", "kind": "unhelpful"}, "/kind", "unknown_field"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), BAD_WITHDRAWALS.values(), ids=BAD_WITHDRAWALS)
def test_a_bad_field_of_a_withdrawal_is_named(give, withdraw, listed, body, pointer, code):
    give()

    answer = withdraw(body)

    assert answer.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert len(listed()) == 1


def test_the_officer_reads_it_in_the_history(give, decision):
    give()

    seen = applications.detail(decision, viewer=factories.user("officer"))

    assert seen.history[0].what == "Partner's feedback: a reason is wrong (Checking account)"
    assert (seen.history[0].words, seen.history[0].who) == (GOOD["text"], "bank-one")


REFUSED = {
    "no kind": ({"kind": None}, "/kind", "missing"),
    "another kind": ({"kind": "wonderful"}, "/kind", "unknown_category"),
    "a kind that is a list": ({"kind": ["unhelpful"]}, "/kind", "unknown_category"),
    "no text": ({"text": None}, "/text", "missing"),
    "an empty text": ({"text": ""}, "/text", "out_of_bounds"),
    "a long text": ({"text": "x" * 501}, "/text", "out_of_bounds"),
    "a text that turns": ({"text": "a\u202eb"}, "/text", "out_of_bounds"),
    "a null feature": ({"feature": None}, "/feature", "missing"),
    "an unknown feature": ({"feature": "age"}, "/feature", "unknown_category"),
    "a protected attribute": ({"feature": "age_group"}, "/feature", "unknown_category"),
    "an unknown field": ({"stars": 5}, "/stars", "unknown_field"),
    "a null number": ({"corrects": None}, "/corrects", "missing"),
    "number 0": ({"corrects": 0}, "/corrects", "wrong_type"),
    "true for a number": ({"corrects": True}, "/corrects", "wrong_type"),
    "a fraction for a number": ({"corrects": 1.0}, "/corrects", "wrong_type"),
    "a huge number": ({"corrects": 2**62}, "/corrects", "wrong_type"),
}


@pytest.mark.parametrize(("changes", "pointer", "code"), REFUSED.values(), ids=REFUSED)
def test_a_bad_field_is_named(give, changes, pointer, code):
    answer = give(GOOD | changes)

    assert answer.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert not PartnerFeedback.objects.exists()


def test_there_is_an_end_to_it(give, monkeypatch):
    monkeypatch.setattr(partner_feedback, "MOST", 1)
    give()

    answer = give(GOOD | {"text": "And again."})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs/problems/#conflict"


def test_another_s_decision_is_not_there(other_partner, decision):
    another_s = other_partner.post(f"/api/v1/decisions/{decision}/feedback", GOOD)
    unknown = other_partner.post(f"/api/v1/decisions/{UNKNOWN}/feedback", GOOD)

    assert another_s.status_code == unknown.status_code == 404
    assert another_s.json()["detail"] == unknown.json()["detail"]


def test_a_key_that_cannot_be_one_is_refused_here_too(give):
    answer = give(**{"Idempotency-Key": "k 1"})

    assert answer.json()["type"] == "/api/v1/docs/problems/#idempotency-key"
    assert not PartnerFeedback.objects.exists()
