"""Taking a decision back, within the time that the policy gives, while nobody was told."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit import notice_facts
from credit.actions import audit, outbox, reopening
from credit.actions.moves import move
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    EventKind,
    OfferAnswer,
    OfficerDecision,
    OfficerVerdict,
    Outcome,
    Role,
    UndoneDecision,
    User,
)

COPIED = UndoneDecision.COPIED


class NothingToUndo(ActionDenied):
    """No officer's decision stands."""


class NotYourDecision(ActionDenied):
    """A decision is undone by who made or signed it, or by a senior officer."""


class TooLate(ActionDenied):
    """The time to undo it is over."""


class SomethingLeft(ActionDenied):
    """Somebody outside knows of it, or acted on it."""


@transaction.atomic
def undo(*, decision_id: str, by: User, at: datetime) -> UndoneDecision:
    """Take an officer's decision back; the application waits again."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="undo a decision")
    application = Application.objects.select_for_update().get(pk=decision_id)
    made = OfficerDecision.objects.select_related("decision").filter(pk=decision_id).first()
    if made is None:
        raise NothingToUndo(_("No officer's decision stands that could be undone."))
    _check_may_undo(made, by=by, at=at)
    _check_nothing_left(made)
    _owe_nothing(made.decision)
    undone = UndoneDecision.objects.create(
        decision=made.decision,
        undone_by=by,
        undone_at=at,
        **{name: getattr(made, name) for name in COPIED},
    )
    made.delete()
    move(application, to=Application.Status.AWAITING_OFFICER)
    audit.record(
        AuditEvent.Type.DECISION_UNDONE,
        target=f"decision:{decision_id}",
        by=by,
        at=at,
        verdict=undone.verdict,
        decided_by=undone.decided_by_id,
        decided_at=undone.decided_at,
    )
    return undone


def may_undo(made: OfficerDecision, *, by: User, at: datetime) -> bool:
    """Say whether a person may still take a decision back, as far as person and time say it."""
    return not made.is_final(at) and (
        by.pk in {made.decided_by_id, made.signed_by_id} or by.has_role(Role.SENIOR_OFFICER)
    )


def _check_may_undo(made: OfficerDecision, *, by: User, at: datetime) -> None:
    if made.is_final(at):
        raise TooLate(_("A decision can be undone for a few minutes only; this one is final."))
    if not may_undo(made, by=by, at=at):
        raise NotYourDecision(_("A colleague decided this: they or a senior officer may undo it."))


def _check_nothing_left(made: OfficerDecision) -> None:
    """Refuse where anything of the decision left the house. Each kind of thing has its line.

    What left before a review reopened it told of the decision that stood then.
    """
    decision = made.decision
    since = made.decided_at if reopening.turn(decision.pk) else None
    if notice_facts.has_left(decision.pk, since=since):
        raise SomethingLeft(_("A notice has left for the applicant: it cannot be undone."))
    is_offer = made.verdict == OfficerVerdict.COUNTER_OFFER
    if is_offer and OfferAnswer.objects.filter(decision=decision).exists():
        raise SomethingLeft(_("The applicant has answered this offer: it cannot be undone."))
    if decision.application.status in {
        Application.Status.WITHDRAWN,
        Application.Status.INCOMPLETE,
    }:
        raise SomethingLeft(_("The applicant has ended this application."))
    if Outcome.objects.filter(decision=decision).exists():
        raise SomethingLeft(_("What became of this loan was reported: it cannot be undone."))


def _owe_nothing(decision: Decision) -> None:
    """Take back what the partner was to be told, or refuse where it was."""
    subject = ["decision", decision.pk, *filter(None, [reopening.turn(decision.pk)])]
    if not outbox.withdraw(kind=EventKind.DECISION_MADE, subject=":".join(subject)):
        raise SomethingLeft(_("The partner has been told of this decision: it cannot be undone."))
