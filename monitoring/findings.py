"""What a periodic check comes to, told to the product's one list of alerts (decision record 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from credit.models import Product
from credit.tasks import note_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of one check, good or bad."""

    cause: str  # as in score_drift: the alert's type, and the name of its runbook
    product: Product | None
    segment: str  # "" is everything, or as in "partner:acme"
    is_bad: bool
    message: str
    n: int | None
    link: str  # a page's path


def tell(findings: Sequence[Finding], *, at: datetime) -> None:
    """Let bad ones open an alert or count one up, and good ones say that it has passed."""
    for finding in findings:
        note_finding(
            cause=finding.cause,
            product_id=finding.product.pk if finding.product else None,
            segment=finding.segment,
            is_bad=finding.is_bad,
            message=finding.message,
            n=finding.n,
            link=finding.link,
            at=at.isoformat(),
        )
