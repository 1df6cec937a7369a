"""Which months are past their retention, and what keeps each from going all the same.

It is asked by the owner of the tables, who alone can drop a month: the alias `owner`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Count, Max, Min, QuerySet

from credit import audit_chain, laws
from credit.audit_chain import MONTH
from credit.ids import first_id
from credit.models import (
    Application,
    AuditEvent,
    AuditSeal,
    BatchRow,
    ContractVersion,
    Decision,
    LegalHold,
    Outcome,
    ReviewRequest,
)

DECISIONS, AUDIT = "decisions", "audit"
PAST = "past"  # what is older than all months
OWNER = "owner"
_TABLES = {DECISIONS: "application", AUDIT: "auditevent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A month's partition of decisions or of events, and the bounds of its ids."""

    kind: str
    name: str  # "202311", or "past"
    low: Any
    high: Any
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A month past its retention."""

    kind: str
    name: str
    rows: int
    stays: list[str]  # why it must stay; empty where it may go


def expired(*, at: datetime) -> list[Expired]:
    """List the months whose retention is over, decisions before their events, the oldest first."""
    return [
        Expired(
            kind=part.kind, name=part.name, rows=rows_of(part).count(), stays=stays(part, at=at)
        )
        for kind in (DECISIONS, AUDIT)
        for part in parts(kind)
        if is_over(part, at=at) and (part.name != PAST or rows_of(part).exists())
    ]


def is_over(part: Part, *, at: datetime) -> bool:
    """Say whether a month has been kept as long as the settings ask."""
    kept = {
        DECISIONS: settings.EVENHAND_KEEP_DECISIONS_MONTHS,
        AUDIT: settings.EVENHAND_KEEP_AUDIT_MONTHS,
    }
    return _months_since(part, at=at) >= kept[part.kind]


def _months_since(part: Part, *, at: datetime) -> int:
    """Count the whole months since a month ended."""
    return (at.year - part.ends.year) * 12 + at.month - part.ends.month


def parts(kind: str) -> list[Part]:
    """List the partitions that a month, or all that came before, stands in."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT split_part(c.relname, '_', 2) FROM pg_inherits JOIN pg_class c ON c.oid ="
            " inhrelid WHERE inhparent = %s::regclass ORDER BY 1",
            [f"credit_{_TABLES[kind]}"],
        )
        names = [name for (name,) in cursor.fetchall()]
    months = [_month(kind, name) for name in names if name.isdecimal()]
    return [_past(months[0]), *months] if months else []


def _month(kind: str, name: str) -> Part:
    begins = datetime(int(name[:4]), int(name[4:]), 1, tzinfo=UTC)
    ends = begins.replace(year=begins.year + begins.month // 12, month=begins.month % 12 + 1)
    if kind == AUDIT:
        low, high = int(name) * MONTH, int(f"{ends:%Y%m}") * MONTH
        return Part(kind=kind, name=name, low=low, high=high, ends=ends)
    return Part(kind=kind, name=name, low=first_id(begins), high=first_id(ends), ends=ends)


def _past(oldest: Part) -> Part:
    begins = datetime(int(oldest.name[:4]), int(oldest.name[4:]), 1, tzinfo=UTC)
    low = 0 if oldest.kind == AUDIT else ""
    return Part(kind=oldest.kind, name=PAST, low=low, high=oldest.low, ends=begins)


def rows_of(part: Part) -> QuerySet[Any]:
    """Find a month's rows."""
    model = Decision if part.kind == DECISIONS else AuditEvent
    return model.objects.using(OWNER).filter(pk__gte=part.low, pk__lt=part.high)


def stays(part: Part, *, at: datetime) -> list[str]:
    """Say why a month must stay, in words; nothing where it may go."""
    found = [] if is_over(part, at=at) else ["It is within its retention."]
    reasons = _decisions_stay(part, at=at) if part.kind == DECISIONS else _events_stay(part)
    return [*found, *reasons]


def _decisions_stay(part: Part, *, at: datetime) -> Iterator[str]:
    applications = Application.objects.using(OWNER).filter(pk__gte=part.low, pk__lt=part.high)
    waiting = applications.filter(status__in=Application.WAITING).count()
    if waiting:
        yield f"{waiting} of its applications wait for an officer or an answer."
    of_it = Outcome.objects.using(OWNER).filter(
        decision_id__gte=part.low, decision_id__lt=part.high, matures_on__gt=at.date()
    )
    if of_it.exists():
        yield "An outcome of its loans has not matured."
    reviews = ReviewRequest.objects.using(OWNER).filter(outcome="")
    if reviews.filter(decision_id__gte=part.low, decision_id__lt=part.high).exists():
        yield "An applicant waits for the answer to a review."
    if _is_open(applications, part, at=at):
        yield "The performance window of its loans is not over."
    for asked, months in _laws_of(applications, at=at):
        if _months_since(part, at=at) < months:
            yield f"The law of {asked} asks for its records for {months} months."
    yield from _held(part, applications)
    rows = BatchRow.objects.using(OWNER)
    if rows.filter(decision_id__gte=part.low, decision_id__lt=part.high).exists():
        yield "A batch that can still be asked for has results in it."


def _held(part: Part, applications: QuerySet[Application]) -> Iterator[str]:
    """Name the legal holds of what was received in a month."""
    for hold in _holds():
        below = first_id(_midnight(hold.until)) if hold.until else None
        reaches = first_id(_midnight(hold.since)) < part.high and not (below and below <= part.low)
        if hold.decision_id:
            if part.low <= hold.decision_id < part.high:
                yield f"The legal hold {hold.pk} keeps its decision {hold.decision_id}."
        elif reaches and applications.filter(product=hold.product_id).exists():
            yield f"The legal hold {hold.pk} keeps its records of {hold.product.slug}."


def _holds() -> QuerySet[LegalHold]:
    holds = LegalHold.objects.using(OWNER).filter(lifted_at=None)
    return holds.select_related("product").order_by("pk")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _is_open(applications: QuerySet[Application], part: Part, *, at: datetime) -> bool:
    """Say whether outcomes are still to come, by the contract of each approved loan."""
    approved = applications.filter(status=Application.Status.APPROVED)
    contracts = approved.order_by().values_list("score__contract", flat=True).distinct()
    return any(
        contract.read().outcome.window_months > _months_since(part, at=at)
        for contract in ContractVersion.objects.using(OWNER).filter(pk__in=list(contracts))
    )


def _laws_of(applications: QuerySet[Application], *, at: datetime) -> list[tuple[str, int]]:
    """List the laws that ask for records, of the places of the contracts that were applied under.

    Of each place the law of today: it may ask for more than the one when an application came.
    """
    contracts = applications.order_by().values_list("score__contract", flat=True).distinct()
    places = {
        place
        for contract in ContractVersion.objects.using(OWNER).filter(pk__in=list(contracts))
        for place in contract.read().jurisdictions
    }
    packs = laws.packs_of(sorted(places), on=at.date())
    return [(pack.name, pack.keeps_months) for pack in packs if pack.keeps_months is not None]


def _events_stay(part: Part) -> Iterator[str]:
    if rows_of(part).filter(leaf=None).exists():
        yield "Some of its events are not sealed."
    for hold in _holds():
        if _midnight(hold.since) < part.ends:
            yield f"The legal hold {hold.pk} keeps what happened since {hold.since.isoformat()}."
    decisions = {each.name: each for each in parts(DECISIONS)}
    mine = decisions.get(part.name)
    if mine is not None and rows_of(mine).exists():
        yield "Its decisions are still there, and these events prove them."


def dropped(using: str = OWNER) -> dict[str, list[dict[str, Any]]]:
    """Give what the trail says has gone: the newest such event repeats the ones before."""
    events = AuditEvent.objects.using(using).filter(type=AuditEvent.Type.MONTH_DROPPED)
    newest = events.order_by("-pk").first()
    return newest.details["dropped"] if newest else {DECISIONS: [], AUDIT: []}


def attestation(part: Part) -> dict[str, Any]:
    """Sum a month up, as the trail keeps it when the month is gone."""
    found = rows_of(part).aggregate(rows=Count("pk"), first=Min("pk"), last=Max("pk"))
    said = {"month": part.name, "below": part.high, "from": part.low, **found}
    if part.kind == DECISIONS:
        return said
    numbers = rows_of(part).order_by("leaf__seal").values_list("leaf__seal", flat=True).distinct()
    seals = AuditSeal.objects.using(OWNER).filter(number__in=list(numbers)).order_by("number")
    roots = list(seals.values_list("number", "root"))
    return said | {
        "seals": audit_chain.ranges([number for number, _ in roots]),
        "root": audit_chain.root([root for _, root in roots]) if roots else "",
    }
