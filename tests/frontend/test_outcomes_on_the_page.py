"""How a loan turned out, on its application's page: told, reported and corrected."""

from datetime import timedelta

import factories
import pytest
from page_words import words_of

from credit.actions import outcomes
from credit.actions.outcomes import Correction
from credit.models import Outcome, Role

GOOD = {"turned_out": "good", "observed_on": "2026-11-22"}
BAD = {"turned_out": "bad", "observed_on": "2026-11-22"}
WHY = "Booked to the wrong loan."


@pytest.fixture
def approved(champion):
    return factories.decide(partner=factories.partner(), **factories.AUTOMATIC).decision_id


@pytest.fixture
def address(approved):
    return f"/applications/{approved}/"


@pytest.fixture
def as_senior(signed_in):
    return signed_in(Role.SENIOR_OFFICER)


@pytest.fixture
def reported(approved):
    """Give an approved loan whose partner said that it turned out bad."""
    key = factories.api_key().api_key
    when = {"observed_on": factories.AT.date(), "at": factories.AT + timedelta(hours=1)}
    return outcomes.report(decision_id=approved, is_bad=True, key=key, **when)


def read(client, address):
    return words_of(client.get(address))


def test_an_officer_reports_it_on_the_page(as_officer, address):
    assert "Nobody has reported it yet." in read(as_officer, address)

    answer = as_officer.post(f"{address}outcome/", BAD)

    assert answer["Location"] == f"{address}#outcome"
    page = read(as_officer, address)
    assert "The outcome is recorded." in page
    assert "Bad, seen 22 November 2026 Version 1, by officer" in page
    assert "Models learn from it once its time is over, on 22 November 2027." in page
    assert Outcome.objects.get().is_bad


def test_a_senior_officer_corrects_it_and_both_versions_stand_there(as_senior, address, reported):
    page = read(as_senior, address)
    assert "Bad, seen 22 November 2026 Version 1, by Acme" in page

    said = {**GOOD, "corrects": "1", "reason": WHY}
    page = words_of(as_senior.post(f"{address}outcome/", said, follow=True))

    assert f"Good, seen 22 November 2026 {WHY} Version 2, by senior_officer" in page
    assert "Bad, seen 22 November 2026 (corrected since) Version 1, by Acme" in page
    assert "Outcome corrected: good" in page


def test_an_officer_is_offered_no_correction_and_may_make_none(as_officer, address, reported):
    page = read(as_officer, address)
    assert "If this is wrong, a senior officer corrects it here." in page
    assert "Correct the outcome" not in page

    said = {**GOOD, "corrects": "1", "reason": WHY}
    assert as_officer.post(f"{address}outcome/", said).status_code == 403
    assert Outcome.objects.count() == 1


REFUSED = {
    "nothing chosen": ({"turned_out": ""}, "Choose how the loan turned out."),
    "no day": ({"observed_on": ""}, "This field is required."),
    "before the decision": ({"observed_on": "2026-11-01"}, "before the decision"),
    "the future": ({"observed_on": "2026-12-24"}, "in the future"),
    "no reason": ({"reason": " "}, "Say in a sentence why what was reported is wrong."),
    "the same": ({"turned_out": "bad"}, "says the same"),
}


@pytest.mark.parametrize(("typed", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_told_beside_the_form_and_what_was_typed_stays(
    as_senior, address, reported, typed, words
):
    said = {**GOOD, "corrects": "1", "reason": WHY, **typed}

    answer = as_senior.post(f"{address}outcome/", said)

    assert answer.status_code == 422
    assert words in words_of(answer)
    assert said["reason"] in answer.content.decode()
    assert Outcome.objects.count() == 1


def test_whoever_is_second_is_told_and_sees_what_stands(as_senior, address, reported, approved):
    outcomes.report(
        decision_id=approved,
        is_bad=False,
        observed_on=factories.AT.date(),
        correction=Correction(corrects=1, reason=WHY),
        by=factories.user("senior_officer"),
        at=factories.AT + timedelta(hours=1),
    )

    answer = as_senior.post(f"{address}outcome/", {**BAD, "corrects": "1", "reason": "It failed."})

    assert "The newest version of this outcome is 2" in words_of(answer)
    assert 'name="corrects" value="2"' in answer.content.decode()


def test_a_second_first_report_is_told_how_to_correct(as_officer, address, reported):
    page = words_of(as_officer.post(f"{address}outcome/", GOOD, follow=True))

    assert "Another outcome was reported for this decision before." in page


def test_only_an_approved_loan_has_one(as_officer, waiting):
    address = f"/applications/{waiting().pk}/"

    assert "How it turned out" not in read(as_officer, address)
    page = words_of(as_officer.post(f"{address}outcome/", BAD, follow=True))
    assert "Only an approved application can have an outcome." in page


def test_an_auditor_reads_it_and_reports_nothing(as_auditor, address, reported):
    page = read(as_auditor, address)

    assert "Bad, seen 22 November 2026" in page
    assert "Correct" not in page
    assert as_auditor.post(f"{address}outcome/", GOOD).status_code == 403
