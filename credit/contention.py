"""What PostgreSQL ends because somebody else was at the same rows: a deadlock, or a wait too long.

The database answers, and nothing was written: whoever comes again a moment later is served. We do
not try again ourselves. A decision, which is one statement, never waits for another's rows in turn
(decision record 37); elsewhere only who asked knows what went before. A machine's key makes trying
again safe, and a worker's task comes again by the clock.
"""

from psycopg import errors

RETRY_AFTER = "1"  # second: the other transaction goes on as soon as this one is ended
_ENDED = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)


def is_contention(error: BaseException | None) -> bool:
    """Say whether an error, Django's or psycopg's own, is of this kind."""
    return isinstance(error, _ENDED) or (error is not None and isinstance(error.__cause__, _ENDED))
