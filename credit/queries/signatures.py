"""What waits for a senior officer's signature, the longest waiting first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal as Money

from credit.models import Decision, ProposedDecision, User
from credit.queries.casework import limit_in_words, terms

MOST = 200
State = ProposedDecision.State


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """One proposed decision that waits."""

    decision_id: str
    reference: str
    product_name: str
    amount: Money
    currency: str
    recommendation: str
    verdict: str
    verdict_label: str
    terms: str
    limits: list[str]
    by: str
    is_own: bool  # another has to sign it
    at: datetime


def waiting(*, viewer: User) -> list[SignatureRow]:
    """List the proposed decisions that wait; the viewer's own are there, and marked."""
    proposed = ProposedDecision.objects.filter(state=State.WAITING).select_related("proposed_by")
    chosen = list(proposed.order_by("proposed_at", "pk")[:MOST])
    decisions = Decision.objects.with_scores().prefetch_related("policy__contract")
    found = decisions.in_bulk([each.decision_id for each in chosen])
    return [_row(each, found[each.decision_id], viewer) for each in chosen]


def count(*, viewer: User) -> int:
    """Count what waits for this person's signature."""
    proposed = ProposedDecision.objects.filter(state=State.WAITING)
    return proposed.exclude(proposed_by=viewer).count()


def _row(made: ProposedDecision, decision: Decision, viewer: User) -> SignatureRow:
    application = decision.application
    contract = application.score.contract.read()
    return SignatureRow(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        amount=application.amount,
        currency=contract.currency,
        recommendation=decision.recommendation,
        verdict=made.verdict,
        verdict_label=made.get_verdict_display(),
        terms=terms(made.offered_amount, made.offered_term_months, contract.currency),
        limits=[limit_in_words(each, decision.policy.read()) for each in made.limits],
        by=made.proposed_by.known_as,
        is_own=made.proposed_by_id == viewer.pk,
        at=made.proposed_at,
    )
