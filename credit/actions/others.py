"""Whom an application concerns beside the officer who decides it: most of them, nobody."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from credit.actions import assignments, hand_entries, reopening
from credit.models import (
    Decision,
    HandEntry,
    OfficerVerdict,
    QueueItem,
    Referral,
    UndoneDecision,
    User,
)


def check_may_decide(*, decision: Decision, verdict: str, by: User, at: datetime) -> None:
    """Refuse what a rule about another person keeps this one from deciding."""
    is_offer = verdict == OfficerVerdict.COUNTER_OFFER  # a rule of its own: one answer an offer
    if not is_offer and not concerned([decision.pk], by=by, at=at):
        return
    assignments.check_may_decide(decision_id=decision.pk, by=by, at=at)
    hand_entries.check_may_decide(decision, by)
    reopening.check_may_decide(decision=decision, verdict=verdict, person=by)


def concerned(decision_ids: Collection[str], *, by: User, at: datetime) -> set[str]:
    """Find, by one query, those of which a rule about another person has to be asked.

    In a colleague's hands, referred up, typed in by the officer, or reopened by a review.
    """
    in_hand = Q(held_until__gt=at) & ~Q(held_by=by)
    first, *rest = (
        rows.filter(decision__in=decision_ids).order_by().values_list("decision_id", flat=True)
        for rows in (
            QueueItem.objects.filter(in_hand | Q(is_referred_up=True)),
            Referral.objects.filter(ended_at=None),
            HandEntry.objects.filter(entered_by=by),
            UndoneDecision.objects.filter(review__isnull=False),
        )
    )
    return set(first.union(*rest))
