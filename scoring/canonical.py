"""One way to write a value as bytes, and to bind it without saying it."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal


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
