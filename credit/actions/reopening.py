"""A decision that a review finds wrong stands no longer: a person decides it anew, in the open."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from credit.actions import assignments, audit, outbox
from credit.actions.moves import move
from credit.actions.refusals import ActionDenied
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    EventKind,
    OfferAnswer,
    OfficerDecision,
    OfficerVerdict,
    Referral,
    ReviewRequest,
    UndoneDecision,
    User,
)


class DecidedBefore(ActionDenied):
    """Who made the decision that was reviewed does not make the one that follows."""


class OfferAnswered(ActionDenied):
    """The applicant has answered an offer: there is no second one."""


def reopen(*, review: ReviewRequest, decision: Decision, by: User, at: datetime) -> None:
    """Put an application before its reviewer, within the transaction of who answers the review.

    What stood is kept whole; what policy decided stays on the decision itself. A notice is owed
    anew of whatever is decided then.
    """
    subject = ["decision", decision.pk, *filter(None, [turn(decision.pk, but=review.pk)])]
    outbox.withdraw(kind=EventKind.DECISION_MADE, subject=":".join(subject))  # if not told yet
    made = OfficerDecision.objects.filter(decision=decision).first()
    if made is not None:
        _keep(made, review=review, by=by, at=at)
    application = decision.application
    move(application, to=Application.Status.AWAITING_OFFICER)
    application.told = ""
    application.save(update_fields=["told"])
    audit.record(
        AuditEvent.Type.DECISION_REOPENED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        review=review.pk,
        verdict=made.verdict if made else decision.automatic,
        decided_by=made.decided_by_id if made else None,
    )
    Referral.objects.filter(decision=decision, ended_at=None).update(ended_at=at)
    assignments.take(decision_id=decision.pk, by=by, at=at)


def check_may_decide(*, decision: Decision, verdict: str, person: User) -> None:
    """Refuse, of what a review reopened, whoever had decided it, and a second counter-offer."""
    reopened = UndoneDecision.objects.filter(decision=decision, review__isnull=False)
    if reopened.filter(Q(decided_by=person) | Q(signed_by=person)).exists():
        raise DecidedBefore(
            _("You made the decision that was reviewed: a colleague decides it anew.")
        )
    is_offer = verdict == OfficerVerdict.COUNTER_OFFER
    if is_offer and OfferAnswer.objects.filter(decision=decision).exists():
        raise OfferAnswered(
            _("The applicant has answered an offer already: approve or decline it instead.")
        )


def turn(decision_id: str, *, but: int = 0) -> str:
    """Name the turn of what partners are told, where reviews reopened it; `but` one of them."""
    changed = ReviewRequest.Outcome.CHANGED
    reviews = ReviewRequest.objects.filter(decision_id=decision_id, outcome=changed)
    times = reviews.exclude(pk=but).count()
    return f"review{times}" if times else ""


def _keep(made: OfficerDecision, *, review: ReviewRequest, by: User, at: datetime) -> None:
    copied = {name: getattr(made, name) for name in UndoneDecision.COPIED}
    UndoneDecision.objects.create(
        decision_id=made.decision_id, undone_by=by, undone_at=at, review=review, **copied
    )
    made.delete()
