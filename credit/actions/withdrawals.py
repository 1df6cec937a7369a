"""Applicants who no longer want the loan."""

from datetime import datetime

from django.db import transaction

from credit.actions import audit, closing, information, proposals
from credit.actions.moves import move, take_up
from credit.actions.refusals import require_role
from credit.models import Application, AuditEvent, Role, User, Withdrawal


@transaction.atomic
def record(*, decision_id: str, words: str = "", by: User, at: datetime) -> Withdrawal:
    """End an application at its applicant's word, whatever it waits for."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="record a withdrawal")
    decision = take_up(decision_id, *map(Application.Status, Application.WAITING))
    proposals.drop(decision=decision, by=by, at=at)
    information.drop(decision=decision, by=by, at=at)
    move(decision.application, to=Application.Status.WITHDRAWN)
    recorded = Withdrawal.objects.create(
        decision=decision, words=words.strip(), recorded_by=by, recorded_at=at
    )
    closing.tell_partner(decision=decision, at=at)
    audit.record(
        AuditEvent.Type.APPLICATION_WITHDRAWN,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        words=audit.commit(bytes(decision.application.salt), recorded.words),
    )
    return recorded
