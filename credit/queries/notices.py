"""Notices that are owed, and those of them that could not be proved."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import islice

from django.db.models import Prefetch, Q, QuerySet

from credit.models import (
    Applicant,
    Application,
    Decision,
    NoticeFailure,
    NoticeKind,
    PolicyVersion,
    Product,
)
from credit.models.applications import IS_OWED_A_NOTICE
from credit.notice_facts import has_left, kind_owed, undo_runs_until
from credit.queries.notice_clocks import Clocks, clocks_of, due_on

__all__ = ["DuePage", "DueRow", "Owed", "counts", "due", "due_page", "has_left", "owed"]

MOST = 50  # as many as leave in one press
MOST_COUNTED = 1_000
_CURSOR = re.compile(r"[0-9A-Z]{26}(?:\.[0-9A-Z]{26}){0,99}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """An application whose applicant is owed a notice."""

    decision_id: str
    product_id: int
    received_at: datetime
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
class DuePage:
    """A page of what is owed; `after` is where the next one begins, None on the last."""

    rows: list[DueRow]
    after: str | None


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
    limit: int = MOST,
) -> list[DueRow]:
    """List what is owed, the earliest due first; as `due_page` of so many."""
    return due_page(at=at, product=product, products=products, limit=limit).rows


def due_page(
    *,
    at: datetime,
    product: str | None = None,
    products: Iterable[Product] | None = None,
    failed: bool = False,
    after: str = "",
    limit: int = MOST,
) -> DuePage:
    """List a page of what is owed, the earliest due first.

    Within a product that is the order of receipt, by an index; products differ in their clocks. So
    a page takes of each product what follows in its own order, and the next one goes on behind the
    last of each. Who has read all `products` already gives them.
    """
    every = Product.objects.order_by("slug") if products is None else products
    chosen = [each.pk for each in every if product in {None, each.slug}]
    ended = _ended(after)
    ids = _oldest(chosen, failed=failed, ended=ended, limit=limit + 1)
    by_product: dict[int, list[DueRow]] = {}
    for row in sorted(_rows(_with_all(ids), at=at), key=_by_receipt):
        by_product.setdefault(row.product_id, []).append(row)
    merged = list(islice(merge(*by_product.values(), key=_by_due), limit + 1))
    rows = merged[:limit]
    last = {each: pk for each, (_at, pk) in ended.items()}
    last |= {row.product_id: row.decision_id for row in rows}
    return DuePage(
        rows=sorted(rows, key=_by_due),
        after=".".join(sorted(last.values())) if len(merged) > limit else None,
    )


def _by_receipt(row: DueRow) -> tuple[datetime, str]:
    return row.received_at, row.decision_id


def _by_due(row: DueRow) -> tuple[date, str]:
    return row.due_on, row.decision_id


def _ended(after: str) -> dict[int, tuple[datetime, str]]:
    """Find where a page ended, by product; what is no cursor begins at the beginning."""
    ids = after.split(".") if _CURSOR.fullmatch(after) else []
    found = Application.objects.filter(pk__in=ids).order_by("received_at", "pk")
    ends = found.values_list("product_id", "received_at", "pk") if ids else ()
    return {product: (at, pk) for product, at, pk in ends}


def _oldest(
    products: list[int], *, failed: bool, ended: dict[int, tuple[datetime, str]], limit: int
) -> list[str]:
    """Find of each product the applications owed for longest, in one query."""
    found = owed().filter(told=Application.NOT_PROVED) if failed else owed()
    ordered = found.order_by("received_at", "pk").values_list("pk", flat=True)
    each = [
        ordered.filter(_behind(ended.get(product)), product_id=product)[:limit]
        for product in products
    ]
    if len(each) > 1:
        return list(each[0].union(*each[1:], all=True))
    return list(each[0]) if each else []


def _behind(end: tuple[datetime, str] | None) -> Q:
    if end is None:
        return Q()
    at, pk = end
    # The moment is said again, so that the index begins there.
    return Q(received_at__gte=at) & (Q(received_at__gt=at) | Q(pk__gt=pk))


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
        product_id=application.product_id,
        received_at=application.received_at,
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
