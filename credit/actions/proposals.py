"""Decisions above an officer's authority: a senior officer signs them or sends them back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit, hand_entries, officer_decisions, reopening
from credit.actions.moves import move, take_up
from credit.actions.refusals import ActionDenied, require_role
from credit.actions.verdicts import SHORTEST_REASON, Chosen
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    ProposedDecision,
    Role,
    User,
)
from credit.words import in_a_sentence

State = ProposedDecision.State
Status = Application.Status


class OwnProposal(ActionDenied):
    """Four eyes: who proposed a decision does not sign it."""


class NoProposal(ActionDenied):
    """No decision of this application waits for a signature, or it is another one by now."""


class WordsMissing(ActionDenied):
    """Who sends a decision back says why."""


class NotYours(ActionDenied):
    """Only who proposed a decision, or a senior officer, takes it back."""


@transaction.atomic
def sign(*, proposal_id: int, by: User, at: datetime) -> OfficerDecision:
    """Sign what a colleague proposed, which lets it stand."""
    require_role(by, Role.SENIOR_OFFICER, to="sign a proposed decision")
    proposal, decision = _held(proposal_id)
    _check_four_eyes(proposal, by)
    hand_entries.check_may_decide(decision, by)
    reopening.check_may_decide(decision=decision, verdict=proposal.verdict, person=by)
    _settle(proposal, State.SIGNED, by=by, at=at)
    return officer_decisions.stand(
        decision=decision, chosen=chosen_of(proposal), by=proposal.proposed_by, signed_by=by, at=at
    )


@transaction.atomic
def send_back(*, proposal_id: int, words: str, by: User, at: datetime) -> ProposedDecision:
    """Send what a colleague proposed back to the queue, with why."""
    require_role(by, Role.SENIOR_OFFICER, to="send a proposed decision back")
    proposal, decision = _held(proposal_id)
    _check_four_eyes(proposal, by)
    if len(words.strip()) < SHORTEST_REASON:
        raise WordsMissing(
            _("Say in at least %d characters why you send it back.") % SHORTEST_REASON
        )
    proposal.answer = words.strip()
    _settle(proposal, State.SENT_BACK, by=by, at=at)
    move(decision.application, to=Status.AWAITING_OFFICER)
    _tell(AuditEvent.Type.DECISION_SENT_BACK, proposal, decision, by=by, at=at)
    return proposal


@transaction.atomic
def take_back(*, proposal_id: int, by: User, at: datetime) -> ProposedDecision:
    """Take one's own proposal back before anybody signed it."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="take a proposed decision back")
    proposal, decision = _held(proposal_id)
    if by != proposal.proposed_by:
        raise NotYours(_("%s proposed this; others sign it or send it back.") % _proposer(proposal))
    drop(decision=decision, by=by, at=at)
    move(decision.application, to=Status.AWAITING_OFFICER)
    proposal.refresh_from_db()
    return proposal


def drop(*, decision: Decision, by: User, at: datetime) -> None:
    """Let go what waits for a signature, within the transaction of who holds the application."""
    for proposal in decision.proposed_decisions.filter(state=State.WAITING):
        _settle(proposal, State.DROPPED, by=by, at=at)
        _tell(AuditEvent.Type.PROPOSAL_DROPPED, proposal, decision, by=by, at=at)


def chosen_of(proposal: ProposedDecision) -> Chosen:
    """Give what was proposed as what is recorded."""
    return Chosen(
        verdict=OfficerVerdict(proposal.verdict),
        is_override=proposal.is_override,
        reason_code=proposal.reason_code,
        reason=proposal.reason,
        offered_amount=proposal.offered_amount,
        offered_term_months=proposal.offered_term_months,
    )


def _held(proposal_id: int) -> tuple[ProposedDecision, Decision]:
    found = ProposedDecision.objects.values_list("decision_id", flat=True).filter(pk=proposal_id)
    decision_id = found.first()
    if decision_id is None:
        raise NoProposal(_("There is no such proposal."))
    decision = take_up(decision_id, Status.AWAITING_SIGNATURE)
    proposal = ProposedDecision.objects.select_related("proposed_by").get(pk=proposal_id)
    if proposal.state != State.WAITING:
        raise NoProposal(
            _("This proposal is settled already: %s.") % in_a_sentence(proposal.get_state_display())
        )
    return proposal, decision


def _check_four_eyes(proposal: ProposedDecision, by: User) -> None:
    if by == proposal.proposed_by:
        raise OwnProposal(_("You proposed this: another senior officer signs it."))


def _settle(proposal: ProposedDecision, state: State, *, by: User, at: datetime) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at = state, by, at
    proposal.save(update_fields=["state", "settled_by", "settled_at", "answer"])


def _tell(
    kind: AuditEvent.Type, proposal: ProposedDecision, decision: Decision, *, by: User, at: datetime
) -> None:
    audit.record(
        kind,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        verdict=str(proposal.verdict),
        proposed_by=proposal.proposed_by_id,
        words=audit.commit(bytes(decision.application.salt), proposal.answer),
    )


def _proposer(proposal: ProposedDecision) -> str:
    return proposal.proposed_by.known_as
