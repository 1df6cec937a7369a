"""The audit trail: what was done, by whom and when; sealed in batches beside the hot path."""

from datetime import datetime
from enum import Enum
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Max

from credit import audit_chain
from credit.audit_chain import month_of
from credit.models import AuditEvent, AuditLeaf, AuditSeal, Partner, User
from scoring.canonical import canonical, commitment

_SEALING = 7_301_001  # the advisory lock of whoever seals
_MOST = 10_000  # events under one seal
# Both sides are bounded: the events alone would leave PostgreSQL to go through every leaf there is.
_UNSEALED = """
SELECT event.id, event.hash FROM credit_auditevent event
WHERE event.id > %(after)s AND NOT EXISTS (
    SELECT FROM credit_auditleaf leaf
    WHERE leaf.event_id = event.id AND leaf.event_id > %(after)s
)
ORDER BY event.id LIMIT %(most)s
"""
# One statement and no instances: there is a leaf for each decision.
_LEAVES = """
INSERT INTO credit_auditleaf (event_id, seal_id, position)
SELECT event, %s, place - 1 FROM unnest(%s::bigint[]) WITH ORDINALITY AS sealed (event, place)
"""
_Numbered = tuple[int, str]  # an event's number and hash


def record(
    type: AuditEvent.Type,  # noqa: A002 - the word for it
    *,
    target: str,
    by: User | None,
    at: datetime,
    partner: Partner | None = None,
    **details: Any,
) -> AuditEvent:
    """Write down what was just done, in the transaction that did it."""
    event = event_of(type, target=target, by=by, at=at, partner=partner, **details)
    event.save(force_insert=True)
    return event


def event_of(
    type: AuditEvent.Type,  # noqa: A002 - the word for it
    *,
    target: str,
    by: User | None,
    at: datetime,
    partner: Partner | None = None,
    **details: Any,
) -> AuditEvent:
    """Make an event with its hash, for whoever writes it by another login."""
    event = AuditEvent(
        type=type,
        target=target,
        user=by,
        partner=partner,
        at=at,
        details=orjson.loads(canonical(details)),
    )
    event.hash = audit_chain.event_hash(event.fields)
    return event


def commit(salt: bytes, value: object) -> str:
    """Bind personal data into an event's details without saying it; nothing said binds nothing."""
    return commitment(salt, value) if value else ""


class Back(Enum):
    """How far below the newest sealed event a sealing looks for those that committed late."""

    SECONDS = 5_000  # events: what was under way for some seconds
    MINUTES = 100_000
    EVERYTHING = None


def is_any_unsealed() -> bool:
    """Say whether the frequent sealing would find anything."""
    return bool(_unsealed(Back.SECONDS, most=1))


@transaction.atomic
def seal(*, at: datetime, back: Back = Back.SECONDS) -> AuditSeal | None:
    """Seal the events that no seal covers yet; None where there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALING])
    events = _of_one_month(_unsealed(back, most=_MOST))
    if not events:
        return None
    made = _seal_of(events, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [made.number, [number for number, _ in events]])
    return made


def _unsealed(back: Back, *, most: int) -> list[_Numbered]:
    newest = AuditLeaf.objects.aggregate(newest=Max("event_id"))["newest"] or 0
    after = newest - back.value if back.value else 0
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, {"after": after, "most": most})
        return list(cursor.fetchall())


def _of_one_month(events: list[_Numbered]) -> list[_Numbered]:
    """Leave other months to the next seal: a month can go only with all of its seals."""
    return [each for each in events if month_of(each[0]) == month_of(events[0][0])]


def _seal_of(events: list[_Numbered], *, at: datetime) -> AuditSeal:
    before = AuditSeal.objects.order_by("number").last()
    made = AuditSeal(
        number=before.number + 1 if before else 1,
        root=audit_chain.root([audit_chain.leaf(*event) for event in events]),
        events=len(events),
        previous_hash=before.hash if before else audit_chain.FIRST,
        sealed_at=at,
    )
    made.hash = audit_chain.seal_hash(**made.fields)
    made.save(force_insert=True)
    return made
