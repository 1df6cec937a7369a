"""Legal holds, those that hold first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from credit.models import LegalHold, User


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """One hold, and who said what of it."""

    id: int
    product_slug: str
    product_name: str
    decision_id: str  # "": all that the product received in the months
    first: date
    last: date | None  # included; None: all that comes
    why: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    why_lifted: str


def holds() -> list[HoldRow]:
    """List every hold, those that are not lifted first, and of these the newest."""
    found = LegalHold.objects.select_related("product", "placed_by", "lifted_by")
    ordered = found.order_by(F("lifted_at").desc(nulls_first=True), "-placed_at", "-pk")
    return [_row(each) for each in ordered]


def _row(found: LegalHold) -> HoldRow:
    return HoldRow(
        id=found.pk,
        product_slug=found.product.slug,
        product_name=found.product.name,
        decision_id=found.decision_id,
        first=found.since,
        last=found.until - timedelta(days=1) if found.until else None,
        why=found.why,
        placed_by=found.placed_by.known_as,
        placed_at=found.placed_at,
        lifted_by=_name(found.lifted_by),
        lifted_at=found.lifted_at,
        why_lifted=found.why_lifted,
    )


def _name(user: User | None) -> str:
    return user.known_as if user else ""
