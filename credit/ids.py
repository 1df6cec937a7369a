"""Public identifiers: ULIDs, so that rows sort by time and nothing can be counted or guessed."""

from datetime import datetime

from ulid import ULID, ULIDGenerator

from credit import chance

LENGTH = 26
_CHANCE = 10  # bytes
_ids = ULIDGenerator(randomness=lambda _at: chance.sixteen()[:_CHANCE])


def first_id(at: datetime) -> str:
    """Give the lowest identifier of a moment: the bound of what was made since.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> first_id(datetime(2026, 11, 1, tzinfo=UTC))
    '01M6A6FT000000000000000000'
    """
    ms = round(at.timestamp() * 1000)
    return str(ULID.from_bytes(ms.to_bytes(6) + bytes(10)))


def new_id(at: datetime) -> str:
    """Make an identifier that sorts by `at`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> len(new_id(datetime(2026, 11, 22, tzinfo=UTC)))
    26
    """
    return str(_ids.generate(at))


def moment_of(identifier: str) -> datetime:
    """Say of which moment an identifier is.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> moment_of(first_id(datetime(2026, 11, 1, tzinfo=UTC))).date()
    datetime.date(2026, 11, 1)
    """
    return ULID.from_str(identifier).datetime
