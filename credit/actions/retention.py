"""Dropping months whose retention is over. It is done by the owner of the tables, and told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from credit import retention
from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Role, User
from credit.retention import AUDIT, DECISIONS, OWNER, Part

# In this order: what hangs on another goes before it.
_GOES = {
    DECISIONS: ("attribute", "applicant", "score", "decision", "application"),
    AUDIT: ("auditleaf", "auditevent"),
}
_DROPPING = 7_301_004  # the advisory lock of whoever drops a month


class NoSuchMonth(ActionDenied):
    """There is no such month, or it went already."""


class MonthMustStay(ActionDenied):
    """Something that the month holds is still needed; the message says what."""


class ApproverMissing(ActionDenied):
    """Two people sign that records go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What went."""

    kind: str
    month: str
    rows: int


def drop(*, kind: str, month: str, by: User, approved_by: User, at: datetime) -> Dropped:
    """Drop a month's decisions, or its events, and leave in the trail what went.

    A decision goes with its application, applicant, score, groups, officer's decision, outcomes and
    feedback.
    """
    _check_people(by=by, approved_by=approved_by)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DROPPING])
        part = _found(kind, month)
        _check_may_go(part, at=at)
        said, before = retention.attestation(part), retention.dropped()
        if kind == DECISIONS:
            cursor.execute("SELECT months.let_go(%s)", [month])
        for table in _GOES[kind]:
            cursor.execute("SELECT months.drop_part(%s, %s)", [table, month])
        before[kind].append(said)
        _tell(part, before, by=by, approved_by=approved_by, at=at)
    return Dropped(kind=kind, month=month, rows=said["rows"])


def _check_people(*, by: User, approved_by: User) -> None:
    require_role(by, Role.ADMINISTRATOR, to="drop a month")
    if by == approved_by:
        raise ApproverMissing("Someone else than who asks must approve that a month goes.")
    require_role(approved_by, Role.COMPLIANCE, to="approve that a month goes")


def _found(kind: str, month: str) -> Part:
    for part in retention.parts(kind):
        if part.name == month and (month != retention.PAST or retention.rows_of(part).exists()):
            return part
    raise NoSuchMonth(f"There is no month {month} of {kind}.")


def _check_may_go(part: Part, *, at: datetime) -> None:
    reasons = retention.stays(part, at=at)
    if reasons:
        raise MonthMustStay(f"The {part.kind} of {part.name} must stay. {' '.join(reasons)}")


def _tell(
    part: Part, dropped: dict[str, Any], *, by: User, approved_by: User, at: datetime
) -> None:
    """Say what went, and again what went before: an older event of this kind may go, too."""
    event = audit.event_of(
        AuditEvent.Type.MONTH_DROPPED,
        target=f"{part.kind}:{part.name}",
        by=by,
        at=at,
        approved_by=approved_by.pk,
        dropped=dropped,
    )
    event.save(using=OWNER, force_insert=True)
