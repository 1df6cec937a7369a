"""Many verdicts and outcomes at once come out as they would have one by one."""

from datetime import date, timedelta

import factories
import pytest
from notices_scene import asked, declined

from credit.actions import (
    assignments,
    daily_batches,
    hand_entries,
    officer_days,
    officer_decisions,
    outcome_days,
    outcomes,
    reopening,
    reviews,
)
from credit.actions.moves import NotThatFar
from credit.actions.officer_days import Given
from credit.actions.outcome_days import Told
from credit.actions.refusals import NotAllowed
from credit.models import (
    Application,
    AuditEvent,
    Batch,
    Decision,
    OfficerDecision,
    Outcome,
    ProposedDecision,
    QueueItem,
    Role,
)

AT = factories.AT
PAST = factories.BEFORE + timedelta(days=1)
LATER = AT + timedelta(days=90)


@pytest.fixture
def waiting(champion):
    """Three that are referred to a person."""
    return [
        factories.decide(**factories.REFERRED, reference=f"W-{number}").decision_id
        for number in range(3)
    ]


def given(ids, verdict="approve", **reason):
    return [Given(decision_id=each, verdict=verdict, **reason) for each in ids]


def test_a_day_of_applications_is_stored_as_of_that_day(champion):
    bodies = [factories.body(reference=f"P-{number}") for number in range(3)]

    batch = daily_batches.decide(
        product="consumer-loan", partner=factories.partner(), bodies=bodies, at=PAST
    )

    decisions = Decision.objects.order_by("pk")
    assert [each.decided_at for each in decisions] == [PAST] * 3
    assert {each.application.received_at for each in decisions} == {PAST}
    assert {each.event.at for each in decisions} == {PAST}
    assert batch.state == Batch.State.COMPLETED
    assert (batch.rows_decided, batch.rows_refused) == (3, 0)


def test_an_application_that_is_refused_is_counted_and_stops_no_other(champion):
    bodies = [factories.body(features__housing="castle"), factories.body(reference="fine")]

    batch = daily_batches.decide(
        product="consumer-loan", partner=factories.partner(), bodies=bodies, at=AT
    )

    assert (batch.rows_decided, batch.rows_refused) == (1, 1)


def test_verdicts_at_once_are_those_of_one_by_one(waiting, officer):
    alone = officer_decisions.record(decision_id=waiting[0], verdict="approve", by=officer, at=AT)

    proposed = officer_days.record_each(given=given(waiting[1:]), by=officer, at=AT)

    assert proposed == []
    stored = list(OfficerDecision.objects.order_by("pk").values())
    for one in stored:
        one.pop("decision_id")
    assert stored[0] == stored[1] == stored[2]
    assert stored[0]["final_at"] == alone.final_at
    assert set(Application.objects.values_list("status", flat=True)) == {"approved"}
    told = AuditEvent.objects.filter(type="officer_decided").order_by("pk")
    assert [each.details for each in told][1:] == [told[0].details] * 2
    assert [each.target for each in told] == [f"decision:{each}" for each in waiting]


def test_a_reason_that_is_missing_is_refused_and_nothing_is_written(champion, officer):
    approved = factories.decide(**factories.APPROVED).decision_id

    with pytest.raises(officer_decisions.ReasonMissing):
        officer_days.record_each(given=given([approved], "decline"), by=officer, at=AT)

    assert not OfficerDecision.objects.exists()


def test_what_needs_a_signature_is_proposed(champion, officer):
    large = {"requested__amount": "12000.00", "features__amount": 12_000}
    waiting = factories.decide(**(factories.APPROVED | large)).decision_id

    proposed = officer_days.record_each(given=given([waiting]), by=officer, at=AT)

    assert [each.decision_id for each in proposed] == [waiting]
    assert ProposedDecision.objects.filter(state="waiting").count() == 1


def test_what_waits_for_nobody_is_refused(waiting, officer):
    officer_days.record_each(given=given(waiting[:1]), by=officer, at=AT)

    with pytest.raises(NotThatFar, match="wait for nobody"):
        officer_days.record_each(given=given(waiting), by=officer, at=AT)

    assert OfficerDecision.objects.count() == 1


def test_who_typed_an_application_in_does_not_decide_it(champion, officer):
    typed = hand_entries.enter(
        product="consumer-loan",
        body=factories.body(**factories.REFERRED),
        form="F-1",
        confirmed=(),
        by=officer,
        at=AT,
    )

    with pytest.raises(hand_entries.OwnEntry):
        officer_days.record_each(given=given([typed.decision_id]), by=officer, at=AT)


@pytest.fixture
def in_the_queue(champion):
    """Six of a file, which puts them into the queue's table itself."""
    daily_batches.decide(
        product="consumer-loan",
        partner=factories.partner(),
        bodies=[factories.body(**factories.REFERRED, reference=f"Q-{n}") for n in range(6)],
        at=AT,
    )
    return list(QueueItem.objects.order_by("pk").values_list("pk", flat=True))


def test_what_nobody_has_in_hand_is_decided_by_as_many_queries_as_one(
    in_the_queue, officer, django_assert_num_queries
):
    assert officer.roles  # asked once a request
    few = 12  # with the two of a transaction within the test's
    with django_assert_num_queries(few):
        officer_days.record_each(given=given(in_the_queue[:1]), by=officer, at=AT)

    with django_assert_num_queries(few):
        officer_days.record_each(given=given(in_the_queue[1:]), by=officer, at=AT)

    assert OfficerDecision.objects.count() == len(in_the_queue)
    assert not QueueItem.objects.exists()


def test_what_a_colleague_has_in_hand_is_refused_with_all_others(in_the_queue, officer):
    colleague = factories.user(Role.OFFICER)
    assignments.take(decision_id=in_the_queue[2], by=colleague, at=AT)

    with pytest.raises(assignments.HeldByColleague, match=colleague.username):
        officer_days.record_each(given=given(in_the_queue), by=officer, at=AT)

    assert not OfficerDecision.objects.exists()


def test_what_was_referred_up_is_refused_with_all_others(in_the_queue, officer):
    why = "The guarantor is a customer of mine."
    assignments.refer_up(decision_id=in_the_queue[2], words=why, by=officer, at=AT)

    with pytest.raises(assignments.ReferredUp):
        officer_days.record_each(given=given(in_the_queue), by=officer, at=AT)

    assert not OfficerDecision.objects.exists()


def test_who_had_decided_what_a_review_reopened_is_refused(champion, officer):
    decision, reviewer = declined(officer), factories.user(Role.OFFICER)
    review = asked(decision, officer)
    reviews.answer(
        review_id=review.pk, outcome="changed", words="We look anew.", by=reviewer, at=LATER
    )
    assignments.release(decision_id=decision.pk, by=reviewer, at=LATER)

    with pytest.raises(reopening.DecidedBefore):
        officer_days.record_each(given=given([decision.pk], "decline"), by=officer, at=LATER)


def test_only_officers_decide_and_report(waiting, validator):
    with pytest.raises(NotAllowed):
        officer_days.record_each(given=given(waiting), by=validator, at=AT)
    with pytest.raises(NotAllowed):
        outcome_days.report_each(told=[], by=validator, at=AT)


@pytest.fixture
def lent(waiting, officer):
    officer_days.record_each(given=given(waiting), by=officer, at=AT)
    return waiting


def told(decision_id, *, is_bad=False, on=None, **correction):
    return Told(
        decision_id=decision_id, is_bad=is_bad, observed_on=on or LATER.date(), **correction
    )


def test_outcomes_at_once_are_those_of_one_by_one(lent, officer):
    alone = outcomes.report(
        decision_id=lent[0], is_bad=True, observed_on=LATER.date(), by=officer, at=LATER
    )

    count = outcome_days.report_each(
        told=[told(each, is_bad=True) for each in lent[1:]], by=officer, at=LATER
    )

    assert count == 2
    assert {each.matures_on for each in Outcome.objects.all()} == {alone.matures_on}
    events = AuditEvent.objects.filter(type="outcome_reported")
    assert {each.target for each in events} == {f"decision:{each}" for each in lent}


def test_the_same_outcome_again_changes_nothing(lent, officer):
    both = [told(lent[0]), told(lent[0])]

    assert outcome_days.report_each(told=both, by=officer, at=LATER) == 1
    assert outcome_days.report_each(told=both[:1], by=officer, at=LATER) == 0


def test_more_outcomes_take_no_more_queries(lent, officer, django_assert_num_queries):
    assert officer.roles
    few = 10
    with django_assert_num_queries(few):
        outcome_days.report_each(told=[told(lent[0])], by=officer, at=LATER)

    with django_assert_num_queries(few):
        outcome_days.report_each(told=[told(each) for each in lent[1:]], by=officer, at=LATER)


def test_a_correction_stands_beside_what_it_corrects(lent, officer):
    outcome_days.report_each(told=[told(lent[0])], by=officer, at=LATER)
    later = [told(lent[0], is_bad=True, corrects=1, reason="It failed later.")]

    with pytest.raises(NotAllowed, match="correct an outcome"):
        outcome_days.report_each(told=later, by=officer, at=LATER)
    outcome_days.report_each(told=later, by=factories.user("senior_officer"), at=LATER)

    versions = Outcome.objects.filter(decision=lent[0]).order_by("number")
    assert [each.is_bad for each in versions] == [False, True]


def test_an_outcome_of_the_future_is_refused_with_all_others(lent, officer):
    future = told(lent[1], on=date(2099, 1, 1))

    with pytest.raises(outcomes.OutcomeMisdated):
        outcome_days.report_each(told=[told(lent[0]), future], by=officer, at=LATER)

    assert not Outcome.objects.exists()
