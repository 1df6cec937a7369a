"""What applicants answer to a counter-offer, as an officer writes it down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit, closing
from credit.actions.moves import move, take_up
from credit.actions.refusals import ActionDenied, require_role
from credit.models import Application, AuditEvent, OfferAnswer, OfficerDecision, Role, User

Answer = OfferAnswer.Answer
Status = Application.Status
AFTER = {
    Answer.ACCEPTED: Status.APPROVED,
    Answer.REFUSED: Status.DECLINED,
    Answer.LAPSED: Status.DECLINED,
}


class OfferLapsed(ActionDenied):
    """The offer stood until a day that has passed."""


class OfferStands(ActionDenied):
    """The applicant may still accept the offer."""


class NoSuchAnswer(ActionDenied):
    """An offer is accepted, refused, or lapses."""


@transaction.atomic
def answer(*, decision_id: str, said: str, words: str = "", by: User, at: datetime) -> OfferAnswer:
    """Record what became of an offer: accepted, it is approved on its terms; else declined."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="record an answer")
    decision = take_up(decision_id, Status.COUNTER_OFFERED)
    made = OfficerDecision.objects.get(decision=decision)
    chosen = _answer(said)
    _check_time(made, chosen, at=at)
    move(decision.application, to=AFTER[chosen])
    recorded = OfferAnswer.objects.create(
        decision=decision, answer=chosen, words=words.strip(), recorded_by=by, recorded_at=at
    )
    closing.tell_partner(decision=decision, at=at)
    audit.record(
        AuditEvent.Type.OFFER_ANSWERED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        answer=str(chosen),
        words=audit.commit(bytes(decision.application.salt), recorded.words),
    )
    return recorded


def _answer(said: str) -> Answer:
    if said not in Answer.values:
        raise NoSuchAnswer(_("An offer is accepted, refused, or lapses; %r is neither.") % said)
    return Answer(said)


def _check_time(made: OfficerDecision, chosen: Answer, *, at: datetime) -> None:
    is_over = made.offer_until is not None and at.date() > made.offer_until
    until = f"{made.offer_until:%d %B %Y}"
    if chosen == Answer.LAPSED and not is_over:
        raise OfferStands(_("The offer stands until %s.") % until)
    if chosen == Answer.ACCEPTED and is_over:
        raise OfferLapsed(_("The offer stood until %s; it has lapsed.") % until)
