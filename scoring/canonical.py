"""One way to write a value as bytes, and to bind it without saying it."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def canonical(value: object) -> bytes:
    """Write a value as JSON in the one way that it can be written.

    Examples
    --------
    >>> canonical({"b": 1, "a": datetime(2026, 11, 22, tzinfo=UTC)})
    b'{"a":"2026-11-22T00:00:00.000000Z","b":1}'
    """
    return _ENCODER.encode(value).encode()


def moment(at: datetime) -> str:
    """Write a moment in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def commitment(salt: bytes, value: object) -> str:
    """Bind a value without saying it: who lacks the salt can neither read nor guess it."""
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what one reader of JSON takes for one thing and another reader for another.

    Examples
    --------
    >>> json.loads('{"pd": 0.1, "pd": 0.9}', object_pairs_hook=no_doubles)
    Traceback (most recent call last):
        ...
    ValueError: 'pd' stands twice
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return str(value)
    message = f"{type(value).__name__} has no place in canonical JSON"
    raise TypeError(message)


_ENCODER = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    default=_plain,
)
