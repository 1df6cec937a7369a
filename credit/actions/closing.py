"""Telling a partner that an application came to an end without a further decision."""

from datetime import datetime

from credit.actions import outbox, reopening
from credit.models import Decision, EventKind, OfficerDecision


def tell_partner(*, decision: Decision, at: datetime) -> None:
    """Owe the partner the end, and not before the decision that it follows may be told."""
    made = OfficerDecision.objects.filter(decision=decision).first()
    waits = made is not None and not made.is_final(at)
    outbox.put(
        kind=EventKind.DECISION_MADE,
        partner=decision.application.partner,
        payload={"decision": decision.pk},
        turn=":".join(filter(None, ["closed", reopening.turn(decision.pk)])),
        due_at=made.final_at if made is not None and waits else None,
        at=at,
    )
