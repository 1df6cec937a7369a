"""A partner reports how a loan turned out."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

from credit.models import Application, Outcome

NOW = datetime.now(UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Stay within the day on which this file was read; midnight may come before its tests."""
    ticks = count()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(microseconds=next(ticks)))


@pytest.fixture
def decision(partner):
    """Decide an application and let it be approved."""
    told = partner.decide().json()
    Application.objects.filter(pk=told["id"]).update(status=Application.Status.APPROVED)
    return told["id"]


@pytest.fixture
def report(partner, decision):
    def report(body=None, **headers):
        good = {"outcome": "bad", "observed_on": TODAY.isoformat()}
        sent = good if body is None else body
        return partner.post(f"/api/v1/decisions/{decision}/outcomes", sent, **headers)

    return report


@pytest.mark.parametrize(("outcome", "is_bad"), [("bad", True), ("good", False)])
def test_an_outcome_is_stored(report, decision, outcome, is_bad):
    answer = report({"outcome": outcome, "observed_on": TODAY.isoformat()})

    stored = Outcome.objects.get(decision_id=decision)
    assert answer.status_code == 201
    assert (stored.is_bad, stored.observed_on) == (is_bad, TODAY)
    assert stored.reported_with is not None
    told = answer.json()
    assert (told["decision"], told["outcome"]) == (decision, outcome)
    assert date.fromisoformat(told["matures_on"]) == stored.matures_on


def test_the_same_outcome_again_changes_nothing(report):
    first = report(**{"Idempotency-Key": "k-1"})

    again = report(**{"Idempotency-Key": "k-1"})

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers


def test_another_outcome_is_refused(report):
    report()

    answer = report({"outcome": "good", "observed_on": TODAY.isoformat()})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs/problems/#conflict"
    assert answer.json()["detail"].endswith("correct it: “corrects”: 1, with a “reason”.")
    assert Outcome.objects.get().is_bad


CORRECTION = {
    "outcome": "good",
    "observed_on": TODAY.isoformat(),
    "corrects": 1,
    "reason": "The arrears were another customer's.",
}


def test_an_outcome_is_corrected_and_both_versions_are_told(report, partner, decision):
    first = report().json()

    answer = report(CORRECTION)

    told = answer.json()
    assert answer.status_code == 201
    assert (told["version"], told["corrects"], told["outcome"]) == (2, 1, "good")
    assert partner.get(f"/api/v1/decisions/{decision}").json()["outcomes"] == [told, first]
    assert "reason" not in told


def test_the_same_correction_again_changes_nothing(report):
    report()
    first = report(CORRECTION)

    again = report(CORRECTION)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_correction_of_what_is_not_the_newest_is_refused(report):
    report()
    report(CORRECTION)

    answer = report(CORRECTION | {"outcome": "bad"})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/docs/problems/#conflict"
    assert Outcome.objects.count() == 2


BAD_CORRECTIONS = {
    "no reason": ({"reason": None}, "/reason", "missing"),
    "an empty reason": ({"reason": ""}, "/reason", "out_of_bounds"),
    "a long reason": ({"reason": "x" * 501}, "/reason", "out_of_bounds"),
    "two lines": ({"reason": "a\nb"}, "/reason", "out_of_bounds"),
    "turned text": ({"reason": "a\u202eb"}, "/reason", "out_of_bounds"),
    "a reason that is a list": ({"reason": ["x"]}, "/reason", "wrong_type"),
    "no version": ({"corrects": None}, "/corrects", "missing"),
    "version 0": ({"corrects": 0}, "/corrects", "wrong_type"),
    "true": ({"corrects": True}, "/corrects", "wrong_type"),
    "a fraction": ({"corrects": 1.0}, "/corrects", "wrong_type"),
    "a huge version": ({"corrects": 2**62}, "/corrects", "wrong_type"),
}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"), BAD_CORRECTIONS.values(), ids=BAD_CORRECTIONS
)
def test_a_bad_field_of_a_correction_is_named(report, changes, pointer, code):
    report()

    answer = report(CORRECTION | changes)

    assert answer.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert Outcome.objects.count() == 1


@pytest.mark.parametrize("days", [1, -1, -4000])
def test_an_outcome_lies_between_the_decision_and_today(report, days):
    answer = report({"outcome": "bad", "observed_on": str(TODAY + timedelta(days=days))})

    assert answer.status_code == 409
    assert not Outcome.objects.exists()


def test_what_was_not_approved_has_no_outcome(report):
    Application.objects.update(status=Application.Status.AWAITING_OFFICER)

    assert report().status_code == 409
    assert not Outcome.objects.exists()


DAY = "2026-11-22"
REFUSED = {
    "no outcome": ({"observed_on": DAY}, "/outcome", "missing"),
    "a null outcome": ({"outcome": None, "observed_on": DAY}, "/outcome", "missing"),
    "no day": ({"outcome": "bad"}, "/observed_on", "missing"),
    "nothing": ({}, "/outcome", "missing"),
    "an unknown field": ({"outcome": "bad", "observed_on": DAY, "x": 1}, "/x", "unknown_field"),
    "another word": ({"outcome": "ugly", "observed_on": DAY}, "/outcome", "unknown_category"),
    "a newline": ({"outcome": "bad\n", "observed_on": DAY}, "/outcome", "unknown_category"),
    "true": ({"outcome": True, "observed_on": DAY}, "/outcome", "unknown_category"),
    "a list": ({"outcome": ["bad"], "observed_on": DAY}, "/outcome", "unknown_category"),
    "a number of a day": (
        {"outcome": "bad", "observed_on": 20261122},
        "/observed_on",
        "wrong_type",
    ),
    "a short day": ({"outcome": "bad", "observed_on": "20261122"}, "/observed_on", "wrong_type"),
    "a week": ({"outcome": "bad", "observed_on": "2026-W47-7"}, "/observed_on", "wrong_type"),
    "no such day": ({"outcome": "bad", "observed_on": "2026-02-30"}, "/observed_on", "wrong_type"),
    "year 0": ({"outcome": "bad", "observed_on": "0000-01-01"}, "/observed_on", "wrong_type"),
    "a moment": ({"outcome": "bad", "observed_on": f"{DAY}T00:00Z"}, "/observed_on", "wrong_type"),
    "a newline after it": (
        {"outcome": "bad", "observed_on": f"{DAY}\n"},
        "/observed_on",
        "wrong_type",
    ),
    "digits of another script": (
        {"outcome": "bad", "observed_on": "\u0661\u0669\u0668\u0665-02-03"},
        "/observed_on",
        "wrong_type",
    ),
}


@pytest.mark.parametrize(("body", "pointer", "code"), REFUSED.values(), ids=REFUSED)
def test_a_bad_field_of_an_outcome_is_named(report, body, pointer, code):
    answer = report(body)

    assert answer.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert not Outcome.objects.exists()


def test_a_key_that_cannot_be_one_is_refused_here_too(report):
    answer = report(**{"Idempotency-Key": "k 1"})

    assert answer.json()["type"] == "/api/v1/docs/problems/#idempotency-key"
    assert not Outcome.objects.exists()
