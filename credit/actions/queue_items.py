"""Gathering what waits into the queue's narrow table (decision record 0017).

Deciding one application writes nothing here: who looks at the queue gathers first what came since.
An item that nobody has gathered yet is only late in the table, never lost: the application says
that it waits. A file's rows are put in as they are decided.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import Cursor

from credit.batch_chunks import Chunk
from credit.models import Application, Decision, PolicyVersion
from credit.models.applications import WAITING

MOST_AT_ONCE = 2_000  # a tenth of a second; the planner loses its way with ten times as many

# An application whose status is being changed right now is left for the next time: its item would
# outlive the change. An array and not a set: what row security leaves of a table is taken for three
# rows, so PostgreSQL compared each of 2,000 ids with each of the others.
_GATHER = """
WITH waiting AS (
    UPDATE credit_application SET queued = true WHERE id = ANY(%(ids)s) AND id = ANY(ARRAY(
        SELECT id FROM credit_application
        WHERE id = ANY(%(ids)s) AND status = ANY(%(waiting)s) AND NOT queued AND {alone}
        FOR NO KEY UPDATE SKIP LOCKED
    ))
    RETURNING id, status, product_id, partner_id, reference, amount, term_months, received_at
)
INSERT INTO credit_queueitem (decision_id, status, product_id, partner_id, reference, amount,
    currency, term_months, recommendation, route, score, band, pd, risk, received_at, due_at,
    due_on, clock_stopped_at, claim_minutes, is_referred_up)
SELECT a.id, a.status, a.product_id, a.partner_id, a.reference, a.amount, p.currency,
    a.term_months, d.recommendation, s.route, s.score, s.band, s.pd, coalesce(s.pd, 1),
    a.received_at, due.at, (due.at AT TIME ZONE 'UTC')::date,
    (SELECT c.stopped_at FROM credit_clockstop c
        WHERE c.decision_id = a.id AND c.resumed_at IS NULL),
    p.minutes,
    EXISTS (SELECT FROM credit_referral r WHERE r.decision_id = a.id AND r.ended_at IS NULL)
FROM waiting a
JOIN credit_score s ON s.application_id = a.id
JOIN credit_decision d ON d.id = a.id
JOIN unnest(%(policies)s::bigint[], %(days)s::int[], %(minutes)s::int[], %(currencies)s::text[])
    AS p (id, days, minutes, currency) ON p.id = d.policy_id
CROSS JOIN LATERAL (SELECT a.received_at + make_interval(days => p.days)
    + coalesce(sum(c.resumed_at - c.stopped_at), '0') AS at
    FROM credit_clockstop c WHERE c.decision_id = a.id) AS due
ON CONFLICT (decision_id) DO NOTHING
"""
# A file's rows are put in as they are written: to mark each afterwards would write it twice.
_OF_A_FILE = """
INSERT INTO credit_queueitem (decision_id, status, product_id, partner_id, reference, amount,
    currency, term_months, recommendation, route, score, band, pd, risk, received_at, due_at,
    due_on, claim_minutes, is_referred_up)
SELECT a.id, a.status, %(product)s, %(partner)s, a.reference, a.amount, %(currency)s,
    a.term_months, d.recommendation, s.route, s.score, coalesce(s.band, ''), s.pd,
    coalesce(s.pd, 1), %(at)s, %(due_at)s, %(due_on)s, %(minutes)s, false
FROM jsonb_to_recordset(%(applications)s) AS a (id text, reference text, amount numeric,
    term_months int, status text)
JOIN jsonb_to_recordset(%(scores)s) AS s (id text, route text, score int, band text, pd float8)
    USING (id)
JOIN jsonb_to_recordset(%(decisions)s) AS d (id text, recommendation text) USING (id)
WHERE a.status = ANY(%(waiting)s)
"""
# Who finds another gathering goes on without: a page must not wait for what a large file brought.
_SOME = _GATHER.format(alone="(SELECT pg_try_advisory_xact_lock(7301005))")
_ONE = _GATHER.format(alone="true")


def is_any_new(*, at: datetime) -> bool:
    """Say whether anything waits that nobody has put into the queue by then."""
    return _new(at=at).exists()


def gather_all(*, at: datetime) -> int:
    """Put into the queue all that had come by then, a portion at a time.

    Each portion is looked for from where the one before it ended: from the beginning, the last of
    a hundred portions would pass by all that the others brought.
    """
    total, since = 0, None
    while newcomers := _newcomers(at=at, since=since):
        gathered = _put_in([pk for pk, _ in newcomers], _SOME)
        if not gathered:
            break
        total, since = total + gathered, newcomers[-1][1]
    return total


def gather(*, decision_id: str | None = None, at: datetime) -> int:
    """Put into the queue the oldest of what had come by then, or one of it; say how many."""
    newcomers = _newcomers(decision_id, at=at)
    return _put_in([pk for pk, _ in newcomers], _SOME if decision_id is None else _ONE)


def put_in_of_file(*, cursor: Cursor, chunk: Chunk, partner_id: int | None) -> None:
    """Put in what waits of rows that this transaction has written as `queued`."""
    contract = chunk.terms.policy_version.read()
    clocks = contract.policy.clocks
    due_at = chunk.at + timedelta(days=clocks.decide_within_days)
    values = {
        "product": chunk.terms.product.pk,
        "partner": partner_id,
        "currency": contract.currency,
        "at": chunk.at,
        "due_at": due_at,
        "due_on": due_at.astimezone(UTC).date(),
        "minutes": clocks.claim_minutes,
        "waiting": list(WAITING),
        "applications": chunk.applications,
        "scores": chunk.scores,
        "decisions": chunk.decisions,
    }
    cursor.execute(_OF_A_FILE, values)


def _put_in(ids: list[str], statement: str) -> int:
    if not ids:
        return 0
    policies = _policies_of(ids)
    clocks = [policy.read().policy.clocks for policy in policies]
    values: dict[str, Any] = {
        "ids": ids,
        "waiting": list(WAITING),
        "policies": [policy.pk for policy in policies],
        "days": [each.decide_within_days for each in clocks],
        "minutes": [each.claim_minutes for each in clocks],
        "currencies": [policy.read().currency for policy in policies],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _newcomers(
    decision_id: str | None = None, *, at: datetime, since: datetime | None = None
) -> list[tuple[str, datetime]]:
    waiting = _new(at=at)
    if decision_id is not None:
        waiting = waiting.filter(pk=decision_id)
    if since is not None:
        waiting = waiting.filter(received_at__gte=since)
    oldest = waiting.order_by("received_at", "pk").values_list("pk", "received_at")
    return list(oldest[:MOST_AT_ONCE])


def _new(*, at: datetime) -> QuerySet[Application]:
    return Application.objects.filter(status__in=WAITING, queued=False, received_at__lte=at)


def _policies_of(ids: Sequence[str]) -> list[PolicyVersion]:
    used = Decision.objects.filter(pk__in=ids).order_by().values_list("policy", flat=True)
    found = PolicyVersion.objects.select_related("contract").filter(pk__in=set(used.distinct()))
    return list(found.order_by("pk"))
