"""The exploration lane: who may be drawn, who is, and what it may cost. Chance, and no favour.

Only those whom the cut-off alone declines can be drawn, and what follows is a recommendation: a
person decides. So outcomes become known of applicants who otherwise would never have one.
"""

import hashlib
from dataclasses import replace
from decimal import Decimal

from scoring.contract import Economics, Policy
from scoring.policy import Recommendation, Recommended

_CENT = Decimal("0.01")


def would_draw(
    policy: Policy, found: Recommended, *, decision: str, pd: float | None, amount: Decimal
) -> bool:
    """Say whether a decision is drawn: by its id alone, so that anybody can draw again."""
    lane = policy.exploration
    return (
        lane is not None
        and pd is not None
        and found.recommendation is Recommendation.DECLINE
        and all(result.passed for result in found.results)
        and pd <= lane.pd_at_most
        and amount <= lane.amount_at_most
        and is_drawn(decision, share=lane.share)
    )


def is_drawn(decision: str, *, share: float) -> bool:
    """Draw by the hash of a decision's id, which nobody outside chooses or knows before.

    Examples
    --------
    >>> ids = [f"01M6A6FT{number:018}" for number in range(10_000)]
    >>> sum(is_drawn(each, share=0.05) for each in ids)
    472
    """
    digest = hashlib.sha256(f"exploration:{decision}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def explored(found: Recommended) -> Recommended:
    """Recommend approval, and leave the decision to a person."""
    return replace(found, recommendation=Recommendation.APPROVE, automatic=False)


def expected_loss(*, pd: float, amount: Decimal, economics: Economics) -> Decimal:
    """Say what a loan may be expected to lose.

    Examples
    --------
    >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(25))
    >>> expected_loss(pd=0.4, amount=Decimal("1000.00"), economics=cost)
    Decimal('200.00')
    """
    return (amount * Decimal(str(pd * economics.loss_given_default))).quantize(_CENT)
