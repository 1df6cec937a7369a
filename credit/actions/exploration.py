"""The exploration lane: drawing a few whom policy alone would decline, within a month's budget."""

from datetime import UTC
from decimal import Decimal

from django.db import connection

from credit.actions import audit
from credit.considering import Considered
from credit.models import AuditEvent, Exploration
from scoring.exploration import expected_loss, explored, would_draw
from scoring.records import EXPLORED

# One statement, so that of two draws at once the second sees what the first has taken. What is
# reserved for a decision that then is not written stays reserved: the budget is never exceeded.
_RESERVE = """
INSERT INTO credit_explorationmonth AS spent (product_id, begins_on, expected_loss)
SELECT %(product)s, %(month)s, %(loss)s WHERE %(loss)s <= %(budget)s
ON CONFLICT (product_id, begins_on) DO UPDATE
SET expected_loss = spent.expected_loss + excluded.expected_loss
WHERE spent.expected_loss + excluded.expected_loss <= %(budget)s
RETURNING id
"""


def drawn(made: Considered) -> Considered:
    """Give it back as it is, or drawn: approval is recommended, and a person decides."""
    lane, scored = made.terms.policy.exploration, made.climbed.scored
    if lane is None or scored is None:
        return made
    pd, amount = scored.score.pd, made.application.requested.amount
    if not would_draw(made.terms.policy, made.recommended, decision=made.id, pd=pd, amount=amount):
        return made
    loss = _loss_of(made, pd=pd, amount=amount)
    if not _reserve(made, loss, budget=lane.loss_budget):
        return made
    return made._replace(
        warnings=[*made.warnings, EXPLORED],
        recommended=explored(made.recommended),
        explored=loss,
    )


def note(made: Considered) -> None:
    """Write down with what chance a decision was drawn; in the transaction that writes it."""
    lane = made.terms.policy.exploration
    if lane is None or made.explored is None:
        return
    Exploration.objects.create(
        decision_id=made.id,
        propensity=lane.share,
        expected_loss=made.explored,
        drawn_at=made.at,
    )
    audit.record(
        AuditEvent.Type.APPLICATION_EXPLORED,
        target=f"decision:{made.id}",
        by=None,
        partner=made.partner,
        at=made.at,
        propensity=lane.share,
    )


def _loss_of(made: Considered, *, pd: float, amount: Decimal) -> Decimal:
    return expected_loss(pd=pd, amount=amount, economics=made.terms.contract.economics)


def _reserve(made: Considered, loss: Decimal, *, budget: Decimal) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE,
            {
                "product": made.terms.product.pk,
                "month": made.at.astimezone(UTC).date().replace(day=1),
                "loss": loss,
                "budget": budget,
            },
        )
        return cursor.fetchone() is not None
