"""Requests for a review: open ones by their clock, and what was answered."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from credit.models import Application, OfficerDecision, ReviewRequest, User

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One request."""

    review_id: int
    decision_id: str
    reference: str
    product_name: str
    words: str
    asked_at: datetime
    recorded_by: str
    due_on: date
    days_left: int
    outcome: str
    outcome_label: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    is_own: bool  # the viewer decided this, so somebody else answers


def waiting(*, at: datetime, viewer: User, limit: int = MOST) -> list[ReviewRow]:
    """List the open requests, the earliest due first."""
    found = _with_people().filter(outcome="").order_by("due_on", "pk")[:limit]
    return _rows(list(found), at=at, viewer=viewer)


def answered(*, at: datetime, viewer: User, limit: int = 20) -> list[ReviewRow]:
    """List what was answered lately, the newest first."""
    found = _with_people().exclude(outcome="").order_by("-answered_at", "-pk")[:limit]
    return _rows(list(found), at=at, viewer=viewer)


def of_decision(decision_id: str, *, at: datetime, viewer: User) -> list[ReviewRow]:
    """List the requests about a decision, the newest first."""
    found = _with_people().filter(decision_id=decision_id).order_by("-asked_at", "-pk")
    return _rows(list(found), at=at, viewer=viewer)


def one(review_id: int, *, at: datetime, viewer: User) -> ReviewRow:
    """Find a request. Raises `ReviewRequest.DoesNotExist`."""
    return _rows([_with_people().get(pk=review_id)], at=at, viewer=viewer)[0]


def count_waiting() -> int:
    """Count the open requests."""
    return ReviewRequest.objects.filter(outcome="").count()


def _with_people() -> QuerySet[ReviewRequest]:
    return ReviewRequest.objects.select_related("recorded_by", "answered_by")


def _rows(found: list[ReviewRequest], *, at: datetime, viewer: User) -> list[ReviewRow]:
    ids = [review.decision_id for review in found]
    applications = Application.objects.select_related("product").in_bulk(ids)
    own = _decided_by(viewer, ids)
    return [_row(each, applications[each.decision_id], at=at, own=own) for each in found]


def _decided_by(viewer: User, ids: list[str]) -> set[str]:
    """Find those that the viewer decided or signed."""
    made = OfficerDecision.objects.filter(decision_id__in=ids)
    return {
        each.decision_id
        for each in made
        if viewer.pk in {each.decided_by_id, getattr(each, "signed_by_id", None)}
    }


def _row(
    review: ReviewRequest, application: Application, *, at: datetime, own: set[str]
) -> ReviewRow:
    return ReviewRow(
        review_id=review.pk,
        decision_id=review.decision_id,
        reference=application.reference,
        product_name=application.product.name,
        words=review.words,
        asked_at=review.asked_at,
        recorded_by=_name(review.recorded_by),
        due_on=review.due_on,
        days_left=(review.due_on - at.date()).days,
        outcome=review.outcome,
        outcome_label=str(review.get_outcome_display()) if review.outcome else "",
        answer=review.answer,
        answered_by=_name(review.answered_by),
        answered_at=review.answered_at,
        is_own=review.decision_id in own,
    )


def _name(user: User | None) -> str:
    return user.known_as if user else ""
