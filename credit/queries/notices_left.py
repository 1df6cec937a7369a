"""Notices that left, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from credit.models import Application, Notice

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """A notice that left."""

    notice_id: int
    decision_id: str
    reference: str
    product_name: str
    kind: str
    kind_label: str
    number: int
    issued_at: datetime
    issued_by: str
    has_address: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPage:
    """A page of what left; `after` is where the next one begins, None on the last."""

    rows: list[LeftRow]
    after: str | None


def left(*, product: str | None = None, after: int | None = None, limit: int = MOST) -> LeftPage:
    """List a page of what left, the newest first; without the bytes.

    `after` is the notice that the page before ended with; one that is not there ends none.
    """
    found = Notice.objects.defer("pdf", "html", "certificate").select_related("issued_by")
    if product:
        found = found.filter(decision__application__product__slug=product)
    end = Notice.objects.only("issued_at").filter(pk=after).first() if after else None
    if end is not None:
        before = Q(issued_at__lt=end.issued_at) | Q(pk__lt=end.pk)
        found = found.filter(before, issued_at__lte=end.issued_at)
    notices = list(found.order_by("-issued_at", "-pk")[: limit + 1])
    ids = {notice.decision_id for notice in notices[:limit]}
    applications = Application.objects.select_related("product").in_bulk(list(ids))
    return LeftPage(
        rows=[_left_row(notice, applications[notice.decision_id]) for notice in notices[:limit]],
        after=str(notices[limit - 1].pk) if len(notices) > limit else None,
    )


def _left_row(notice: Notice, application: Application) -> LeftRow:
    by = notice.issued_by
    return LeftRow(
        notice_id=notice.pk,
        decision_id=notice.decision_id,
        reference=application.reference,
        product_name=application.product.name,
        kind=notice.kind,
        kind_label=str(notice.get_kind_display()),
        number=notice.number,
        issued_at=notice.issued_at,
        issued_by=by.known_as,
        has_address=notice.has_address,
    )
