"""Other terms than those asked for: within bounds, answered by the applicant, told to partners."""

from datetime import timedelta
from decimal import Decimal

import factories
import pytest

from credit.actions import (
    counter_offers,
    moves,
    officer_decisions,
    outcomes,
    verdicts,
    webhook_deliveries,
    webhooks,
    withdrawals,
)
from credit.models import Application, AuditEvent, OfferAnswer, OfficerDecision
from credit.queries import decisions
from credit.webhooks.addresses import networks

AT = factories.AT
FINAL = AT + timedelta(minutes=10)
LATE = AT + timedelta(days=31)
WHY = {"reason_code": "OFF04", "reason": "The instalment would be too high."}


@pytest.fixture
def offer(champion, officer):
    def run(amount="3000.00", term=24, *, said=factories.REFERRED, by=officer, **why):
        made = factories.decide(partner=factories.partner(), **said)
        return officer_decisions.record(
            decision_id=made.decision_id,
            verdict="counter_offer",
            offered_amount=amount and Decimal(amount),
            offered_term_months=term,
            by=by,
            at=AT,
            **{**WHY, **why},
        )

    return run


@pytest.fixture
def answer(offer, officer):
    def run(said, *, at=FINAL, **words):
        made = offer()
        return counter_offers.answer(
            decision_id=made.decision_id, said=said, by=officer, at=at, **words
        )

    return run


def test_an_offer_stands_for_the_days_of_the_policy(offer):
    made = offer()

    assert (made.offered_amount, made.offered_term_months) == (Decimal(3000), 24)
    assert made.offer_until == AT.date() + timedelta(days=30)
    assert Application.objects.get().status == "counter_offered"
    event = AuditEvent.objects.get(type=AuditEvent.Type.OFFICER_DECIDED)
    assert len(event.details["terms"]) == 64
    assert "3000" not in str(event.details)


@pytest.mark.parametrize(
    ("said", "is_override"),
    [(factories.REFERRED, False), (factories.APPROVED, True), (factories.DECLINED, True)],
)
def test_against_a_recommendation_it_is_an_override(offer, said, is_override):
    term = 30 if said is factories.DECLINED else 20

    assert offer(said=said, term=term).is_override is is_override


def test_what_the_model_would_give_is_not_cut_without_a_reason(offer):
    with pytest.raises(verdicts.ReasonMissing, match="going against"):
        offer(said=factories.APPROVED, reason="")


@pytest.mark.parametrize(
    ("amount", "term", "words"),
    [
        (None, 24, "State the amount"),
        ("3000.00", None, "State the amount"),
        ("4200.00", 12, "asked for: approve"),
        ("1049.99", 12, "between 1,050.00 and 4,200.00 DEM"),
        ("4200.01", 12, "between 1,050.00 and 4,200.00 DEM"),
        ("3000.00", 37, "between 3 and 36 months"),
        ("3000.00", 2, "between 3 and 36 months"),
    ],
)
def test_terms_out_of_bounds_are_refused(offer, amount, term, words):
    with pytest.raises(verdicts.OfferRefused, match=words):
        offer(amount, term)

    assert Application.objects.get().status == "awaiting_officer"


def test_terms_that_a_rule_wants_looked_at_take_a_signature(offer):
    large = {"requested__amount": "12000.00", "features__amount": 12_000}

    proposed = offer("11000.00", 12, said=factories.REFERRED | large)

    assert proposed.limits == ["amount", "rule:max_amount"]


def test_terms_that_a_rule_forbids_are_no_offer(offer, monkeypatch):
    read = verdicts.offers.unmet

    def forbidding(contract, rules, offered):
        rule = factories.CONTRACT.policy.rules[0]
        return [
            type(rule)(rule="r", field=rule.field, text="No more than 1,000", otherwise="decline")
        ]

    monkeypatch.setattr(verdicts.offers, "unmet", forbidding)
    with pytest.raises(verdicts.OfferRefused, match="Policy forbids these terms: No more than"):
        offer()
    assert read


@pytest.mark.parametrize(
    ("said", "at", "status"),
    [("accepted", FINAL, "approved"), ("refused", FINAL, "declined"), ("lapsed", LATE, "declined")],
)
def test_an_answer_ends_the_offer(answer, said, at, status, officer):
    recorded = answer(said, at=at, words=" By letter ")

    assert (recorded.answer, recorded.words) == (said, "By letter")
    assert Application.objects.get().status == status
    event = AuditEvent.objects.get(type=AuditEvent.Type.OFFER_ANSWERED)
    assert (event.user, event.details["answer"]) == (officer, said)
    assert "letter" not in str(event.details)


@pytest.mark.parametrize(
    ("said", "at", "refusal"),
    [
        ("lapsed", FINAL, counter_offers.OfferStands),
        ("accepted", LATE, counter_offers.OfferLapsed),
        ("perhaps", FINAL, counter_offers.NoSuchAnswer),
    ],
)
def test_an_answer_that_cannot_be_is_refused(answer, said, at, refusal):
    with pytest.raises(refusal):
        answer(said, at=at)

    assert not OfferAnswer.objects.exists()


def test_the_second_answer_is_told_of_the_first(answer, officer):
    recorded = answer("accepted")

    with pytest.raises(moves.AlreadyDecided, match="The offer: accepted"):
        counter_offers.answer(
            decision_id=recorded.decision_id, said="refused", by=officer, at=FINAL
        )


@pytest.mark.parametrize(
    ("said", "state", "accepted"),
    [
        (None, "counter_offered", None),
        ("accepted", "approved", True),
        ("refused", "declined", False),
    ],
)
def test_partners_read_the_offer_and_that_the_terms_asked_for_are_declined(
    offer, officer, said, state, accepted
):
    made = offer()
    if said:
        counter_offers.answer(decision_id=made.decision_id, said=said, by=officer, at=FINAL)

    told = decisions.answer(made.decision_id, partner=factories.partner(), at=FINAL)

    assert (told["status"], told["state"]) == ("declined", state)
    assert told["decision"]["verdict"] == "decline"
    assert told["offer"] == {
        "amount": "3000.00",
        "term_months": 24,
        "until": "2026-12-22",
        "accepted": accepted,
    }


def test_the_answer_is_told_after_the_offer(offer, officer, settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")
    key = factories.api_key("acme-broker", "score", "webhooks").api_key
    webhooks.register(url="http://127.0.0.1:9/x", kinds=["decision.made"], key=key, at=AT)
    made = offer()
    counter_offers.answer(decision_id=made.decision_id, said="accepted", by=officer, at=AT)

    assert webhook_deliveries.claim(at=AT) == []
    first, second = webhook_deliveries.claim(at=FINAL)

    assert first.message_id != second.message_id
    assert b'"accepted":true' in second.body


def test_a_loan_on_other_terms_can_turn_out(answer, officer):
    recorded = answer("accepted")

    outcome = outcomes.report(
        decision_id=recorded.decision_id,
        is_bad=False,
        observed_on=FINAL.date(),
        by=officer,
        at=FINAL,
    )

    assert outcome.decision_id == recorded.decision_id


def test_an_offer_may_be_followed_by_a_withdrawal(offer, officer):
    made = offer()

    withdrawals.record(decision_id=made.decision_id, by=officer, at=FINAL)

    assert Application.objects.get().status == "withdrawn"
    assert OfficerDecision.objects.get().verdict == "counter_offer"


def test_of_two_answers_at_once_one_is_told(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    officers = [factories.user("officer") for _ in range(2)]
    made = factories.decide(**factories.REFERRED)
    officer_decisions.record(
        decision_id=made.decision_id,
        verdict="counter_offer",
        offered_amount=Decimal(3000),
        offered_term_months=24,
        by=officers[0],
        at=AT,
        **WHY,
    )

    results = at_once(
        lambda by: counter_offers.answer(
            decision_id=made.decision_id, said="accepted", by=by, at=AT
        ),
        officers,
    )

    names = sorted(type(result).__name__ for result in results)
    assert names == ["AlreadyDecided", "OfferAnswer"]
