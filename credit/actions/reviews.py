"""Requests that another person look at a decision: asked once at a time, answered once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit, reopening
from credit.actions.refusals import ActionDenied, require_role
from credit.laws import laws_of, review_due_on
from credit.models import Application, AuditEvent, Decision, ReviewRequest, Role, User
from credit.notice_facts import EXPLAINED, decided, decisions, had_a_part
from scoring.notices.laws import LawMissing, Laws

SHORTEST = 12  # characters of an answer


class NothingToReview(ActionDenied):
    """Nothing adverse was decided, or it waits for an officer anyway."""


class ReviewOpen(ActionDenied):
    """A review of this decision waits already."""


class WordsMissing(ActionDenied):
    """What the applicant says, and what they are answered, stands in words."""


class DecidedByYou(ActionDenied):
    """Who decided does not review."""


class AlreadyAnswered(ActionDenied):
    """The review was answered before."""


class NoSuchOutcome(ActionDenied):
    """A review upholds a decision, or finds that it is to be changed."""


@transaction.atomic
def ask(*, decision_id: str, words: str, by: User, at: datetime) -> ReviewRequest:
    """Record an applicant's request; its clock begins."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="record a request for a review")
    application = Application.objects.select_for_update().get(pk=decision_id)
    if application.status not in EXPLAINED:
        raise NothingToReview(_("Nothing was decided that a review could change."))
    if not words.strip():
        raise WordsMissing(_("Write down what the applicant says."))
    if ReviewRequest.objects.filter(decision_id=decision_id, outcome="").exists():
        raise ReviewOpen(_("A review of this decision waits already."))
    decision = decisions().get(pk=decision_id)
    made = ReviewRequest.objects.create(
        decision=decision,
        words=words.strip(),
        recorded_by=by,
        asked_at=at,
        due_on=review_due_on(
            laws=_laws(decision),
            policy=decision.policy.read().policy,
            asked_on=at.date(),
        ),
    )
    audit.record(
        AuditEvent.Type.REVIEW_ASKED,
        target=f"decision:{decision_id}",
        by=by,
        at=at,
        due_on=made.due_on.isoformat(),
        words=audit.commit(bytes(application.salt), made.words),
    )
    return made


@transaction.atomic
def answer(*, review_id: int, outcome: str, words: str, by: User, at: datetime) -> ReviewRequest:
    """Answer a request; never by who decided or signed.

    Where the decision is to be changed it is reopened, in the hands of who answers: a review
    changes nothing by itself, and a person decides anew.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="answer a review")
    review = ReviewRequest.objects.select_for_update().get(pk=review_id)
    application = Application.objects.select_for_update().get(pk=review.decision_id)
    decision = decisions().get(pk=review.decision_id)
    decision.application = application
    _check_may_answer(review, decision, outcome=outcome, words=words, by=by)
    review.outcome, review.answer = outcome, words.strip()
    review.answered_by, review.answered_at = by, at
    review.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    audit.record(
        AuditEvent.Type.REVIEW_ANSWERED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        review=review.pk,
        outcome=outcome,
        words=audit.commit(bytes(application.salt), review.answer),
    )
    if outcome == ReviewRequest.Outcome.CHANGED:
        reopening.reopen(review=review, decision=decision, by=by, at=at)
    return review


def _check_may_answer(
    review: ReviewRequest, decision: Decision, *, outcome: str, words: str, by: User
) -> None:
    if review.outcome:
        raise AlreadyAnswered(_("This review was answered already."))
    if outcome not in ReviewRequest.Outcome.values:
        raise NoSuchOutcome(_("A review upholds the decision, or finds that it is to be changed."))
    if had_a_part(decision, by):
        raise DecidedByYou(_("You decided this application: a review is made by somebody else."))
    is_changed = outcome == ReviewRequest.Outcome.CHANGED
    if is_changed and decision.application.status not in EXPLAINED:
        raise NothingToReview(_("Nothing was decided that a review could change."))
    if len(words.strip()) < SHORTEST:
        raise WordsMissing(
            _("Say what the applicant is told, in at least %d characters.") % SHORTEST
        )


def _laws(decision: Decision) -> Laws | None:
    try:
        return laws_of(decision.application.score.contract.read(), on=decided(decision).at.date())
    except LawMissing:
        return None
