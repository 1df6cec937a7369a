"""Answers kept to be given again, for a stated time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from credit.actions.refusals import ActionDenied
from credit.models import IdempotencyRecord, Partner

KEPT_FOR = timedelta(days=30)


class IdempotencyConflict(ActionDenied):
    """The key came before, with another body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A caller's name for a request, and the fingerprint of what it held."""

    key: str
    body_sha256: str


def claim(
    *,
    partner: Partner,
    endpoint: str,
    idempotency: Idempotency,
    status: int,
    answer: str,
    at: datetime,
) -> str | None:
    """Take the key for this answer, or find the answer it was taken for.

    A concurrent duplicate waits here for the first one's commit: the unique index sees to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO credit_idempotencyrecord"
            " (partner_id, endpoint, key, body_sha256, status, answer, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (partner_id, endpoint, key) DO NOTHING",
            [
                *(partner.pk, endpoint, idempotency.key, idempotency.body_sha256, status),
                *(answer, at),
            ],
        )
        if cursor.rowcount:
            return None
    return answer_to(partner, endpoint, idempotency)


def answer_to(partner: Partner, endpoint: str, idempotency: Idempotency) -> str | None:
    """Find what was answered to this key before; the same key with another body is refused."""
    record = IdempotencyRecord.objects.filter(
        partner=partner, endpoint=endpoint, key=idempotency.key
    ).first()
    if record is None:
        return None
    if record.body_sha256 != idempotency.body_sha256:
        raise IdempotencyConflict(
            "This idempotency key was used before, with another body. Another request needs a key"
            " of its own."
        )
    return record.answer


def purge(*, at: datetime) -> int:
    """Forget the answers of keys that are too old to come again; says how many."""
    old = IdempotencyRecord.objects.filter(created_at__lt=at - KEPT_FOR)
    return old.delete()[0]
