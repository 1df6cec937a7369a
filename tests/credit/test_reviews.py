"""A review is made by somebody else, in time, once."""

from datetime import timedelta

import factories
import pytest
from notices_scene import LATER, asked, declined

from credit.actions import reviews as actions
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ReviewRequest
from credit.queries import reviews

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]
TOLD = "We looked at your payslips; the decision stands."


@pytest.fixture
def decision(officer):
    return declined(officer)


@pytest.fixture
def other(db):
    return factories.user("officer")


def answered(review, by, *, outcome="upheld", words=TOLD):
    return actions.answer(review_id=review.pk, outcome=outcome, words=words, by=by, at=LATER)


def test_a_request_waits_by_its_clock_for_another_officer(decision, officer, other):
    review = asked(decision, officer)

    (own,) = reviews.waiting(at=LATER, viewer=officer)
    (theirs,) = reviews.waiting(at=LATER, viewer=other)

    assert review.due_on == LATER.date() + timedelta(days=14)  # of the policy; the law gives 30
    assert (own.is_own, theirs.is_own, own.days_left) == (True, False, 14)
    assert reviews.count_waiting() == 1


@pytest.mark.parametrize("outcome", ["upheld", "changed"])
def test_another_officer_answers_it_once(decision, officer, other, outcome):
    review = answered(asked(decision, officer), other, outcome=outcome)

    assert (review.outcome, review.answered_by) == (outcome, other)
    assert reviews.waiting(at=LATER, viewer=other) == []
    (told,) = reviews.answered(at=LATER, viewer=other)
    assert told.answer == TOLD
    with pytest.raises(actions.AlreadyAnswered):
        answered(review, other)


def test_who_decided_does_not_review(decision, officer):
    with pytest.raises(actions.DecidedByYou):
        answered(asked(decision, officer), officer)


@pytest.mark.parametrize("outcome", ["", "dropped"])
def test_a_review_upholds_or_changes(decision, officer, other, outcome):
    with pytest.raises(actions.NoSuchOutcome):
        answered(asked(decision, officer), other, outcome=outcome)


def test_nothing_is_asked_or_answered_without_words(decision, officer, other):
    with pytest.raises(actions.WordsMissing):
        asked(decision, officer, words="  ")
    with pytest.raises(actions.WordsMissing):
        answered(asked(decision, officer), other, words="No.")


def test_one_review_of_a_decision_waits_at_a_time(decision, officer, other):
    first = asked(decision, officer)
    with pytest.raises(actions.ReviewOpen):
        asked(decision, officer)
    answered(first, other)

    assert asked(decision, officer).pk != first.pk
    assert len(reviews.of_decision(decision.pk, at=LATER, viewer=officer)) == 2


def test_what_nobody_declined_is_not_reviewed(officer):
    waiting = factories.decide(**factories.REFERRED).answer["id"]

    with pytest.raises(actions.NothingToReview):
        actions.ask(decision_id=waiting, words="Why?", by=officer, at=LATER)


@pytest.mark.parametrize("role", ["compliance", "auditor"])
def test_only_officers_record_and_answer(decision, officer, role, request):
    reader = request.getfixturevalue(role)
    review = asked(decision, officer)

    with pytest.raises(NotAllowed):
        asked(decision, reader)
    with pytest.raises(NotAllowed):
        answered(review, reader)


def test_the_trail_holds_commitments_and_no_words(decision, officer, other):
    answered(asked(decision, officer), other)

    kinds = [AuditEvent.Type.REVIEW_ASKED, AuditEvent.Type.REVIEW_ANSWERED]
    events = AuditEvent.objects.filter(type__in=kinds)
    assert events.count() == 2
    for event in events:
        assert len(event.details["words"]) == 64
        assert "payslips" not in str(event.details)
    assert ReviewRequest.objects.get().answer == TOLD
