"""What officers note on an application. Notes are kept as they were written."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Decision, OfficerNote, Role, User


class NoteEmpty(ActionDenied):
    """A note has words."""


@transaction.atomic
def write(*, decision_id: str, words: str, by: User, at: datetime) -> OfficerNote:
    """Keep an officer's note, before or after the decision."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="write a note")
    decision = Decision.objects.select_related("application").get(pk=decision_id)
    if not words.strip():
        raise NoteEmpty(_("A note without words says nothing."))
    note = OfficerNote.objects.create(
        decision=decision, words=words.strip(), written_by=by, written_at=at
    )
    audit.record(
        AuditEvent.Type.NOTE_WRITTEN,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        note=note.pk,
        words=audit.commit(bytes(decision.application.salt), note.words),
    )
    return note
