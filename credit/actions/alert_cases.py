"""Cases: what was decided about a drift or a fairness finding, and by whom."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit.actions import alert_silences, alert_steps, alerts, audit
from credit.actions.alert_steps import Step
from credit.actions.refusals import ActionDenied, require_role
from credit.alert_kinds import kind_of
from credit.models import Alert, AlertCase, AuditEvent, User
from credit.words import moment_in_words

Decision = AlertCase.Decision
SHORTEST_WORDS = 10  # characters: the file is read by who was not there


class NoCase(ActionDenied):
    """The alert has no case: it is resolved with a sentence."""


class AlreadyClosed(ActionDenied):
    """Somebody has closed the case before."""


class NoSuchDecision(ActionDenied):
    """A case is closed with one of the decisions that there are."""


@transaction.atomic
def comment(*, alert_id: int, words: str, by: User, at: datetime) -> Alert:
    """Say something about an alert; it stays as it was written."""
    alert = Alert.objects.get(pk=alert_id)
    require_role(by, *kind_of(alert.cause).handled_by, to="comment on this alert")
    said = alert_steps.checked(words)
    alert_steps.note(
        alert, Step.COMMENTED, AuditEvent.Type.ALERT_COMMENTED, by=by, at=at, words=said
    )
    return alert


@transaction.atomic
def close(
    *,
    alert_id: int,
    decision: str,
    words: str,
    by: User,
    at: datetime,
    quiet_until: datetime | None = None,
) -> AlertCase:
    """Record what was decided; the alert ends with its case.

    What was decided may take time to help. Until then the same finding can be silenced.
    """
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    require_role(by, *kind_of(alert.cause).handled_by, to="close this case")
    case = _open_case(alert)
    if decision not in Decision.values:
        asked = gettext("A case is closed with one of these decisions: {decisions}.")
        raise NoSuchDecision(asked.format(decisions=", ".join(Decision.values)))
    said = alert_steps.checked(words, shortest=SHORTEST_WORDS)
    case.decision, case.words, case.closed_at, case.closed_by = decision, said, at, by
    case.save(update_fields=["decision", "words", "closed_at", "closed_by"])
    audit.record(
        AuditEvent.Type.CASE_CLOSED,
        target=f"alert:{alert.pk}",
        by=by,
        at=at,
        cause=alert.cause,
        decision=str(case.decision),
        words=audit.commit(bytes(alert.salt), said),
    )
    alerts.end(alert=alert, words=said, by=by, at=at)
    if quiet_until is not None:
        alert_silences.silence(
            cause=alert.cause,
            product=alert.product,
            segment=alert.segment,
            until=quiet_until,
            why=said,
            by=by,
            at=at,
        )
    return case


def _open_case(alert: Alert) -> AlertCase:
    case = AlertCase.objects.select_for_update().filter(alert=alert).first()
    if case is None:
        words = gettext("“{alert}” has no case to close: it is resolved with a sentence.")
        raise NoCase(words.format(alert=kind_of(alert.cause).words))
    if case.closed_at is not None and case.closed_by is not None:
        words = gettext("The case of “{alert}” was closed by {person} on {at}: {decision}.")
        raise AlreadyClosed(
            words.format(
                alert=kind_of(alert.cause).words,
                person=case.closed_by.get_username(),
                at=moment_in_words(case.closed_at),
                decision=Decision(case.decision).label,
            )
        )
    return case
