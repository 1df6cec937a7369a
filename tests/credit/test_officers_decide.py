"""Officers decide; going against the recommendation takes a reason; the first decision stands."""

import re
from functools import partial

import factories
import pytest
from django.db import IntegrityError

from credit.actions import assignments, feedback, officer_decisions, queue_items, verdicts
from credit.actions.refusals import ActionDenied, NotAllowed
from credit.models import Application, AuditEvent, Decision, OfficerDecision, ReasonFeedback
from credit.queries import decisions, queue
from credit.queue_filters import Wanted

AT = factories.AT
WHY = {"reason_code": "OFF02", "reason": "A guarantor has signed."}
WHY_NOT = {"reason_code": "OFF04", "reason": "The instalment would be too high."}


@pytest.fixture
def record(officer):
    def run(said, verdict, *, by=officer, **why):
        made = factories.decide(**said)
        return officer_decisions.record(
            decision_id=made.decision_id, verdict=verdict, by=by, at=AT, **why
        )

    return run


@pytest.mark.parametrize(
    ("said", "verdict", "is_override"),
    [
        (factories.REFERRED, "approve", False),
        (factories.REFERRED, "decline", False),
        (factories.APPROVED, "approve", False),
        (factories.APPROVED, "decline", True),
        (factories.DECLINED, "decline", False),
        (factories.DECLINED, "approve", True),
    ],
)
def test_a_verdict_against_the_recommendation_is_an_override(
    champion, record, said, verdict, is_override
):
    why = {"approve": WHY, "decline": WHY_NOT}[verdict]
    made = record(said, verdict, **(why if is_override else {}))

    application = Application.objects.get()
    assert made.is_override is is_override
    assert application.status == {"approve": "approved", "decline": "declined"}[verdict]
    answer = decisions.answer(made.decision_id, partner=None, at=made.final_at)
    assert answer["decision"]["by"] == "officer"
    assert answer["status"] == application.status


@pytest.mark.parametrize(
    "why",
    [
        {},
        {"reason_code": "OFF02"},
        {"reason": "A guarantor has signed."},
        {"reason_code": "OFF02", "reason": "because"},
        {"reason_code": "OFF02", "reason": "         x          "},
        {"reason_code": "XXX99", "reason": "A guarantor has signed."},
    ],
)
def test_an_override_needs_a_code_and_words(champion, record, why):
    with pytest.raises(officer_decisions.ReasonMissing):
        record(factories.DECLINED, "approve", **why)

    assert Application.objects.get().status == "awaiting_officer"
    assert not OfficerDecision.objects.exists()


@pytest.mark.parametrize(
    ("said", "verdict", "why", "told"),
    [
        (factories.DECLINED, "approve", WHY_NOT, "“Income is not enough .*” is no .* approving"),
        (factories.APPROVED, "decline", WHY, "“Additional security .*” is no .* declining"),
        (factories.REFERRED, "decline", WHY, "declining"),
    ],
)
def test_a_reason_for_the_other_verdict_is_refused(champion, record, said, verdict, why, told):
    with pytest.raises(verdicts.ReasonDoesNotFit, match=told):
        record(said, verdict, **why)

    assert not OfficerDecision.objects.exists()


def test_a_contract_that_names_no_verdicts_takes_a_reason_for_any(db, record, monkeypatch):
    bare = re.sub(rb"\nverdicts = .*", b"", factories.SOURCE)
    assert bare != factories.SOURCE
    monkeypatch.setattr(
        factories, "contract_version", partial(factories.contract_version, source=bare)
    )
    factories.live_product(factories.toy_bundle(factories.Contract.parse(bare)))

    assert record(factories.DECLINED, "approve", **WHY_NOT).is_override
    assert record(factories.APPROVED, "decline", **WHY).is_override


def test_declining_what_no_model_scored_needs_the_officers_own_reason(
    champion, own_store, no_scorecard, record
):
    with pytest.raises(officer_decisions.ReasonMissing, match="declining"):
        record(factories.REFERRED, "decline")


def test_declining_what_the_model_would_approve_needs_the_officers_own_reason(champion, record):
    large = {"features__amount": 12_000, "requested__amount": "12000.00"}
    said = factories.APPROVED | large

    with pytest.raises(officer_decisions.ReasonMissing, match="declining"):
        record(said, "decline")

    assert Decision.objects.get().recommendation == "refer"  # by policy, not by the model
    assert record(said, "decline", **WHY_NOT).is_override is False


def test_what_no_model_scored_may_be_approved_without_one(champion, own_store, record):
    assert record(factories.REFERRED, "approve").verdict == "approve"


def test_the_reason_is_in_the_audit_trail_only_as_a_commitment(champion, record, officer):
    made = record(factories.DECLINED, "approve", **WHY)

    event = AuditEvent.objects.get(type=AuditEvent.Type.OFFICER_DECIDED)
    assert (event.user, event.target) == (officer, f"decision:{made.decision_id}")
    assert event.details["is_override"] is True
    assert "guarantor" not in str(event.details)
    assert len(event.details["reason"]) == 64


def test_the_second_officer_is_told_who_decided(champion, record, senior_officer):
    made = record(factories.REFERRED, "approve")

    with pytest.raises(officer_decisions.AlreadyDecided, match=made.decided_by.username):
        officer_decisions.record(
            decision_id=made.decision_id, verdict="decline", by=senior_officer, at=AT
        )


def test_a_verdict_takes_few_queries(champion, officer, django_assert_num_queries):
    made = factories.decide(**factories.REFERRED, partner=factories.partner())
    queue_items.gather(at=AT)
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    # The decision, its application (held), whether it concerns others, its status, the verdict,
    # who is told, and the event; the two more are a transaction's within the test's.
    with django_assert_num_queries(9):
        officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)


def test_what_policy_decided_is_decided(champion, record):
    with pytest.raises(officer_decisions.AlreadyDecided, match="Policy"):
        record(factories.AUTOMATIC, "approve")


@pytest.mark.parametrize(
    "role", ["model_developer", "model_validator", "compliance", "auditor", "administrator"]
)
def test_only_officers_decide(champion, record, role):
    with pytest.raises(NotAllowed, match="officer"):
        record(factories.REFERRED, "approve", by=factories.user(role))


def test_a_closed_account_decides_nothing(champion, record, officer):
    officer.is_active = False

    with pytest.raises(NotAllowed):
        record(factories.REFERRED, "approve")


def test_there_is_no_third_verdict(champion, record):
    with pytest.raises(ActionDenied, match="neither"):
        record(factories.REFERRED, "maybe")


def test_an_unknown_decision_is_no_decision(champion, officer):
    with pytest.raises(Decision.DoesNotExist):
        officer_decisions.record(decision_id="0" * 26, verdict="approve", by=officer, at=AT)


def test_the_database_keeps_no_override_without_a_reason(champion, officer):
    made = factories.decide(**factories.DECLINED)

    with pytest.raises(IntegrityError, match="override_has_reason"):
        OfficerDecision.objects.create(
            decision_id=made.decision_id,
            verdict="approve",
            is_override=True,
            decided_by=officer,
            decided_at=AT,
        )


def test_of_two_officers_at_once_the_first_ones_decision_stands(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    made = factories.decide(**factories.REFERRED)
    officers = [factories.user("officer") for _ in range(2)]

    def decide(by):
        return officer_decisions.record(
            decision_id=made.decision_id, verdict="approve", by=by, at=AT
        )

    results = at_once(decide, officers)

    names = sorted(type(result).__name__ for result in results)
    assert names == ["AlreadyDecided", "OfficerDecision"]


def test_a_second_thumb_takes_the_first_ones_place(champion, officer):
    decided = factories.decide()
    for is_helpful in (True, False):
        given = feedback.give(
            decision_id=decided.decision_id,
            is_helpful=is_helpful,
            comment=" Hm ",
            by=officer,
            at=AT,
        )

    assert (given.is_helpful, given.comment) == (False, "Hm")
    assert Decision.objects.get().feedback.count() == 1
    events = AuditEvent.objects.filter(type=AuditEvent.Type.FEEDBACK_GIVEN).order_by("pk")
    assert [event.details["replaces"] for event in events] == [False, True]


def test_only_officers_judge_recommendations(champion, auditor):
    decided = factories.decide()

    with pytest.raises(NotAllowed):
        feedback.give(decision_id=decided.decision_id, is_helpful=True, by=auditor, at=AT)


def judge(decided, kind, officer, feature="checking_status"):
    return feedback.give_on_reason(
        decision_id=decided.decision_id, feature=feature, kind=kind, by=officer, at=AT
    )


def test_what_is_thought_of_a_reason_can_be_changed_and_taken_back(champion, officer):
    decided = factories.decide()

    assert judge(decided, "wrong", officer).kind == "wrong"
    assert judge(decided, "data_wrong", officer).kind == "data_wrong"
    assert ReasonFeedback.objects.get().given_by == officer
    assert judge(decided, "data_wrong", officer) is None

    assert not ReasonFeedback.objects.exists()
    events = AuditEvent.objects.filter(type=AuditEvent.Type.FEEDBACK_GIVEN).order_by("pk")
    assert [event.details["kind"] for event in events] == ["wrong", "data_wrong", ""]


@pytest.mark.parametrize(
    ("kind", "feature"), [("awful", "checking_status"), ("wrong", "shoe_size")]
)
def test_only_reasons_of_the_score_are_judged(champion, officer, kind, feature):
    decided = factories.decide()

    with pytest.raises(feedback.NoSuchReason):
        judge(decided, kind, officer, feature)


def test_the_database_keeps_one_opinion_a_person_of_a_reason(champion, officer):
    given = judge(factories.decide(), "wrong", officer)
    given.pk = None

    with pytest.raises(IntegrityError, match="reason_feedback_one_a_person"):
        given.save(force_insert=True)


def test_the_queue_holds_what_waits_the_longest_waiting_first(champion, officer):
    later = factories.AT + factories.timedelta(hours=1)
    second = factories.decide(reference="second", at=later, **factories.REFERRED)
    first = factories.decide(reference="first", **factories.REFERRED)
    factories.decide(**factories.AUTOMATIC)
    done = factories.decide(**factories.APPROVED)
    officer_decisions.record(decision_id=done.decision_id, verdict="approve", by=officer, at=AT)

    queue_items.gather(at=later)
    rows = queue.page(Wanted(), viewer=officer, at=later).rows

    assert [row.decision_id for row in rows] == [first.decision_id, second.decision_id]
    assert (rows[0].currency, rows[0].product_slug) == ("DEM", "consumer-loan")
    assert queue.standing(viewer=officer, at=later).counts.awaiting == 2
    assert queue.decided_today(at=later) == 1
    assert queue.decided_today(at=AT + factories.timedelta(days=1)) == 0
