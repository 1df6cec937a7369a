"""What servers count of a canary by the minute: after the answer, and never in its way."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection, connections

from credit.canary_counts import Tried, counted, tried_by
from credit.considering import Considered
from credit.shadow_queue import Queue

log = structlog.get_logger("credit.canaries")
_MOST = 10_000  # counts that may wait: more than a server answers while a database comes back

_INSERT = """
INSERT INTO credit_canaryminute AS minute (version_id, at, tried, failed, timed, slow)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (version_id, at) DO UPDATE SET tried = minute.tried + EXCLUDED.tried,
    failed = minute.failed + EXCLUDED.failed, timed = minute.timed + EXCLUDED.timed,
    slow = minute.slow + EXCLUDED.slow
"""


def offer(made: Considered) -> None:
    """Count a decision that was the canary's to score, when there is time."""
    if made.terms.canary is None:
        return
    tried = tried_by(made)
    if tried is not None:
        _queue.offer(tried)


def work(some: Iterator[Tried]) -> None:
    """Store some; a database that is away loses these counts, and says so."""
    counts = counted(some)
    try:
        store(counts=counts)
    except (DatabaseError, InterfaceError) as lost:
        log.warning("canary_counts_lost", error=type(lost).__name__)
        connection.close()


def store(*, counts: Mapping[tuple[int, datetime], Mapping[str, int]]) -> None:
    """Add counts to their minutes."""
    if not counts:
        return
    with connection.cursor() as cursor:
        for (version_id, minute), said in sorted(counts.items()):
            figures = [said[name] for name in ("tried", "failed", "timed", "slow")]
            cursor.execute(_INSERT, [version_id, minute, *figures])


def _dropped(tried: Tried, why: str) -> None:
    """Leave it uncounted: the log says once a minute that some were."""


_queue: Queue[Tried] = Queue(
    work,
    drop=_dropped,
    most=lambda: _MOST,
    is_busy=lambda: False,
    leave=connections.close_all,
    pause=1.0,  # second: all that came in it is one statement
    at_once=_MOST,
)
