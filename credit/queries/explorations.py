"""The exploration lane as it stands: its terms, what was drawn, and what came of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import QuerySet

from credit import labels, serving
from credit.models import Application, Exploration, ExplorationMonth, Product
from scoring.contracts.learning_terms import Exploration as Lane
from scoring.proportions import Interval, Share, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """Everybody who was ever drawn. Outcomes are those that have matured."""

    lane: Lane | None  # of the policy in force; None: nobody is drawn
    currency: str
    spent: Decimal  # expected loss of this month's draws
    drawn: int
    approved: int
    matured: int
    bads: int
    predicted: float | None  # mean PD of those whose outcome has matured
    interval: Interval | None  # 95 %, of the share of bads among them

    @property
    def share_bad(self) -> float | None:
        """What share of them turned out bad."""
        return self.bads / self.matured if self.matured else None


def explored(product: Product, *, at: datetime) -> Explored:
    """Count what was drawn of a product, and hold it against what was predicted."""
    drawn = Exploration.objects.filter(decision__application__product=product)
    outcomes = labels.outcomes_of(product, at=at).filter(
        matures_on__lte=at.date(), decision__exploration__isnull=False
    )
    loans = outcomes.select_related("decision__application__score")
    known = [(loan.is_bad, loan.decision.application.score.pd or 0.0) for loan in loans]
    bads = sum(is_bad for is_bad, _ in known)
    terms = _terms(product, at=at)
    return Explored(
        lane=terms.policy.exploration if terms else None,
        currency=terms.contract.currency if terms else "",
        spent=_spent(product, at=at),
        drawn=drawn.count(),
        approved=_approved(drawn).count(),
        matured=len(known),
        bads=bads,
        predicted=sum(pd for _, pd in known) / len(known) if known else None,
        interval=wilson(Share(count=bads, n=len(known))) if known else None,
    )


def _terms(product: Product, *, at: datetime) -> serving.Terms | None:
    try:
        return serving.terms(product.slug, at=at)
    except serving.UnknownProduct:
        return None


def _approved(drawn: QuerySet[Exploration]) -> QuerySet[Exploration]:
    return drawn.filter(decision__application__status=Application.Status.APPROVED)


def _spent(product: Product, *, at: datetime) -> Decimal:
    month = at.astimezone(UTC).date().replace(day=1)
    found = ExplorationMonth.objects.filter(product=product, begins_on=month).first()
    return found.expected_loss if found else Decimal(0)
