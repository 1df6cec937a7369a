"""Notices that left, held against the audit trail.

A letter, its hashes and its certificate that were all changed together still fit one another: the
seal in the trail is the one thing that does not move with them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from credit import retention
from credit.audit_chain import MONTH
from credit.models import AuditEvent, Notice
from scoring.notices.records import notice_from_json
from scoring.records import RecordRefused

_AT_ONCE = 20  # their files are large
_Name = tuple[str, int]  # kind, and number of its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many notices of a decision were held against the trail, and what does not fit."""

    n: int
    problems: list[str]


def hold(decision_id: str) -> Held:
    """Hold all notices of a decision against the trail; one that is gone is named, too."""
    events = _events(decision_id)
    n, problems = 0, []
    notices = Notice.objects.filter(decision=decision_id).order_by("issued_at", "pk")
    for notice in notices.iterator(chunk_size=_AT_ONCE):
        n += 1
        found = _problems(notice, events.pop((notice.kind, notice.number), []))
        problems += [f"notice {notice.kind} {notice.number}: {each}" for each in found]
    gone = _("the audit trail says that it left, and it is not there.")
    problems += [f"notice {kind} {number}: {gone}" for kind, number in events]
    return Held(n=n, problems=problems)


def problems_of(notice: Notice) -> list[str]:
    """Say what of one notice that left is not what the trail says."""
    events = _events(notice.decision_id)
    return list(_problems(notice, events.get((notice.kind, notice.number), [])))


def _events(decision_id: str) -> dict[_Name, list[AuditEvent]]:
    """Find what the trail says left: one event each, unless somebody has added to it."""
    found: dict[_Name, list[AuditEvent]] = defaultdict(list)
    events = AuditEvent.objects.filter(
        target=f"decision:{decision_id}", type=AuditEvent.Type.NOTICE_ISSUED
    )
    for event in events.order_by("pk"):
        found[event.details.get("kind", ""), event.details.get("number", 0)].append(event)
    return found


def _problems(notice: Notice, events: list[AuditEvent]) -> Iterator[str]:
    yield from _unlike_its_certificate(notice)
    for event in events:
        yield from _unlike_the_trail(notice, event)
    if not events and not _went_with_its_month(notice):
        yield _("the audit trail knows nothing of it.")


def _unlike_its_certificate(notice: Notice) -> Iterator[str]:
    try:
        record, unsealed = notice_from_json(bytes(notice.certificate))
    except RecordRefused as refused:
        yield _("its certificate cannot be read: %s.") % refused
        return
    if unsealed or record.seal != notice.seal:
        yield _("its certificate is not the one that was sealed.")
    for name, content in (("pdf", notice.pdf), ("html", notice.html)):
        if hashlib.sha256(content).hexdigest() != record.documents.get(name):
            yield _("its %s is not the file that was sealed.") % name.upper()


def _unlike_the_trail(notice: Notice, event: AuditEvent) -> Iterator[str]:
    if notice.seal != event.details.get("seal"):
        yield _("its seal is not the one that the audit trail has.")
    if notice.issued_by_id != event.user_id:
        yield _("the audit trail says that somebody else issued it.")
    if notice.issued_at != event.at:
        yield _("the audit trail says that it left at another time.")


def _went_with_its_month(notice: Notice) -> bool:
    """Say whether the month of the trail that knew of it was dropped at the end of its retention.

    It was written in the month of its notice, or later where that was dated back.
    """
    month = int(f"{notice.issued_at:%Y%m}") * MONTH
    return any(month < gone["below"] for gone in retention.dropped("default")[retention.AUDIT])
