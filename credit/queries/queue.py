"""What waits for an officer: a page of it, its counts, and what can be chosen from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal as Money
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from credit import queue_filters
from credit.models import Applicant, OfficerDecision, QueueItem, User
from credit.models.queue import QueueItemQuerySet
from credit.queue_filters import Wanted

PAGE = 25  # two screens: nobody looks through more than that before taking the next
# Grouped by numbers first and then named: to name ten thousand rows would cost more than the rest.
_STANDING = """
SELECT p.slug AS product, p.name AS product_name, r.slug AS partner, r.name AS partner_name, g.*
FROM (
    SELECT product_id, partner_id, band,
        count(*) FILTER (WHERE needs_officer) AS awaiting,
        count(*) FILTER (WHERE needs_officer AND due_at < %(at)s) AS late,
        count(*) FILTER (WHERE needs_officer AND due_at >= %(at)s AND due_on = %(day)s)
            AS due_today,
        count(*) FILTER (
            WHERE needs_officer AND held_by_id = %(viewer)s AND held_until > %(at)s
        ) AS mine,
        count(*) FILTER (WHERE needs_officer AND is_referred_up) AS referred_up,
        count(*) FILTER (WHERE NOT needs_officer) AS with_applicant
    FROM credit_queueitem WHERE received_at <= %(at)s
    GROUP BY product_id, partner_id, band
) g
JOIN credit_product p ON p.id = g.product_id
LEFT JOIN credit_partner r ON r.id = g.partner_id
"""
_CURSOR = re.compile(
    r"(\d{4}-\d\d-\d\d)_(\d(?:\.\d{1,20})?(?:e-\d{1,3})?)_([0-9A-Z]{26})", re.ASCII
)

_NAMED = ("product_name", "product_slug", "partner_name", "name")
_AS_STORED = (
    *("decision_id", "reference", "amount", "currency", "term_months", "recommendation", "score"),
    *("band", "pd", "received_at", "due_at", "clock_stopped_at", "status", "route"),
    "is_referred_up",
)
ValuesQuerySet = QuerySet[QueueItem, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One application that waits."""

    decision_id: str
    reference: str
    product_name: str
    product_slug: str
    amount: Money
    currency: str
    term_months: int | None
    recommendation: str
    score: int | None
    band: str
    pd: float | None
    received_at: datetime
    due_at: datetime
    clock_stopped_at: datetime | None
    status: str
    partner_name: str
    route: str
    held_by: str  # empty where nobody holds it
    is_mine: bool
    is_referred_up: bool
    name: str  # the applicant's; empty where none was said


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue; `after` is where the next one begins, None on the last."""

    rows: list[QueueRow]
    matching: int
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How much waits, by what an officer asks first."""

    awaiting: int
    late: int
    due_today: int
    mine: int
    referred_up: int
    with_applicant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What stands in the queue to choose from: products and partners by slug and name, bands."""

    products: list[tuple[str, str]]
    partners: list[tuple[str, str]]
    bands: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole queue at a moment, whatever is filtered."""

    counts: QueueCounts
    choices: Choices


def page(
    wanted: Wanted,
    *,
    viewer: User,
    at: datetime,
    after: str = "",
    called: Sequence[str] | None = None,
    awaiting: int | None = None,
) -> QueuePage:
    """Give what an officer wants to see, due first and of one day the riskiest first.

    `awaiting` is how much needs an officer, where that is counted already.
    """
    found = queue_filters.apply(wanted, viewer=viewer, at=at, called=called)
    items = _shown(_after(found.in_order(), after))
    rows = list(items[: PAGE + 1])
    matching = awaiting if wanted.is_everything else None
    if len(rows) <= PAGE and not after:
        matching = len(rows)
    return QueuePage(
        rows=[_row(item, viewer=viewer, at=at) for item in rows[:PAGE]],
        matching=found.count() if matching is None else matching,
        after=_cursor(rows[PAGE - 1]) if len(rows) > PAGE else None,
    )


def standing(*, viewer: User, at: datetime) -> Standing:
    """Count what waits and list what it is of, in one look at the table."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"viewer": viewer.pk, "at": at, "day": at.date()})
        names = [column.name for column in cursor.description or ()]
        groups = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    summed = {name: sum(group[name] for group in groups) for name in QueueCounts.__slots__}
    return Standing(counts=QueueCounts(**summed), choices=_choices(groups))


def decided_today(*, at: datetime) -> int:
    """Count what officers decided on the day of `at` (UTC)."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    decided = OfficerDecision.objects.filter(
        decided_at__gte=day, decided_at__lt=day + timedelta(days=1)
    )
    return decided.count()


def _choices(groups: list[dict[str, Any]]) -> Choices:
    partners = {(each["partner"], each["partner_name"]) for each in groups}
    return Choices(
        products=_by_name({(each["product"], each["product_name"]) for each in groups}),
        partners=_by_name({pair for pair in partners if pair[0]}),
        bands=sorted({(each["band"], each["band"]) for each in groups if each["band"]}),
    )


def _by_name(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))


def _after(items: QueueItemQuerySet, cursor: str) -> QueueItemQuerySet:
    """Go on behind an item; what is no cursor begins at the beginning."""
    said = _CURSOR.fullmatch(cursor)
    if said is None:
        return items
    try:
        due_on = date.fromisoformat(said[1])
    except ValueError:
        return items
    risk = float(said[2])
    return items.filter(
        Q(due_on__gt=due_on)
        | Q(due_on=due_on, risk__lt=risk)
        | Q(due_on=due_on, risk=risk, decision__gt=said[3]),
        due_on__gte=due_on,  # said again, so that the index begins there
    )


def _cursor(item: dict[str, Any]) -> str:
    return f"{item['due_on']}_{item['risk']!r}_{item['decision_id']}"


def _shown(items: QueueItemQuerySet) -> ValuesQuerySet:
    """Read no more than a row shows: a model of each row, product and holder took longer."""
    of_applicant = Applicant.objects.filter(pk=OuterRef("decision_id")).values("name")
    shown: ValuesQuerySet = items.values(
        *(*_AS_STORED, "due_on", "risk", "held_by", "held_until"),
        *("held_by__first_name", "held_by__last_name", "held_by__username"),
        product_name=F("product__name"),
        product_slug=F("product__slug"),
        partner_name=Coalesce("partner__name", Value("")),
        name=Coalesce(Subquery(of_applicant), Value("")),
    )
    return shown


def _row(item: dict[str, Any], *, viewer: User, at: datetime) -> QueueRow:
    is_held = item["held_until"] is not None and item["held_until"] > at
    shown: dict[str, Any] = {name: item[name] for name in (*_AS_STORED, *_NAMED)}
    return QueueRow(
        **shown,
        held_by=_holder(item) if is_held else "",
        is_mine=is_held and item["held_by"] == viewer.pk,
    )


def _holder(item: dict[str, Any]) -> str:
    return User(
        first_name=item["held_by__first_name"],
        last_name=item["held_by__last_name"],
        username=item["held_by__username"],
    ).known_as
