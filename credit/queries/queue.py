"""What waits for an officer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal as Money

from credit.models import Application, Decision, OfficerDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One application that waits."""

    decision_id: str
    reference: str
    product_name: str
    product_slug: str
    amount: Money
    currency: str
    term_months: int | None
    recommendation: str
    score: int | None
    band: str
    pd: float | None
    received_at: datetime
    partner_name: str
    route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How much waits, and how much officers have done today (UTC)."""

    awaiting: int
    decided_today: int


def awaiting(*, at: datetime, product: str | None = None, limit: int = 200) -> list[QueueRow]:
    """List the applications that wait for an officer, the longest waiting first."""
    waiting = Application.objects.filter(
        status=Application.Status.AWAITING_OFFICER, received_at__lte=at
    )
    if product is not None:
        waiting = waiting.filter(product__slug=product)
    ids = list(waiting.order_by("received_at", "pk").values_list("pk", flat=True)[:limit])
    found = Decision.objects.with_scores().in_bulk(ids)
    return [_row(found[decision_id]) for decision_id in ids if decision_id in found]


def counts(*, at: datetime) -> QueueCounts:
    """Count what waits and what officers decided on the day of `at`."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return QueueCounts(
        awaiting=Application.objects.filter(
            status=Application.Status.AWAITING_OFFICER, received_at__lte=at
        ).count(),
        decided_today=OfficerDecision.objects.filter(
            decided_at__gte=day, decided_at__lt=day + timedelta(days=1)
        ).count(),
    )


def _row(decision: Decision) -> QueueRow:
    application = decision.application
    score = application.score
    return QueueRow(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        product_slug=application.product.slug,
        amount=application.amount,
        currency=score.contract.read().currency,
        term_months=application.term_months,
        recommendation=decision.recommendation,
        score=score.score,
        band=score.band,
        pd=score.pd,
        received_at=application.received_at,
        partner_name=application.partner.name if application.partner else "",
        route=score.route,
    )
