"""Public identifiers: ULIDs, so that rows sort by time and nothing can be counted or guessed."""

from datetime import datetime

from ulid import ULID

LENGTH = 26


def new_id(at: datetime) -> str:
    """Make an identifier that sorts by `at`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> len(new_id(datetime(2026, 11, 22, tzinfo=UTC)))
    26
    """
    return str(ULID.from_datetime(at))
