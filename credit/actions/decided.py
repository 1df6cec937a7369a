"""What a decision that was made is told as, and what the audit trail holds of it."""

from typing import Any, NamedTuple

from credit import answers
from credit.audit_chain import Event
from credit.considering import Considered
from credit.models import AuditEvent


class Decided(NamedTuple):
    """The answer, and whether it was given before."""

    decision_id: str
    answer: dict[str, Any]
    text: str  # the answer as it was told, to the letter
    replayed: bool = False


def told(considered: Considered) -> Decided:
    """Tell what was decided."""
    answer = answers.told(considered.facts)
    return Decided(decision_id=considered.id, answer=answer, text=answers.text_of(answer))


def event_of(considered: Considered) -> Event:
    """Say what the audit trail is to hold."""
    owner = considered.partner
    return Event(
        type=AuditEvent.Type.APPLICATION_DECIDED.value,
        target=f"decision:{considered.id}",
        user=None,
        partner=owner.pk if owner else None,
        at=considered.at,
        details=considered.evidence,
    )
