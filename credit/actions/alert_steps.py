"""What every action on an alert does: ask for words, keep them, leave an event."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied
from credit.models import Alert, AlertStep, AuditEvent, User

Step = AlertStep.Kind


class WordsMissing(ActionDenied):
    """What was done about an alert is told in words."""


def checked(words: str, *, shortest: int = 1) -> str:
    """Give words without blanks around them; refuse none, or fewer characters than are asked."""
    said = words.strip()
    if not said:
        raise WordsMissing(gettext("Say it in a sentence."))
    if len(said) < shortest:
        refusal = gettext("Say it in a sentence, in at least {n} characters.")
        raise WordsMissing(refusal.format(n=shortest))
    return said


def note(
    alert: Alert,
    kind: Step,
    told: AuditEvent.Type | None,
    *,
    by: User | None,
    at: datetime,
    words: str = "",
    about: User | None = None,
    until: datetime | None = None,
    **details: Any,
) -> AlertStep:
    """Keep a step; in the trail its words are a commitment, for they may name people."""
    made = AlertStep.objects.create(
        alert=alert, kind=kind, words=words, about=about, until=until, by=by, at=at
    )
    if told is not None:
        if words:
            details["words"] = audit.commit(bytes(alert.salt), words)
        if about is not None:
            details["to"] = about.pk
        audit.record(
            told,
            target=f"alert:{alert.pk}",
            by=by,
            at=at,
            cause=alert.cause,
            **details,
        )
    return made
