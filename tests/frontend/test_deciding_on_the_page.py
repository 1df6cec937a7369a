"""Deciding and judging on the page of an application."""

import re
from html import unescape

import factories
import pytest
from django.utils import timezone

from credit.actions import officer_decisions
from credit.models import (
    OfficerDecision,
    RecommendationFeedback,
    Role,
)

REASON = {"reason_code": "OFF01", "reason": "Payslips of three months seen."}
WHY_NOT = {"reason_code": "OFF04", "reason": "The instalment would be too high."}


def decide(client, decision, verdict, **more):
    return client.post(f"/applications/{decision.pk}/", {"verdict": verdict, **more})


def test_the_recommendation_is_agreed_to_in_one_press(as_officer, waiting):
    decision = waiting(recommendation="approve")
    assert "Agree: approve" in as_officer.get(f"/applications/{decision.pk}/").content.decode()

    answer = as_officer.post(f"/applications/{decision.pk}/", {"verdict": "approve"}, follow=True)

    assert answer.redirect_chain == [("/", 302)]
    assert "A-2291 is approved, by your decision." in answer.content.decode()
    made = OfficerDecision.objects.get()
    assert (made.verdict, made.is_override) == ("approve", False)
    assert made.decided_by_id == int(as_officer.session["_auth_user_id"])


def test_the_next_application_is_one_press_away(as_officer, waiting):
    first, following = waiting(reference="first"), waiting(reference="next")
    decide(as_officer, first, "approve")

    answer = as_officer.post("/take/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/applications/{following.pk}/"


@pytest.mark.parametrize("verdict", ["approve", "decline"])
def test_a_referral_is_decided_either_way_without_a_reason(verdict, as_officer, waiting):
    decision = waiting(recommendation="refer")

    assert decide(as_officer, decision, verdict).status_code == 302
    assert OfficerDecision.objects.get().verdict == verdict


def test_an_override_with_its_reason_is_recorded(as_officer, waiting):
    decision = waiting(recommendation="decline")

    answer = decide(as_officer, decision, "approve", **REASON)

    assert answer.status_code == 302
    made = OfficerDecision.objects.get()
    assert (made.is_override, made.reason_code, made.reason) == (True, "OFF01", REASON["reason"])


@pytest.mark.parametrize(
    "typed",
    [
        {"reason_code": "", "reason": "She showed me her payslips."},
        {"reason_code": "OFF01", "reason": ""},
        {"reason_code": "OFF01", "reason": "No."},
    ],
)
def test_an_override_that_does_not_say_why_keeps_what_was_typed(typed, as_officer, waiting):
    answer = decide(as_officer, waiting(recommendation="decline"), "approve", **typed)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert "Say why, going against the recommendation" in page
    assert typed["reason"] in page
    assert ('value="OFF01" selected' in page) == bool(typed["reason_code"])
    assert re.search(r"<details[^>]*\sopen", page)
    assert not OfficerDecision.objects.exists()


def _offered(page):
    """List the reasons of the form that decides, each under its heading where it has one."""
    (form,) = re.findall(
        r'<select name="reason_code"[^>]*id="id_reason_code".*?</select>', page, re.DOTALL
    )
    return re.findall(r'label="([^"]+)"|value="(OFF\d+)"', form)


@pytest.mark.parametrize(
    ("recommendation", "offered"),
    [("decline", ["OFF01", "OFF02", "OFF03"]), ("approve", ["OFF04", "OFF05", "OFF06"])],
)
def test_an_override_is_offered_the_reasons_that_fit(recommendation, offered, as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting(recommendation=recommendation).pk}/")

    assert [code for _label, code in _offered(page.content.decode())] == offered


def test_a_referral_is_offered_reasons_under_the_verdict_they_are_for(as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting(recommendation='refer').pk}/")

    assert [label or code for label, code in _offered(page.content.decode())] == [
        *("For approving", "OFF01", "OFF02", "OFF03"),
        *("For declining", "OFF04", "OFF05", "OFF06"),
    ]


def test_a_reason_that_does_not_fit_is_said_beside_the_form(as_officer, waiting):
    why = {"reason_code": "OFF04", "reason": "She showed me her payslips."}

    answer = decide(as_officer, waiting(recommendation="decline"), "approve", **why)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert "“Income is not enough for the instalment” is no reason for approving" in page
    assert why["reason"] in page
    assert not OfficerDecision.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"verdict": "perhaps"},
        {"verdict": ""},
        {"verdict": "approve", "reason_code": "OFF99", "reason": "Because I can say so."},
        {"verdict": "approve", "reason_code": "OFF01", "reason": "x" * 4001},
    ],
)
def test_a_form_that_cannot_be_right_is_422_and_changes_nothing(typed, as_officer, waiting):
    answer = as_officer.post(f"/applications/{waiting().pk}/", typed)

    assert answer.status_code == 422
    assert not OfficerDecision.objects.exists()


def test_the_second_officer_is_told_who_decided_and_nothing_is_overwritten(as_officer, waiting):
    decision = waiting(recommendation="approve")
    first = factories.user(Role.OFFICER, username="olga")
    officer_decisions.record(
        decision_id=decision.pk, verdict="approve", by=first, at=timezone.now()
    )

    answer = as_officer.post(
        f"/applications/{decision.pk}/", {"verdict": "decline", **REASON}, follow=True
    )

    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/applications/{decision.pk}/"
    assert "olga decided this application already: approve" in page
    assert "Back to the queue" in page
    assert OfficerDecision.objects.get().verdict == "approve"


def test_declining_what_no_model_scored_needs_a_reason_of_ones_own(as_officer, unscored):
    decision = unscored()

    assert decide(as_officer, decision, "decline").status_code == 422
    assert decide(as_officer, decision, "decline", **WHY_NOT).status_code == 302
    assert OfficerDecision.objects.get().reason == WHY_NOT["reason"]


def test_a_thumb_is_kept_with_its_words_and_can_be_changed(as_officer, waiting):
    decision = waiting()
    address = f"/applications/{decision.pk}/feedback/"

    as_officer.post(address, {"is_helpful": "yes"})
    answer = as_officer.post(address, {"is_helpful": "no", "comment": "data is old"}, follow=True)

    given = RecommendationFeedback.objects.get()
    assert (given.is_helpful, given.comment) == (False, "data is old")
    page = answer.content.decode()
    assert "data is old</textarea>" in page
    assert re.search(r'id="did-not-help"[^>]*aria-pressed="true"', page)


def test_a_thumb_can_be_given_after_the_decision(as_officer, waiting):
    decision = waiting()
    decide(as_officer, decision, "approve")

    as_officer.post(f"/applications/{decision.pk}/feedback/", {"is_helpful": "yes"})

    assert RecommendationFeedback.objects.get().is_helpful


def test_feedback_that_is_no_thumb_is_422(as_officer, waiting):
    answer = as_officer.post(f"/applications/{waiting().pk}/feedback/", {"is_helpful": "maybe"})

    assert answer.status_code == 422
    assert not RecommendationFeedback.objects.exists()
