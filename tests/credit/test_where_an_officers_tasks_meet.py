"""Claims, questions, corrections, undoing and notices, where one meets the other."""

import json
from datetime import timedelta

import factories
import notices_scene
import pytest

from credit.actions import (
    assignments,
    corrections,
    counter_offers,
    information,
    notices,
    undoing,
)
from credit.models import Application, ClockStop, NoticeKind, QueueItem
from credit.notice_facts import ANEW
from credit.queries import notices as owed

AT = factories.AT
FINAL = AT + timedelta(minutes=10)
DAY = timedelta(days=1)
LOWER = {"offered_amount": factories.CONTRACT.requested.amount_minimum * 20}


@pytest.fixture
def waiting(champion):
    return factories.decide(**factories.REFERRED).decision_id


def correct(decision_id, by):
    body = factories.body(**factories.REFERRED, features__savings="1000_or_more")
    return corrections.correct(
        decision_id=decision_id,
        body={name: body[name] for name in ("requested", "features")},
        source="document",
        words="Statement of savings seen.",
        by=by,
        at=AT,
    )


def test_who_holds_an_application_holds_the_corrected_one(waiting, officer):
    assignments.take(decision_id=waiting, by=officer, at=AT)

    made = correct(waiting, officer)

    item = QueueItem.objects.get()
    assert (item.decision_id, item.held_by) == (made.decision_id, officer)


def test_what_a_colleague_holds_is_neither_corrected_nor_asked_about(waiting, officer):
    colleague = factories.user("officer")
    assignments.take(decision_id=waiting, by=colleague, at=AT)

    with pytest.raises(assignments.HeldByColleague, match=colleague.get_username()):
        correct(waiting, officer)
    with pytest.raises(assignments.HeldByColleague, match=colleague.get_username()):
        information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)

    assert Application.objects.get().status == "awaiting_officer"


def test_a_question_stops_the_clock_and_its_answer_lets_it_go_on(waiting, officer):
    information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)
    assert ClockStop.objects.get(decision=waiting).resumed_at is None

    information.answer(decision_id=waiting, words="Payslips.", by=officer, at=AT)

    assert ClockStop.objects.get(decision=waiting).resumed_at is not None


def test_no_notice_leaves_while_the_decision_can_be_undone(champion, officer):
    decision = notices_scene.declined(officer)

    with pytest.raises(notices.UndoStillRuns):
        notices_scene.issued(decision, officer, at=AT + timedelta(minutes=1))

    notices_scene.issued(decision, officer, at=FINAL)


def test_what_the_applicant_was_told_in_a_letter_is_not_undone(champion, officer):
    decision = notices_scene.declined(officer)
    notices_scene.issued(decision, officer, at=FINAL)

    with pytest.raises(undoing.SomethingLeft, match="A notice has left"):
        undoing.undo(decision_id=decision.pk, by=officer, at=AT)


def test_an_undone_decision_owes_no_notice(champion, officer):
    decision = notices_scene.declined(officer)
    assert owed.owed().count() == 1

    undoing.undo(decision_id=decision.pk, by=officer, at=AT)

    assert not owed.owed().exists()


def test_what_was_asked_for_stands_in_the_notice_of_incompleteness(waiting, officer):
    information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)
    decision = notices_scene.Decision.objects.get(pk=waiting)

    left = notices_scene.issued(decision, officer, kind=NoticeKind.INCOMPLETENESS)

    told = json.loads(bytes(left.certificate))
    assert [each["code"] for each in told["statement"]["reasons"]] == ["income"]


def test_an_offer_that_was_not_taken_owes_a_notice_of_adverse_action(champion, officer):
    offer = {**LOWER, "offered_term_months": 12}
    decision = notices_scene.decided(
        officer, "counter_offer", reason=offer, **factories.REFERRED, **notices_scene.NAMED
    )
    notices_scene.issued(decision, officer, kind=NoticeKind.COUNTER_OFFER)
    assert not owed.owed().exists()

    counter_offers.answer(decision_id=decision.pk, said="refused", by=officer, at=AT + 2 * DAY)

    (row,) = owed.due(at=AT + 2 * DAY)
    assert (row.kind, row.decision_id) == (NoticeKind.ADVERSE_ACTION, decision.pk)


def test_a_corrected_application_owes_nothing_for_the_one_it_replaces(waiting, officer):
    information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)
    correct(waiting, officer)

    assert not owed.owed().exists()


def test_a_second_question_owes_a_notice_of_its_own(waiting, officer):
    kind, decision = NoticeKind.INCOMPLETENESS, Application.objects.get(pk=waiting).decision
    information.ask(decision_id=waiting, items=["income"], words="Of May.", by=officer, at=AT)
    notices_scene.issued(decision, officer, kind=kind, at=AT + DAY)
    assert owed.due(at=AT + DAY) == []
    information.answer(decision_id=waiting, words="Payslips.", by=officer, at=AT + 2 * DAY)

    information.ask(decision_id=waiting, items=["debts"], by=officer, at=AT + 3 * DAY)

    (row,) = owed.due(at=AT + 3 * DAY)
    assert (row.kind, row.due_on) == (kind, (AT + 17 * DAY).date())  # from the second question on
    second = notices_scene.issued(decision, officer, kind=kind, at=AT + 4 * DAY)
    assert (second.number, second.why_again) == (2, ANEW)
    assert b"Details of other debts" in second.html
    assert b"Of May." not in second.html
    assert owed.due(at=AT + 4 * DAY) == []
    with pytest.raises(notices.AlreadyLeft):
        notices_scene.issued(decision, officer, kind=kind, at=AT + 5 * DAY)


def test_words_for_the_first_question_are_not_those_of_the_second(waiting, officer):
    kind, decision = NoticeKind.INCOMPLETENESS, Application.objects.get(pk=waiting).decision
    information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)
    said = ["Your last three payslips"]
    notices.state(decision_id=waiting, kind=kind, reasons=said, by=officer, at=AT + DAY)
    information.answer(decision_id=waiting, words="Payslips.", by=officer, at=AT + 2 * DAY)
    information.ask(decision_id=waiting, items=["debts"], by=officer, at=AT + 3 * DAY)

    second = notices_scene.issued(decision, officer, kind=kind, at=AT + 4 * DAY)

    assert b"payslips" not in second.html


def test_who_was_not_told_of_the_last_question_is_owed_a_notice_when_it_is_closed(waiting, officer):
    kind, decision = NoticeKind.INCOMPLETENESS, Application.objects.get(pk=waiting).decision
    information.ask(decision_id=waiting, items=["income"], by=officer, at=AT)
    notices_scene.issued(decision, officer, kind=kind, at=AT + DAY)
    information.answer(decision_id=waiting, words="Payslips.", by=officer, at=AT + 2 * DAY)
    information.ask(decision_id=waiting, items=["debts"], by=officer, at=AT + 3 * DAY)

    information.close(decision_id=waiting, by=officer, at=AT + 30 * DAY)

    (row,) = owed.due(at=AT + 30 * DAY)
    assert row.kind == NoticeKind.ADVERSE_ACTION
