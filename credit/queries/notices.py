"""Notices: owed, not proved, left; and one of them with all that proves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from credit.models import (
    Applicant,
    Application,
    Decision,
    Notice,
    NoticeFailure,
    NoticeKind,
    PolicyVersion,
    Product,
)
from credit.models.applications import IS_OWED_A_NOTICE
from credit.notice_facts import has_left, kind_owed, undo_runs_until
from credit.queries.notice_clocks import Clocks, clocks_of, due_on

__all__ = ["DueRow", "LeftRow", "Owed", "counts", "due", "has_left", "left", "owed"]

MOST = 50  # as many as leave in one press, and as the queue shows
MOST_LEFT = 100
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """An application whose applicant is owed a notice."""

    decision_id: str
    reference: str
    product_name: str
    kind: str
    kind_label: str
    due_on: date
    days_left: int  # below 0: overdue
    has_address: bool
    is_failed: bool
    problems: tuple[str, ...]
    undo_until: datetime | None


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
class Owed:
    """How many notices are owed, and of them not proved; at most `MOST_COUNTED` each."""

    due: int
    failed: int


def owed() -> QuerySet[Application]:
    """Applications whose applicant is owed a notice."""
    return Application.objects.filter(IS_OWED_A_NOTICE)


def counts(*, product: str | None = None) -> Owed:
    """Count what is owed, of all products or of one, up to a bound: no page counts a million."""
    found = owed().filter(product__slug=product) if product else owed()
    told = list(found.order_by().values_list("told", flat=True)[:MOST_COUNTED])
    return Owed(due=len(told), failed=told.count(Application.NOT_PROVED))


def due(
    *,
    at: datetime,
    product: str | None = None,
    products: Iterable[Product] | None = None,
    failed: bool = False,
    limit: int = MOST,
) -> list[DueRow]:
    """List what is owed, the earliest due first.

    Within a product that is the order of receipt, by an index; products differ in their clocks.
    Who has read all `products` already gives them.
    """
    every = Product.objects.order_by("slug") if products is None else products
    chosen = [each.pk for each in every if product in {None, each.slug}]
    ids = _oldest(chosen, failed=failed, limit=limit)
    found = _with_all(ids)
    rows = _rows(found, at=at)
    return sorted(rows, key=lambda row: (row.due_on, row.decision_id))[:limit]


def _oldest(products: list[int], *, failed: bool, limit: int) -> list[str]:
    """Find of each product the applications owed for longest, in one query."""
    found = owed().filter(told=Application.NOT_PROVED) if failed else owed()
    ordered = found.order_by("received_at", "pk").values_list("pk", flat=True)
    each = [ordered.filter(product_id=product)[:limit] for product in products]
    if len(each) > 1:
        return list(each[0].union(*each[1:], all=True))
    return list(each[0]) if each else []


def _with_all(ids: list[str]) -> list[Decision]:
    """Load what a row of the list needs; of a hundred rows, a policy's text only once."""
    application = Application.objects.select_related("product").defer("features", "salt")
    found = Decision.objects.defer("policy_results").select_related("officer_decision")
    policy = PolicyVersion.objects.select_related("contract")
    each = found.filter(pk__in=ids)
    return list(
        each.prefetch_related(Prefetch("application", application), Prefetch("policy", policy))
    )


def _rows(found: list[Decision], *, at: datetime) -> list[DueRow]:
    ids = [decision.pk for decision in found]
    named = set(
        Applicant.objects.filter(pk__in=ids).exclude(address="").values_list("pk", flat=True)
    )
    clocks, failures = clocks_of(ids), _failures(ids)
    return [
        _due_row(decision, kind, at=at, named=named, clocks=clocks, failures=failures)
        for decision in found
        if (kind := kind_owed(decision.application)) is not None
    ]


def _failures(ids: list[str]) -> dict[str, NoticeFailure]:
    found = NoticeFailure.objects.filter(decision_id__in=ids).order_by("tried_at", "pk")
    return {failure.decision_id: failure for failure in found}  # the newest of each


def _due_row(
    decision: Decision,
    kind: NoticeKind,
    *,
    at: datetime,
    named: set[str],
    clocks: Clocks,
    failures: dict[str, NoticeFailure],
) -> DueRow:
    application = decision.application
    day = due_on(decision, kind, clocks)
    is_failed = application.told == Application.NOT_PROVED
    failure = failures.get(decision.pk) if is_failed else None
    return DueRow(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        kind=str(kind),
        kind_label=str(kind.label),
        due_on=day,
        days_left=(day - at.date()).days,
        has_address=decision.pk in named,
        is_failed=is_failed,
        problems=tuple(each["text"] for each in failure.problems) if failure else (),
        undo_until=undo_runs_until(decision, at=at),
    )


def left(*, product: str | None = None, limit: int = MOST_LEFT) -> list[LeftRow]:
    """List what left, the newest first; without the bytes."""
    found = Notice.objects.defer("pdf", "html", "certificate").select_related("issued_by")
    if product:
        found = found.filter(decision__application__product__slug=product)
    notices = list(found.order_by("-issued_at", "-pk")[:limit])
    ids = {notice.decision_id for notice in notices}
    applications = Application.objects.select_related("product").in_bulk(list(ids))
    return [_left_row(notice, applications[notice.decision_id]) for notice in notices]


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
