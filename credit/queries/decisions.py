"""Decisions as the API tells them, one partner's at a time."""

from typing import Any

from django.db.models import QuerySet

from credit import answers
from credit.models import Decision, Partner

PAGE = 50


def answer(decision_id: str, *, partner: Partner | None) -> dict[str, Any]:
    """Tell a decision as it stands now; another partner's does not exist."""
    return _told(_visible(partner).get(pk=decision_id))


def listing(
    partner: Partner | None, reference: str | None = None, cursor: str | None = None
) -> dict[str, Any]:
    """Tell a page of decisions, newest first; `next` is the cursor of the page after it."""
    found = _visible(partner).order_by("-pk")
    if reference is not None:
        found = found.filter(application__reference=reference)
    if cursor is not None:
        found = found.filter(pk__lt=cursor)
    page = list(found[: PAGE + 1])
    return {
        "results": [_told(decision) for decision in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }


def _visible(partner: Partner | None) -> QuerySet[Decision]:
    decisions = Decision.objects.to_be_told()
    if partner is None:
        return decisions
    return decisions.filter(application__partner=partner)


def _told(decision: Decision) -> dict[str, Any]:
    return answers.answer_of(
        decision,
        officer=getattr(decision, "officer_decision", None),
        outcomes=decision.outcomes.all(),
    )
