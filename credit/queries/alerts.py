"""What a person must look at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from credit.models import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, and whether someone has seen to it."""

    id: int
    cause: str
    product_name: str
    message: str
    times: int
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None


def recent(*, limit: int = 200) -> list[AlertRow]:
    """List alerts, open ones first, then the newest first."""
    found = Alert.objects.select_related("product").order_by(
        F("resolved_at").desc(nulls_first=True), "-last_at", "-pk"
    )
    return [
        AlertRow(
            id=alert.pk,
            cause=alert.cause,
            product_name=alert.product.name if alert.product else "",
            message=alert.message,
            times=alert.times,
            first_at=alert.first_at,
            last_at=alert.last_at,
            resolved_at=alert.resolved_at,
        )
        for alert in found[:limit]
    ]
