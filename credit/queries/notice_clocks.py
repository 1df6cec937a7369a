"""By which day an application's notice must leave, and what its clock began with."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, Max, Q, QuerySet, Value

from credit.laws import laws_of, notice_due_on
from credit.models import Decision, InformationRequest, Notice, NoticeKind, ReviewRequest
from scoring.notices.laws import LawMissing, Laws


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """When something happened by which notices are due, by decision."""

    offered: dict[str, datetime] = field(default_factory=dict)  # a counter-offer was told
    left: dict[str, datetime] = field(default_factory=dict)  # a notice of any kind
    asked_again: dict[str, datetime] = field(default_factory=dict)
    reopened: dict[str, datetime] = field(default_factory=dict)

    def of(self, decision: Decision, kind: NoticeKind) -> tuple[datetime | None, datetime]:
        """Give when an offer that stood was told, and what the clock begins with otherwise."""
        reopened, asked = self.reopened.get(decision.pk), self.asked_again.get(decision.pk)
        begins = [reopened] if reopened else []
        begins += [asked] if asked and kind is NoticeKind.INCOMPLETENESS else []
        received, left = decision.application.received_at, self.left.get(decision.pk)
        is_anew = bool(begins) and left is not None
        offered = self.offered.get(decision.pk)
        is_over = offered is not None and reopened is not None and offered < reopened
        return None if is_over else offered, max(begins) if is_anew else received


def clocks_of(ids: list[str]) -> Clocks:
    """Find, by one query, what the clocks of these decisions' notices begin with."""
    of_these = Q(decision_id__in=ids)
    changed = of_these & Q(outcome=ReviewRequest.Outcome.CHANGED)
    left = Notice.objects.filter(of_these)
    first, *others = (
        _newest("offered", left.filter(kind=NoticeKind.COUNTER_OFFER), "issued_at"),
        _newest("left", left, "issued_at"),
        _newest("asked_again", InformationRequest.objects.filter(of_these), "asked_at"),
        _newest("reopened", ReviewRequest.objects.filter(changed), "answered_at"),
    )
    found: dict[str, dict[str, datetime]] = {}
    for decision_id, at, n, what in first.union(*others, all=True):
        if what != "asked_again" or n > 1:
            found.setdefault(what, {})[decision_id] = at
    return Clocks(**found)


def due_on(decision: Decision, kind: NoticeKind, clocks: Clocks) -> date:
    """Say by which day a notice must leave; without a law pack by the longest time there is.

    Another question, or a decision that a review reopened, begins it anew after one that left.
    """
    contract = decision.policy.read()
    offered_at, begins_at = clocks.of(decision, kind)
    laws: Laws | None = None
    try:
        laws = laws_of(contract, on=decision.decided_at.date())
    except LawMissing:
        laws = None
    return notice_due_on(
        kind,
        laws=laws,
        policy=contract.policy,
        received_on=begins_at.date(),
        offered_on=offered_at.date() if offered_at else None,
    )


def _newest(what: str, rows: QuerySet[Any], moment: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Give the newest of each decision, how many there are, and of what."""
    of_each = rows.order_by().values("decision_id").annotate(at=Max(moment), n=Count("pk"))
    named: QuerySet[Any, Any] = of_each.annotate(what=Value(what, CharField()))
    return named.values_list("decision_id", "at", "n", "what")
