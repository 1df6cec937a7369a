"""Where a review finds a decision is to be changed, a person decides anew; both stay in sight."""

from datetime import timedelta
from decimal import Decimal

import factories
import pytest
from django.db import IntegrityError
from notices_scene import ADVERSE, LATER, asked, decided, declined, issued, refused

from credit import serving
from credit.actions import (
    assignments,
    counter_offers,
    notices,
    officer_decisions,
    outbox,
    proposals,
    reopening,
    reviews,
    undoing,
    webhook_deliveries,
    webhooks,
)
from credit.models import (
    Application,
    AuditEvent,
    OfficerDecision,
    QueueItem,
    UndoneDecision,
    WebhookEvent,
)
from credit.queries import applications, decisions
from credit.queries import notices as owed
from credit.webhooks.addresses import networks

pytestmark = pytest.mark.django_db
CHANGED = LATER + timedelta(minutes=4)
SOON = LATER + timedelta(minutes=5)
FINAL = SOON + timedelta(minutes=10)
TOLD = "We looked at your payslips and decide anew."
OFFER = {
    "offered_amount": Decimal(3000),
    "offered_term_months": 24,
    "reason_code": "OFF04",
    "reason": "The instalment would be too high.",
}


@pytest.fixture
def reviewer(db):
    return factories.user("officer")


@pytest.fixture
def told(champion, officer):
    """Decline an application, and let its notice leave."""
    decision = declined(officer, partner=factories.partner())
    issued(decision, officer)
    return decision


@pytest.fixture
def reopened(told, officer, reviewer):
    return change(told, officer, reviewer)


def change(decision, officer, reviewer, *, outcome="changed"):
    reviews.answer(
        review_id=asked(decision, officer).pk, outcome=outcome, words=TOLD, by=reviewer, at=CHANGED
    )
    return decision


def decide(decision, by, verdict="approve", *, at=SOON, **said):
    why = {"reason_code": "OFF01", "reason": "The payslips were read wrong."}
    if verdict == "decline":
        why = {}
    return officer_decisions.record(
        decision_id=decision.pk, by=by, at=at, **{"verdict": verdict, **why, **said}
    )


def decisions_of(decision_id):
    return Application.objects.get(pk=decision_id).decision


def test_the_application_waits_in_the_hands_of_who_reviewed_it(reopened, officer, reviewer):
    assert Application.objects.get().status == "awaiting_officer"
    assert not OfficerDecision.objects.exists()
    item = QueueItem.objects.get()
    assert (item.decision_id, item.held_by) == (reopened.pk, reviewer)
    kept = UndoneDecision.objects.get()
    assert (kept.verdict, kept.decided_by, kept.undone_by) == ("decline", officer, reviewer)
    assert kept.review.outcome == "changed"
    event = AuditEvent.objects.get(type=AuditEvent.Type.DECISION_REOPENED)
    assert (event.user, event.details["verdict"]) == (reviewer, "decline")


def test_what_is_upheld_stands(told, officer, reviewer):
    change(told, officer, reviewer, outcome="upheld")

    assert Application.objects.get().status == "declined"
    assert OfficerDecision.objects.get().decided_by == officer


def test_a_person_decides_anew_and_the_history_shows_both(reopened, officer, reviewer):
    decide(reopened, reviewer)

    assert Application.objects.get().status == "approved"
    assert OfficerDecision.objects.get().decided_by == reviewer
    told = [row.what for row in applications.detail(reopened.pk, viewer=officer).history]
    assert told[:3] == [
        "Decided: approve, against the recommendation",
        "Review answered: to be changed",
        "Review asked for",
    ]
    assert "Decided, and reopened by a review: decline" in told


def test_who_had_decided_does_not_decide_anew(reopened, officer, reviewer):
    assignments.release(decision_id=reopened.pk, by=reviewer, at=LATER)

    with pytest.raises(reopening.DecidedBefore, match="a colleague decides it anew"):
        decide(reopened, officer)


def test_who_had_decided_does_not_sign_it_either(champion, officer, senior_officer, reviewer):
    large = {"requested__amount": "12000.00", "features__amount": 12_000}
    decision = decided(senior_officer, **{**factories.REFERRED, **large})
    change(decision, officer, reviewer)
    proposed = decide(decision, reviewer)

    with pytest.raises(reopening.DecidedBefore):
        proposals.sign(proposal_id=proposed.pk, by=senior_officer, at=SOON)

    another = factories.user("senior_officer")
    assert proposals.sign(proposal_id=proposed.pk, by=another, at=SOON).signed_by == another


def test_a_notice_is_owed_anew_and_leaves_without_saying_why_again(reopened, reviewer):
    assert owed.due(at=SOON) == []  # nothing is decided yet

    decide(reopened, reviewer, "decline")

    (row,) = owed.due(at=FINAL)
    assert row.due_on == LATER.date() + timedelta(days=14)  # as many days as for a new one
    assert issued(reopened, reviewer, at=FINAL).number == 2
    assert owed.due(at=FINAL) == []
    with pytest.raises(notices.AlreadyLeft):
        issued(reopened, reviewer, at=FINAL)


def test_who_is_approved_after_all_is_owed_no_notice(reopened, reviewer):
    decide(reopened, reviewer)

    assert owed.due(at=FINAL) == []


def test_words_stated_for_the_decision_before_are_not_stated_again(champion, officer, reviewer):
    decision = decided(
        officer,
        reason={"reason_code": "OFF06", "reason": "The payslips are of another person."},
        **factories.APPROVED,
    )
    notices.state(
        decision_id=decision.pk,
        kind=ADVERSE,
        reasons=["Your payslips could not be read."],
        by=officer,
        at=LATER,
    )
    change(decision, officer, reviewer)
    why = {"reason_code": "OFF06", "reason": "They are of another person indeed."}
    decide(decision, reviewer, "decline", **why)

    assert refused(decision, reviewer, at=FINAL) == {"own_missing"}


def test_the_new_decision_may_be_undone_though_a_notice_of_the_old_one_left(reopened, reviewer):
    decide(reopened, reviewer)

    undoing.undo(decision_id=reopened.pk, by=reviewer, at=SOON)

    assert Application.objects.get().status == "awaiting_officer"


def test_what_policy_declined_is_decided_by_a_person_then(toy_bundle, officer, reviewer):
    serving.forget_what_is_in_force()
    zone = b"[policy.automatic]\ndecline_pd_at_least = 0.80"
    source = factories.SOURCE.replace(b"[policy.automatic]", zone)
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    bundle = factories.toy_bundle(contract.read())
    factories.promoted(factories.model_version(bundle, contract=contract))
    made = factories.decide(partner=factories.partner(), **factories.DECLINED)
    decision = decisions_of(made.decision_id)
    partner = factories.partner()

    change(decision, officer, reviewer)

    told = decisions.answer(decision.pk, partner=partner, at=SOON)
    assert (told["status"], told["decision"]) == ("awaiting_officer", None)
    decide(decision, reviewer)
    told = decisions.answer(decision.pk, partner=partner, at=FINAL)
    assert told["decision"]["by"] == "officer"
    assert told["status"] == "approved"


def test_partners_are_told_once_more_when_it_is_final(settings, champion, officer, reviewer):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")
    key = factories.api_key("acme-broker", "score", "webhooks").api_key
    webhooks.register(url="http://127.0.0.1:9/x", kinds=["decision.made"], key=key, at=factories.AT)
    decision = declined(officer, partner=factories.partner())
    (first,) = webhook_deliveries.claim(at=LATER)
    assert b'"status":"declined"' in first.body

    change(decision, officer, reviewer)
    decide(decision, reviewer)

    subjects = WebhookEvent.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == [f"decision:{decision.pk}", f"decision:{decision.pk}:review1"]
    assert WebhookEvent.objects.order_by("pk").last().due_at == FINAL
    jobs = {job.message_id: job for job in webhook_deliveries.claim(at=FINAL)}
    second = jobs[WebhookEvent.objects.order_by("pk").last().pk]
    assert b'"status":"approved"' in second.body
    assert b'"by":"officer"' in second.body


def test_what_was_not_told_yet_is_told_no_more(settings, champion, officer, reviewer):
    key = factories.api_key("acme-broker", "score", "webhooks").api_key
    webhooks.register(url="https://8.8.8.8/x", kinds=["decision.made"], key=key, at=factories.AT)
    decision = declined(officer, partner=factories.partner(), at=LATER)
    assert WebhookEvent.objects.exists()

    change(decision, officer, reviewer)

    assert not WebhookEvent.objects.exists()


def test_an_offer_that_was_answered_is_not_made_again(champion, officer, reviewer):
    made = decided(officer, "counter_offer", reason=OFFER, **factories.REFERRED)
    at = factories.AT + timedelta(minutes=10)
    counter_offers.answer(decision_id=made.pk, said="refused", by=officer, at=at)
    change(made, officer, reviewer)

    with pytest.raises(reopening.OfferAnswered, match="approve or decline"):
        decide(made, reviewer, "counter_offer", **OFFER)
    decide(made, reviewer)

    seen = applications.detail(made.pk, viewer=officer)
    assert seen.status == "approved"
    assert seen.officer_decision.offer_answer == ""


def test_what_became_of_it_meanwhile_is_not_changed_by_a_review(champion, officer, reviewer):
    made = decided(officer, "counter_offer", reason=OFFER, **factories.REFERRED)
    review = asked(made, officer)
    counter_offers.answer(decision_id=made.pk, said="accepted", by=officer, at=LATER)

    with pytest.raises(reviews.NothingToReview):
        reviews.answer(review_id=review.pk, outcome="changed", words=TOLD, by=reviewer, at=LATER)

    assert Application.objects.get().status == "approved"


def test_a_referral_up_ends_with_the_review(champion, officer, senior_officer, reviewer):
    waiting = factories.decide(**factories.DECLINED).decision_id
    words = "The payslips look odd to me."
    assignments.refer_up(decision_id=waiting, words=words, by=officer, at=factories.AT)
    officer_decisions.record(
        decision_id=waiting, verdict="decline", by=senior_officer, at=factories.AT
    )

    change(decisions_of(waiting), officer, reviewer)

    assert QueueItem.objects.get().held_by == reviewer


def test_the_database_lets_nobody_reopen_their_own_decision(told, officer):
    review = asked(told, officer)
    made = OfficerDecision.objects.get()
    values = {name: getattr(made, name) for name in UndoneDecision.COPIED}

    with pytest.raises(IntegrityError, match="reviewed_by_someone_else"):
        UndoneDecision.objects.create(
            decision=told, review=review, undone_by=officer, undone_at=LATER, **values
        )


def test_what_ends_after_a_review_is_told_in_a_turn_of_its_own(reopened):
    assert reopening.turn(reopened.pk) == "review1"
    assert outbox.withdraw(kind="decision.made", subject=f"decision:{reopened.pk}:review1")
