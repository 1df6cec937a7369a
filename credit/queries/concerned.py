"""Which decisions a thing that went wrong concerns: of a version, a partner, a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from credit.ids import first_id
from credit.models import ModelVersion, Partner, Product, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernedRow:
    """A decision, without anything of the applicant."""

    decision_id: str
    decided_at: datetime
    partner: str
    version: str
    recommendation: str
    status: str


def concerned(
    *,
    product: Product,
    since: datetime,
    until: datetime,
    version: ModelVersion | None = None,
    partner: Partner | None = None,
) -> Iterator[ConcernedRow]:
    """Give the decisions of a product on applications received from since until, oldest first.

    The times are of receipt, which ids carry, so no other month is read.
    """
    found = Score.objects.filter(
        pk__gte=first_id(since), pk__lt=first_id(until), contract__product=product
    )
    if version is not None:
        found = found.filter(model_version=version)
    if partner is not None:
        found = found.filter(partner=partner)
    beside = found.prefetch_related("application__partner", "application__decision")
    for score in beside.select_related("model_version__product").order_by("pk").iterator(1_000):
        yield _row(score)


def _row(score: Score) -> ConcernedRow:
    application, version = score.application, score.model_version
    return ConcernedRow(
        decision_id=score.pk,
        decided_at=application.decision.decided_at,
        partner=application.partner.slug if application.partner else "",
        version=version.name if version else "",
        recommendation=application.decision.recommendation,
        status=application.status,
    )
