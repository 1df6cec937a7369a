"""A decision can be taken back within its minutes, while nobody outside was told of it."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, transaction

from credit.actions import (
    counter_offers,
    officer_decisions,
    outcomes,
    undoing,
    webhook_deliveries,
    webhooks,
    withdrawals,
)
from credit.actions.refusals import NotAllowed
from credit.models import (
    Application,
    AuditEvent,
    OfficerDecision,
    UndoneDecision,
    WebhookDelivery,
    WebhookEvent,
)
from credit.queries import applications, decisions
from credit.webhooks.addresses import networks

AT = factories.AT
SOON = AT + timedelta(minutes=5)
LATER = AT + timedelta(minutes=10)
OFFER = {
    "offered_amount": factories.CONTRACT.requested.amount_minimum * 20,
    "offered_term_months": 12,
}


@pytest.fixture
def decided(champion, officer):
    made = factories.decide(partner=factories.partner(), **factories.REFERRED)
    return officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=AT
    )


@pytest.fixture
def told(settings, champion):
    """Give the partner a webhook, so that something could leave."""
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")
    key = factories.api_key("acme-broker", "score", "webhooks").api_key
    return webhooks.register(url="http://127.0.0.1:9/x", kinds=["decision.made"], key=key, at=AT)


def undo(decided, by, at=SOON):
    return undoing.undo(decision_id=decided.decision_id, by=by, at=at)


def test_who_decided_undoes_it_and_the_application_waits_again(decided, officer):
    undone = undo(decided, officer)

    assert (undone.verdict, undone.decided_by, undone.undone_by) == ("approve", officer, officer)
    assert Application.objects.get().status == "awaiting_officer"
    assert not OfficerDecision.objects.exists()
    event = AuditEvent.objects.get(type=AuditEvent.Type.DECISION_UNDONE)
    assert (event.user, event.details["verdict"]) == (officer, "approve")


def test_a_senior_officer_undoes_it_too_and_other_officers_do_not(decided, senior_officer):
    with pytest.raises(undoing.NotYourDecision, match="A colleague"):
        undo(decided, factories.user("officer"))

    assert undo(decided, senior_officer).undone_by == senior_officer


def test_only_officers_undo(decided, auditor):
    with pytest.raises(NotAllowed):
        undo(decided, auditor)


def test_after_its_minutes_it_is_final(decided, officer):
    with pytest.raises(undoing.TooLate, match="final"):
        undo(decided, officer, at=LATER)


def test_nothing_is_undone_twice(decided, officer):
    undo(decided, officer)

    with pytest.raises(undoing.NothingToUndo):
        undo(decided, officer)


def test_what_was_undone_is_decided_anew_and_may_be_undone_again(decided, officer):
    undo(decided, officer)
    officer_decisions.record(
        decision_id=decided.decision_id, verdict="decline", by=officer, at=SOON
    )
    undo(decided, officer, at=LATER)

    assert [each.verdict for each in UndoneDecision.objects.all()] == ["approve", "decline"]
    seen = applications.detail(decided.decision_id, viewer=officer)
    what = [row.what for row in seen.history]
    assert "Decided, and undone later: approve" in what
    assert "Undone: decline" in what


def test_until_it_is_final_partners_read_that_nobody_decided(decided):
    def answer(at):
        return decisions.answer(decided.decision_id, partner=factories.partner(), at=at)

    for at, status, verdict in (
        (SOON, "awaiting_officer", None),
        (LATER, "approved", "approve"),
    ):
        said = answer(at)
        assert (said["status"], said["state"]) == (status, status)
        assert (said["decision"] and said["decision"]["verdict"]) == verdict


def test_until_it_is_final_partners_report_no_outcome_of_it(decided):
    key = factories.api_key(factories.partner().slug).api_key

    def report(at):
        return outcomes.report(
            decision_id=decided.decision_id, is_bad=True, observed_on=AT.date(), key=key, at=at
        )

    with pytest.raises(outcomes.NoOutcomePossible, match="Only an approved application"):
        report(SOON)
    assert report(LATER).number == 1


def test_what_is_undone_is_owed_no_more(told, decided, officer):
    event = WebhookEvent.objects.get()
    assert (event.due_at, WebhookDelivery.objects.get().next_try_at) == (LATER, LATER)
    assert webhook_deliveries.claim(at=SOON) == []

    undo(decided, officer)

    assert not WebhookEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_the_decision_after_an_undone_one_is_told(told, decided, officer):
    undo(decided, officer)
    officer_decisions.record(
        decision_id=decided.decision_id, verdict="decline", by=officer, at=SOON
    )

    (job,) = webhook_deliveries.claim(at=SOON + timedelta(minutes=10))

    assert b'"status":"declined"' in job.body


def test_what_is_on_its_way_to_the_partner_is_not_undone(told, decided, officer):
    WebhookDelivery.objects.update(attempts=1)  # as a worker whose clock is ahead would leave it

    with pytest.raises(undoing.SomethingLeft, match="has been told"):
        undo(decided, officer)


def test_nobody_sends_it_early(told, decided, administrator):
    delivery = WebhookDelivery.objects.get()

    with pytest.raises(webhook_deliveries.CannotReplay, match="can still be undone"):
        webhook_deliveries.replay(delivery_id=delivery.pk, by=administrator, at=SOON)


def test_a_loan_that_has_turned_out_is_not_undone(decided, officer):
    outcomes.report(
        decision_id=decided.decision_id, is_bad=True, observed_on=AT.date(), by=officer, at=AT
    )

    with pytest.raises(undoing.SomethingLeft, match="became of this loan"):
        undo(decided, officer)


@pytest.mark.parametrize("ends", ["answers", "withdraws"])
def test_an_offer_that_the_applicant_ended_is_not_undone(champion, officer, ends):
    made = factories.decide(**factories.REFERRED)
    offered = officer_decisions.record(
        decision_id=made.decision_id,
        verdict="counter_offer",
        reason_code="OFF04",
        reason="The instalment would be too high.",
        by=officer,
        at=AT,
        **OFFER,
    )
    who = {"decision_id": made.decision_id, "by": officer, "at": AT}
    if ends == "answers":
        counter_offers.answer(said="accepted", **who)
    else:
        withdrawals.record(**who)

    with pytest.raises(undoing.SomethingLeft):
        undo(offered, officer)


def test_the_database_deletes_only_what_was_undone(decided):
    with pytest.raises(IntegrityError, match="goes only when it is undone"):
        OfficerDecision.objects.all().delete()


def test_a_copy_that_differs_is_no_undoing(decided, officer):
    values = {name: getattr(decided, name) for name in undoing.COPIED}
    UndoneDecision.objects.create(
        decision_id=decided.decision_id,
        undone_by=officer,
        undone_at=SOON,
        **{**values, "verdict": "decline"},
    )

    with pytest.raises(IntegrityError, match="goes only when it is undone"):
        OfficerDecision.objects.all().delete()


@pytest.mark.parametrize("change", ["UPDATE {} SET verdict = verdict", "TRUNCATE {} CASCADE"])
@pytest.mark.django_db(databases=["default", "owner"])
def test_not_even_the_owner_alters_a_decision(as_owner, change):
    with as_owner.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"):
        cursor.execute(change.format("credit_officerdecision"))


def test_the_database_undoes_nothing_after_its_time(decided, officer):
    values = {name: getattr(decided, name) for name in undoing.COPIED}

    with pytest.raises(IntegrityError, match="in_time"), transaction.atomic():
        UndoneDecision.objects.create(
            decision_id=decided.decision_id, undone_by=officer, undone_at=LATER, **values
        )


def test_of_two_who_undo_at_once_one_is_told(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    made = factories.decide(**factories.REFERRED)
    officer, senior = factories.user("officer"), factories.user("senior_officer")
    decided = officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=AT
    )

    results = at_once(lambda by: undo(decided, by), [officer, senior])

    names = sorted(type(result).__name__ for result in results)
    assert names == ["NothingToUndo", "UndoneDecision"]
