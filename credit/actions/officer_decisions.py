"""What officers decide, and why where they override."""

from datetime import datetime, timedelta
from decimal import Decimal as Money
from typing import Any

from django.db import transaction

from credit.actions import audit, others, outbox, reopening, verdicts
from credit.actions.moves import AlreadyDecided, move, take_up
from credit.actions.refusals import require_role
from credit.actions.verdicts import Chosen, NoSuchVerdict, ReasonMissing, is_override, needs_reason
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    EventKind,
    OfficerDecision,
    OfficerVerdict,
    ProposedDecision,
    Role,
    User,
)

__all__ = [
    "AlreadyDecided",
    "NoSuchVerdict",
    "ReasonMissing",
    "is_override",
    "needs_reason",
    "record",
    "stand",
]

Status = Application.Status
AFTER = {
    OfficerVerdict.APPROVE: Status.APPROVED,
    OfficerVerdict.DECLINE: Status.DECLINED,
    OfficerVerdict.COUNTER_OFFER: Status.COUNTER_OFFERED,
}


@transaction.atomic
def record(
    *,
    decision_id: str,
    verdict: str,
    reason_code: str = "",
    reason: str = "",
    offered_amount: Money | None = None,
    offered_term_months: int | None = None,
    by: User,
    at: datetime,
) -> OfficerDecision | ProposedDecision:
    """Write an officer's decision; of two officers at once the first one's stands.

    What is above the officer's authority is proposed, and waits for a senior officer's signature.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="decide an application")
    decision = take_up(decision_id, Status.AWAITING_OFFICER)
    others.check_may_decide(decision=decision, verdict=verdict, by=by, at=at)
    chosen = verdicts.choose(
        decision,
        verdict,
        reason_code=reason_code,
        reason=reason,
        offered_amount=offered_amount,
        offered_term_months=offered_term_months,
    )
    if chosen.limits:
        return _propose(decision, chosen, by=by, at=at)
    return stand(decision=decision, chosen=chosen, by=by, signed_by=None, at=at)


def stand(
    *, decision: Decision, chosen: Chosen, by: User, signed_by: User | None, at: datetime
) -> OfficerDecision:
    """Let a verdict stand, within the transaction of who holds the application."""
    authority, application = verdicts.authority_of(decision), decision.application
    move(application, to=AFTER[chosen.verdict])
    is_offer = chosen.verdict == OfficerVerdict.COUNTER_OFFER
    made = OfficerDecision.objects.create(
        decision=decision,
        decided_by=by,
        decided_at=at,
        signed_by=signed_by,
        final_at=at + timedelta(minutes=authority.undo_minutes),
        offer_until=at.date() + timedelta(days=authority.offer_days) if is_offer else None,
        **chosen.row,
    )
    outbox.put(
        kind=EventKind.DECISION_MADE,
        partner=application.partner,
        payload={"decision": decision.pk},
        turn=lambda: reopening.turn(decision.pk),
        due_at=made.final_at,
        at=at,
    )
    said = said_of(chosen, salt=bytes(application.salt))
    if signed_by is not None:
        said["decided_by"] = by.pk
    audit.record(
        AuditEvent.Type.OFFICER_DECIDED,
        target=f"decision:{decision.pk}",
        by=signed_by or by,
        at=at,
        **said,
    )
    return made


def said_of(chosen: Chosen, *, salt: bytes) -> dict[str, Any]:
    """Say a verdict as the audit trail does: the officer's words and the terms as commitments."""
    terms = [str(chosen.offered_amount), chosen.offered_term_months]
    is_offer = chosen.verdict == OfficerVerdict.COUNTER_OFFER
    return {
        "verdict": str(chosen.verdict),
        "is_override": chosen.is_override,
        "reason_code": chosen.reason_code,
        "reason": audit.commit(salt, chosen.reason),
        **({"terms": audit.commit(salt, terms)} if is_offer else {}),
    }


def _propose(decision: Decision, chosen: Chosen, *, by: User, at: datetime) -> ProposedDecision:
    move(decision.application, to=Status.AWAITING_SIGNATURE)
    proposed = ProposedDecision.objects.create(
        decision=decision,
        limits=list(chosen.limits),
        proposed_by=by,
        proposed_at=at,
        **chosen.row,
    )
    audit.record(
        AuditEvent.Type.DECISION_PROPOSED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        limits=list(chosen.limits),
        **said_of(chosen, salt=bytes(decision.application.salt)),
    )
    return proposed
