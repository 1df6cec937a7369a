"""Decisions as the API tells them, one partner's at a time."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from credit import answers
from credit.models import Application, Decision, Partner

PAGE = 50


def answer(decision_id: str, *, partner: Partner | None, at: datetime) -> dict[str, Any]:
    """Tell a decision as it stands at a moment; another partner's does not exist."""
    return _told(_visible(partner).get(pk=decision_id), at=at)


def feedback(decision_id: str, *, partner: Partner | None) -> dict[str, Any]:
    """Tell all that a partner said of a decision of its own, the newest first."""
    decision = _visible(partner).get(pk=decision_id)
    said = decision.partner_feedback.order_by("-number")
    return {"results": [answers.feedback_of(given) for given in said]}


def listing(
    partner: Partner | None,
    reference: str | None = None,
    cursor: str | None = None,
    *,
    at: datetime,
) -> dict[str, Any]:
    """Tell a page of decisions, newest first; `next` is the cursor of the page after it."""
    ids = list(_ids(partner, reference, cursor)[: PAGE + 1])
    page = Decision.objects.each_to_be_told().filter(pk__in=ids[:PAGE]).order_by("-pk")
    return {
        "results": [_told(decision, at=at) for decision in page],
        "next": ids[PAGE - 1] if len(ids) > PAGE else None,
    }


def _ids(partner: Partner | None, reference: str | None, cursor: str | None) -> QuerySet[Any]:
    """Choose by an index of one table, so that only a page of the others is looked at."""
    found = Application.objects.order_by("-pk").values_list("pk", flat=True)
    if partner is not None:
        found = found.filter(partner=partner)
    if reference is not None:
        found = found.filter(reference=reference)
    return found if cursor is None else found.filter(pk__lt=cursor)


def _visible(partner: Partner | None) -> QuerySet[Decision]:
    decisions = Decision.objects.to_be_told()
    if partner is None:
        return decisions
    return decisions.filter(application__partner=partner)


def _told(decision: Decision, *, at: datetime) -> dict[str, Any]:
    return answers.answer_of(
        decision,
        officer=getattr(decision, "officer_decision", None),
        at=at,
        outcomes=decision.outcomes.all(),
    )
