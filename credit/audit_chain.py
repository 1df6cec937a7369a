"""How the audit trail is hashed: pure functions, shared by what writes it and what verifies it.

A leaf binds an event's hash to its number; a seal binds the Merkle root of its leaves to the seal
before it. Leaves and inner nodes are prefixed differently, as in RFC 6962, so that neither can pass
for the other.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

FIRST = "0" * 64  # what the first seal names as the one before it


def canonical(value: object) -> bytes:
    """Write a value as JSON in the one way that it can be written.

    Examples
    --------
    >>> canonical({"b": 1, "a": datetime(2026, 11, 22, tzinfo=UTC)})
    b'{"a":"2026-11-22T00:00:00.000000Z","b":1}'
    """
    text = json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_plain,
    )
    return text.encode()


def moment(at: datetime) -> str:
    """Write a moment in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def commitment(salt: bytes, value: object) -> str:
    """Bind a value without saying it: who lacks the salt can neither read nor guess it."""
    return _sha256(salt + canonical(value))


def event_hash(fields: dict[str, Any]) -> str:
    """Hash an event's type, target, user, partner, moment and details."""
    return _sha256(canonical(fields))


def leaf(number: int, event: str) -> str:
    """Bind an event's hash to its number in the trail."""
    return _sha256(b"\x00" + f"{number}:{event}".encode())


def root(leaves: Sequence[str]) -> str:
    """Compute the Merkle root; a leaf without a neighbour rises as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [_node(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def seal_hash(
    *, number: int, root: str, events: int, previous_hash: str, sealed_at: datetime
) -> str:
    """Hash a seal, and with it every seal before it."""
    return _sha256(
        canonical(
            {
                "number": number,
                "root": root,
                "events": events,
                "previous_hash": previous_hash,
                "sealed_at": sealed_at,
            }
        )
    )


def _node(left: str, right: str) -> str:
    return _sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return str(value)
    message = f"{type(value).__name__} has no place in canonical JSON"
    raise TypeError(message)
