"""Questions to applicants, withdrawals, and notes."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError

from credit import tenancy
from credit.actions import information, moves, notes, officer_decisions, withdrawals
from credit.actions.refusals import NotAllowed
from credit.models import (
    Application,
    AuditEvent,
    InformationRequest,
    OfficerNote,
    ProposedDecision,
)
from credit.queries import applications, decisions

AT = factories.AT
LATE = AT + timedelta(days=15)
LARGE = {"requested__amount": "12000.00", "features__amount": 12_000}


@pytest.fixture
def made(champion):
    return factories.decide(partner=factories.partner(), **factories.REFERRED)


@pytest.fixture
def asked(made, officer):
    return information.ask(
        decision_id=made.decision_id,
        items=["statements", "income"],
        words=" Of the last three months ",
        by=officer,
        at=AT,
    )


def test_an_application_waits_for_what_was_asked(asked, officer):
    assert (asked.items, asked.words) == (["income", "statements"], "Of the last three months")
    assert asked.due_on == AT.date() + timedelta(days=14)
    assert Application.objects.get().status == "awaiting_information"
    event = AuditEvent.objects.get(type=AuditEvent.Type.INFORMATION_REQUESTED)
    assert event.details["items"] == ["income", "statements"]
    assert "three months" not in str(event.details)


@pytest.mark.parametrize("items", [[], ["gossip"], ["other"]])
def test_a_question_says_what_it_asks_for(made, officer, items):
    with pytest.raises(information.NothingAsked):
        information.ask(decision_id=made.decision_id, items=items, by=officer, at=AT)


def test_an_answer_brings_it_back_to_officers(asked, officer):
    information.answer(decision_id=asked.decision_id, words=" Payslips ", by=officer, at=AT)

    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.settled_by) == ("answered", "Payslips", officer)
    assert Application.objects.get().status == "awaiting_officer"


def test_it_may_be_asked_again(asked, officer):
    information.answer(decision_id=asked.decision_id, by=officer, at=AT)
    information.ask(decision_id=asked.decision_id, items=["debts"], by=officer, at=AT)

    assert InformationRequest.objects.count() == 2


def test_what_is_never_answered_is_closed_after_its_time_and_not_before(asked, officer):
    with pytest.raises(information.StillTime, match="6 December 2026"):
        information.close(decision_id=asked.decision_id, by=officer, at=AT + timedelta(days=14))

    information.close(decision_id=asked.decision_id, by=officer, at=LATE)

    assert Application.objects.get().status == "incomplete"
    told = decisions.answer(asked.decision_id, partner=factories.partner(), at=LATE)
    assert (told["status"], told["state"], told["decision"]) == ("declined", "incomplete", None)


def test_nothing_is_decided_while_an_answer_is_awaited(asked, officer):
    with pytest.raises(moves.NotThatFar, match="Awaiting information"):
        officer_decisions.record(
            decision_id=asked.decision_id, verdict="approve", by=officer, at=AT
        )


def test_there_is_nothing_to_answer_where_nothing_was_asked(made, officer):
    with pytest.raises(moves.NotThatFar, match="Awaiting an officer"):
        information.answer(decision_id=made.decision_id, by=officer, at=AT)


def test_a_status_that_does_not_follow_is_refused(made):
    with pytest.raises(moves.NotThatFar, match="does not become"):
        moves.move(Application.objects.get(), to=Application.Status.INCOMPLETE)


@pytest.mark.parametrize("role", ["auditor", "compliance", "administrator"])
@pytest.mark.parametrize("act", ["ask", "note", "withdraw"])
def test_only_officers_do_any_of_it(made, role, act):
    who = {"decision_id": made.decision_id, "by": factories.user(role), "at": AT}
    acts = {
        "ask": lambda: information.ask(items=["income"], **who),
        "note": lambda: notes.write(words="Seen.", **who),
        "withdraw": lambda: withdrawals.record(**who),
    }

    with pytest.raises(NotAllowed):
        acts[act]()


def test_a_withdrawal_ends_it_and_lets_go_what_was_open(asked, officer):
    withdrawals.record(decision_id=asked.decision_id, words="Bought none.", by=officer, at=AT)

    assert Application.objects.get().status == "withdrawn"
    asked.refresh_from_db()
    assert asked.state == "dropped"
    with pytest.raises(moves.AlreadyDecided, match="withdrawn by the applicant"):
        officer_decisions.record(
            decision_id=asked.decision_id, verdict="approve", by=officer, at=AT
        )


def test_a_withdrawal_lets_a_proposal_go(champion, officer):
    made = factories.decide(**(factories.APPROVED | LARGE))
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    withdrawals.record(decision_id=made.decision_id, by=officer, at=AT)

    assert ProposedDecision.objects.get().state == "dropped"
    assert AuditEvent.objects.filter(type=AuditEvent.Type.PROPOSAL_DROPPED).exists()


def test_what_is_decided_is_not_withdrawn(made, officer):
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    with pytest.raises(moves.AlreadyDecided, match="decided this application already: approve"):
        withdrawals.record(decision_id=made.decision_id, by=officer, at=AT)


def test_notes_are_kept_in_the_history_and_only_committed_to_in_the_trail(made, officer):
    notes.write(decision_id=made.decision_id, words=" Rang her. ", by=officer, at=AT)

    seen = applications.detail(made.decision_id, viewer=officer)
    assert [note.words for note in seen.casework.notes] == ["Rang her."]
    assert ("Note", "Rang her.") in [(row.what, row.words) for row in seen.history]
    event = AuditEvent.objects.get(type=AuditEvent.Type.NOTE_WRITTEN)
    assert "Rang" not in str(event.details)
    assert len(event.details["words"]) == 64


def test_a_note_has_words(made, officer):
    with pytest.raises(notes.NoteEmpty):
        notes.write(decision_id=made.decision_id, words="  ", by=officer, at=AT)


def test_the_database_keeps_no_empty_note(made, officer):
    with pytest.raises(IntegrityError, match="note_has_words"):
        OfficerNote.objects.create(
            decision_id=made.decision_id, words="", written_by=officer, written_at=AT
        )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("one_open", {}),
        ("asks_for_something", {"items": [], "state": "dropped"}),
        ("settled_or_not", {"state": "answered"}),
    ],
)
def test_the_database_refuses_a_question_that_cannot_be(asked, officer, constraint, values):
    with pytest.raises(IntegrityError, match=constraint):
        InformationRequest.objects.create(
            **{
                "decision_id": asked.decision_id,
                "items": ["income"],
                "asked_by": officer,
                "asked_at": AT,
                "due_on": AT.date(),
                **values,
            }
        )


def test_a_question_is_never_altered(asked):
    with pytest.raises(IntegrityError, match="keeps what it says"):
        InformationRequest.objects.update(words="Nothing.")


def test_partners_see_nothing_of_officers_work(asked, officer):
    notes.write(decision_id=asked.decision_id, words="Rang her.", by=officer, at=AT)

    with tenancy.rows_of(factories.partner()):
        assert not InformationRequest.objects.exists()
        assert not OfficerNote.objects.exists()


def test_of_a_decision_and_a_question_at_once_one_is_told(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    officers = [factories.user("officer") for _ in range(2)]
    made = factories.decide(**factories.REFERRED)

    results = at_once(
        lambda act: act(),
        [
            lambda: officer_decisions.record(
                decision_id=made.decision_id, verdict="approve", by=officers[0], at=AT
            ),
            lambda: information.ask(
                decision_id=made.decision_id, items=["income"], by=officers[1], at=AT
            ),
        ],
    )

    names = {type(result).__name__ for result in results}
    assert names in (
        {"OfficerDecision", "AlreadyDecided"},
        {"NotThatFar", "InformationRequest"},
    )
