"""Finding an application that does not wait: by reference, id, or the applicant's name."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from credit.ids import LENGTH
from credit.models import Applicant, Application, Partner
from credit.models.applications import WAITING

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """An application that was found, whatever became of it."""

    decision_id: str
    reference: str
    name: str
    product_name: str
    status: str
    received_at: datetime


def elsewhere(words: str, *, called: list[str]) -> list[FoundRow]:
    """Find by the whole reference or id what does not stand in the queue, and who is called so."""
    partners = list(Partner.objects.values_list("pk", flat=True))
    asked = Q(partner__in=partners, reference=words) | Q(partner=None, reference=words)
    asked |= Q(pk__in=called)
    if len(words) == LENGTH:
        asked |= Q(pk=words.upper())
    found = Application.objects.filter(asked).exclude(status__in=WAITING)
    rows = list(found.select_related("product", "applicant").order_by("-pk")[:MOST])
    return [_row(application) for application in rows]


def _row(application: Application) -> FoundRow:
    applicant: Applicant | None = getattr(application, "applicant", None)
    return FoundRow(
        decision_id=application.pk,
        reference=application.reference,
        name=applicant.name if applicant else "",
        product_name=application.product.name,
        status=str(application.get_status_display()),
        received_at=application.received_at,
    )
