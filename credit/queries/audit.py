"""The audit trail: read, and proved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Max

from credit import audit_chain, retention
from credit.models import AuditEvent, AuditLeaf, AuditSeal

_AT_ONCE = 50  # the event of a batch's rows is large
_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event of the trail."""

    id: int
    at: datetime
    what: str
    target: str
    by: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What was found when everything was computed again."""

    seals: int
    events: int  # under a seal
    unsealed: int
    head: str  # "12:ab34…": to be noted outside the database
    problems: list[str]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An event's hashes without the event: a seal may cover thousands."""

    event_id: int
    name: str
    stored: str
    found: str


class _Gone:
    """Months that were dropped, as the trail attests them, and the seals that covered their events.

    The seals stay: they are held to the number of events and the root that the trail gives.
    """

    def __init__(self, months: list[dict[str, Any]]) -> None:
        self.months = months
        self.seals: dict[str, list[AuditSeal]] = {month["month"]: [] for month in months}

    def takes(self, seal: AuditSeal) -> bool:
        """Take a seal without events, if it is of a month that went."""
        for month in self.months:
            if any(first <= seal.number <= last for first, last in month["seals"]):
                self.seals[month["month"]].append(seal)
                return True
        return False

    def problems(self) -> Iterator[str]:
        """Say which month is not what the trail says it was."""
        for month in self.months:
            seals = self.seals[month["month"]]
            roots = [seal.root for seal in seals]
            found = audit_chain.root(roots) if roots else ""
            if (sum(seal.events for seal in seals), found) != (month["rows"], month["root"]):
                yield f"The dropped month {month['month']} does not fit its seals."


def recent(limit: int = 200, *, target: str = "", before: int | None = None) -> list[EventRow]:
    """List the newest events: of one target, or older than one of them, where that is asked for."""
    found = AuditEvent.objects.select_related("user", "partner").order_by("-pk").defer("details")
    if target:
        found = found.filter(target=target)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [
        EventRow(
            id=event.pk,
            at=event.at,
            what=event.get_type_display(),
            target=event.target,
            by=_name(event),
            hash=event.hash,
        )
        for event in found[:limit]
    ]


def verify(*, noted_head: str | None = None) -> AuditReport:
    """Compute every hash again and name what does not fit.

    The chain shows every change below its head. It cannot show that its tail was cut off, or that
    all of it was written anew: a head that was noted outside the database does.
    """
    problems: list[str] = []
    sealed = 0
    head = audit_chain.FIRST
    heads = {"0": head}
    number = 0
    gone = _Gone(retention.dropped("default")[retention.AUDIT])
    # Sealing goes on meanwhile: of a seal that comes between two questions the first knows nothing.
    newest = AuditSeal.objects.aggregate(newest=Max("number"))["newest"] or 0
    leaves = _leaves_by_seal(newest)
    pending = next(leaves, None)
    seals = AuditSeal.objects.filter(number__lte=newest).order_by("number")
    for number, seal in enumerate(seals.iterator(), start=1):
        mine: list[_Leaf] = []
        while pending is not None and pending[0] <= seal.number:
            mine = pending[1] if pending[0] == seal.number else []
            pending = next(leaves, None)
        problems += _problems_of_seal(seal, number=number, previous=head)
        if mine or not gone.takes(seal):
            problems += _problems_of_leaves(seal, mine)
        sealed += len(mine)
        head = seal.hash
        heads[str(seal.number)] = head
    problems += _problems_of_no_seal()
    unsealed, wrong = _unsealed()
    problems += [*wrong, *gone.problems()]
    problems += _problems_of_head(noted_head, heads)
    return AuditReport(
        seals=number,
        events=sealed,
        unsealed=unsealed,
        head=f"{number}:{head}",
        problems=problems[:_MOST_PROBLEMS],
    )


def _problems_of_no_seal() -> Iterator[str]:
    without = AuditLeaf.objects.exclude(seal__in=AuditSeal.objects.all())
    for number in without.order_by("seal_id").values_list("seal_id", flat=True).distinct():
        yield f"Seal {number} is gone, and events say that they are under it."


def _leaves_by_seal(newest: int) -> Iterator[tuple[int, list[_Leaf]]]:
    sealed = AuditLeaf.objects.filter(seal_id__lte=newest)
    found = sealed.select_related("event").order_by("seal_id", "position")
    for seal, leaves in groupby(found.iterator(chunk_size=_AT_ONCE), key=lambda leaf: leaf.seal_id):
        yield seal, [_hashed(leaf.event) for leaf in leaves]


def _hashed(event: AuditEvent) -> _Leaf:
    return _Leaf(event.pk, str(event), event.hash, audit_chain.event_hash(event.fields))


def _problems_of_seal(seal: AuditSeal, *, number: int, previous: str) -> Iterator[str]:
    if seal.number != number:
        yield f"Seal {number} is gone: seal {seal.number} stands in its place."
    if seal.previous_hash != previous:
        yield f"Seal {seal.number} does not follow the seal before it."
    if audit_chain.seal_hash(**seal.fields) != seal.hash:
        yield f"Seal {seal.number} was changed."


def _problems_of_leaves(seal: AuditSeal, leaves: list[_Leaf]) -> Iterator[str]:
    hashes = []
    for leaf in leaves:
        if leaf.found != leaf.stored:
            yield f"Event {leaf.event_id} ({leaf.name}) was changed."
        hashes.append(audit_chain.leaf(leaf.event_id, leaf.found))
    if len(leaves) != seal.events:
        yield f"Seal {seal.number} covers {seal.events} events, of which {len(leaves)} are there."
    elif audit_chain.root(hashes) != seal.root:
        yield f"Seal {seal.number} does not fit the events under it."


def _unsealed() -> tuple[int, list[str]]:
    waiting = AuditEvent.objects.filter(leaf=None).order_by("pk")
    count, problems = 0, []
    for event in waiting.iterator(chunk_size=_AT_ONCE):
        count += 1
        if audit_chain.event_hash(event.fields) != event.hash:
            problems.append(f"Event {event.pk} ({event}), not sealed yet, was changed.")
    return count, problems


def _problems_of_head(noted: str | None, heads: dict[str, str]) -> Iterator[str]:
    if noted is None:
        return
    number, _, value = noted.partition(":")
    if number not in heads:
        yield f"Seal {number} was noted as the head, and the trail ends before it: it was cut."
    elif heads[number] != value:
        yield f"Seal {number} is not the one that was noted: the trail was written anew."


def _name(event: AuditEvent) -> str:
    if event.user is not None:
        return event.user.known_as
    return event.partner.name if event.partner is not None else ""
