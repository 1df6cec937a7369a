"""What is above an officer's authority takes two people, and never the same one twice."""

import factories
import pytest
from django.db import IntegrityError, transaction

from credit.actions import moves, officer_decisions, proposals
from credit.actions.refusals import NotAllowed
from credit.models import Application, AuditEvent, OfficerDecision, ProposedDecision
from credit.queries import signatures

AT = factories.AT
WHY = {"reason_code": "OFF02", "reason": "A guarantor has signed."}
WHY_NOT = {"reason_code": "OFF04", "reason": "The instalment would be too high."}
LARGE = {"requested__amount": "12000.00", "features__amount": 12_000}
SOURCE = factories.SOURCE.replace(
    b"sign_above_pd = 0.90", b'sign_above_pd = 0.50\nsign_overrides = ["decline"]'
)


@pytest.fixture
def propose(champion, officer):
    def run(*, by=officer, said=factories.APPROVED, verdict="approve", **why):
        made = factories.decide(**(said | LARGE))
        return officer_decisions.record(
            decision_id=made.decision_id, verdict=verdict, by=by, at=AT, **why
        )

    return run


def test_approving_more_than_one_officer_may_waits_for_a_signature(propose, officer):
    proposed = propose()

    assert (proposed.limits, proposed.state) == (["amount"], "waiting")
    assert Application.objects.get().status == "awaiting_signature"
    assert not OfficerDecision.objects.exists()
    event = AuditEvent.objects.get(type=AuditEvent.Type.DECISION_PROPOSED)
    assert (event.user, event.details["limits"]) == (officer, ["amount"])


def test_declining_any_amount_is_one_officers(propose):
    assert isinstance(propose(verdict="decline", **WHY_NOT), OfficerDecision)


def test_a_senior_officer_signs_and_the_decision_stands(propose, officer, senior_officer):
    proposed = propose()

    made = proposals.sign(proposal_id=proposed.pk, by=senior_officer, at=AT)

    assert (made.decided_by, made.signed_by) == (officer, senior_officer)
    assert Application.objects.get().status == "approved"
    proposed.refresh_from_db()
    assert (proposed.state, proposed.settled_by) == ("signed", senior_officer)
    event = AuditEvent.objects.get(type=AuditEvent.Type.OFFICER_DECIDED)
    assert (event.user, event.details["decided_by"]) == (senior_officer, officer.pk)


def test_a_senior_officer_does_not_sign_their_own(propose, senior_officer):
    proposed = propose(by=senior_officer)

    for settle in (proposals.sign, proposals.send_back):
        words = {"words": "It is not enough."} if settle is proposals.send_back else {}
        with pytest.raises(proposals.OwnProposal, match="another senior officer"):
            settle(proposal_id=proposed.pk, by=senior_officer, at=AT, **words)


def test_officers_sign_nothing(propose):
    proposed = propose()

    with pytest.raises(NotAllowed, match="senior officer"):
        proposals.sign(proposal_id=proposed.pk, by=factories.user("officer"), at=AT)


def test_what_is_sent_back_waits_again_with_the_words(propose, senior_officer):
    proposed = propose()

    proposals.send_back(
        proposal_id=proposed.pk, words=" Ask for the payslips. ", by=senior_officer, at=AT
    )

    proposed.refresh_from_db()
    assert (proposed.state, proposed.answer) == ("sent_back", "Ask for the payslips.")
    assert Application.objects.get().status == "awaiting_officer"
    event = AuditEvent.objects.get(type=AuditEvent.Type.DECISION_SENT_BACK)
    assert "payslips" not in str(event.details)


def test_sending_back_takes_words(propose, senior_officer):
    proposed = propose()

    with pytest.raises(proposals.WordsMissing, match="why you send it back"):
        proposals.send_back(proposal_id=proposed.pk, words=" no ", by=senior_officer, at=AT)


def test_who_proposed_it_takes_it_back_and_nobody_else_does(propose, officer):
    proposed = propose()

    with pytest.raises(proposals.NotYours, match=officer.username):
        proposals.take_back(proposal_id=proposed.pk, by=factories.user("officer"), at=AT)
    proposals.take_back(proposal_id=proposed.pk, by=officer, at=AT)

    assert Application.objects.get().status == "awaiting_officer"
    assert ProposedDecision.objects.get().state == "dropped"


def test_there_is_nothing_to_sign_where_nothing_was_proposed(db, senior_officer):
    with pytest.raises(proposals.NoProposal, match="no such"):
        proposals.sign(proposal_id=1, by=senior_officer, at=AT)


def test_an_older_proposal_is_not_signed_in_the_place_of_a_newer(propose, officer, senior_officer):
    first = propose()
    proposals.take_back(proposal_id=first.pk, by=officer, at=AT)
    officer_decisions.record(decision_id=first.decision_id, verdict="approve", by=officer, at=AT)

    with pytest.raises(proposals.NoProposal, match="settled already: dropped"):
        proposals.sign(proposal_id=first.pk, by=senior_officer, at=AT)


def test_the_second_who_signs_is_told_who_decided(propose, senior_officer):
    proposed = propose()
    proposals.sign(proposal_id=proposed.pk, by=senior_officer, at=AT)

    with pytest.raises(moves.AlreadyDecided, match="decided this application already"):
        proposals.sign(proposal_id=proposed.pk, by=factories.user("senior_officer"), at=AT)


def test_an_officer_is_told_that_a_signature_is_awaited(propose):
    proposed = propose()

    with pytest.raises(moves.NotThatFar, match="Awaiting a second signature"):
        officer_decisions.record(
            decision_id=proposed.decision_id, verdict="decline", by=factories.user("officer"), at=AT
        )


def test_risk_and_direction_ask_for_a_signature_too(db, toy_bundle, officer, monkeypatch):
    monkeypatch.setattr(factories, "contract_version", _with_narrow_authority)
    factories.live_product(factories.toy_bundle(factories.Contract.parse(SOURCE)))

    def proposed(said, verdict):
        made = factories.decide(**said)
        why = WHY if verdict == "approve" else WHY_NOT
        return officer_decisions.record(
            decision_id=made.decision_id, verdict=verdict, by=officer, at=AT, **why
        )

    assert proposed(factories.DECLINED, "approve").limits == ["pd"]
    assert proposed(factories.APPROVED, "decline").limits == ["override"]
    assert isinstance(proposed(factories.DECLINED, "decline"), OfficerDecision)


def _with_narrow_authority(*, by=None):
    return factories.contracts.register(
        source=SOURCE, by=by or factories.user("model_developer"), at=factories.BEFORE
    )


def test_lending_where_no_model_knew_the_risk_takes_a_signature(
    champion, own_store, no_scorecard, officer
):
    made = factories.decide(**factories.REFERRED)

    proposed = officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=AT
    )

    assert proposed.limits == ["pd"]


def test_seniors_see_what_waits_and_which_of_it_is_their_own(propose, officer, senior_officer):
    theirs, own = propose(), propose(by=senior_officer)

    rows = signatures.waiting(viewer=senior_officer)

    assert [(row.decision_id, row.is_own) for row in rows] == [
        (theirs.decision_id, False),
        (own.decision_id, True),
    ]
    assert rows[0].limits == ["the amount is above what one officer may lend"]
    assert signatures.count(viewer=senior_officer) == 1


def test_the_database_keeps_four_eyes(propose, officer):
    proposed = propose()

    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        ProposedDecision.objects.filter(pk=proposed.pk).update(
            state="signed", settled_by=officer, settled_at=AT
        )


def test_the_database_keeps_a_decision_from_being_signed_by_who_made_it(champion, officer):
    made = factories.decide(**factories.REFERRED)

    with pytest.raises(IntegrityError, match="signed_by_someone_else"):
        _create(made, officer, signed_by=officer)


@pytest.mark.parametrize(
    "terms", [{"verdict": "counter_offer"}, {"verdict": "approve", "offered_amount": 100}]
)
def test_the_database_keeps_terms_and_counter_offers_together(champion, officer, terms):
    made = factories.decide(**factories.REFERRED)

    with pytest.raises(IntegrityError, match="offers_something"):
        _create(made, officer, **terms)


def _create(made, officer, **values):
    OfficerDecision.objects.create(
        decision_id=made.decision_id,
        is_override=False,
        decided_by=officer,
        decided_at=AT,
        **{"verdict": "approve", **values},
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("one_waits", {}),
        ("override_has_reason", {"is_override": True}),
        ("offers_something", {"verdict": "counter_offer"}),
        ("settled_or_not", {"settled_at": AT}),
        ("settled_or_not", {"state": "dropped"}),
    ],
)
def test_the_database_refuses_a_proposal_that_cannot_be(propose, officer, constraint, values):
    proposed = propose()
    said = {"verdict": "approve", "is_override": False, **values}

    with pytest.raises(IntegrityError, match=constraint):
        ProposedDecision.objects.create(
            decision_id=proposed.decision_id, proposed_by=officer, proposed_at=AT, **said
        )


def test_the_database_keeps_words_with_what_is_sent_back(propose, senior_officer):
    proposed = propose()

    with pytest.raises(IntegrityError, match="sent_back_with_words"):
        ProposedDecision.objects.filter(pk=proposed.pk).update(
            state="sent_back", settled_by=senior_officer, settled_at=AT
        )


def test_what_was_proposed_is_never_altered_and_settled_once(propose, senior_officer):
    proposed = propose()
    found = ProposedDecision.objects.filter(pk=proposed.pk)

    with pytest.raises(IntegrityError, match="keeps what it says"), transaction.atomic():
        found.update(reason="Something else.")
    proposals.sign(proposal_id=proposed.pk, by=senior_officer, at=AT)
    with pytest.raises(IntegrityError, match="settled, once"):
        found.update(state="dropped")


def test_of_two_seniors_at_once_one_signs(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    made = factories.decide(**(factories.APPROVED | LARGE))
    proposed = officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=factories.user("officer"), at=AT
    )
    seniors = [factories.user("senior_officer") for _ in range(2)]

    results = at_once(lambda by: proposals.sign(proposal_id=proposed.pk, by=by, at=AT), seniors)

    names = sorted(type(result).__name__ for result in results)
    assert names == ["AlreadyDecided", "OfficerDecision"]


def test_signing_and_taking_back_at_once_leave_one_of_both(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    made = factories.decide(**(factories.APPROVED | LARGE))
    officer, senior = factories.user("officer"), factories.user("senior_officer")
    proposed = officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=AT
    )

    results = at_once(
        lambda act: act(),
        [
            lambda: proposals.sign(proposal_id=proposed.pk, by=senior, at=AT),
            lambda: proposals.take_back(proposal_id=proposed.pk, by=officer, at=AT),
        ],
    )

    names = {type(result).__name__ for result in results}
    status = Application.objects.get(pk=made.decision_id).status
    assert (names, status) in [
        ({"OfficerDecision", "AlreadyDecided"}, "approved"),
        ({"NotThatFar", "ProposedDecision"}, "awaiting_officer"),
    ]
