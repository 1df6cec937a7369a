"""How the audit trail is hashed: pure functions, shared by what writes it and what verifies it.

A leaf binds an event's hash to its number; a seal binds the Merkle root of its leaves to the seal
before it. Leaves and inner nodes are prefixed differently, as in RFC 6962, so that neither can pass
for the other.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from scoring.canonical import canonical

FIRST = "0" * 64  # what the first seal names as the one before it
MONTH = 10**10  # numbers of a month's events: 2026110000000042 is of November 2026


def month_of(number: int) -> int:
    """Say in which month's partition an event is; those numbered before there were months: 0.

    Examples
    --------
    >>> month_of(2026110000000042)
    202611
    """
    return number // MONTH


class Event(NamedTuple):
    """An event that is not yet written; its details are plain JSON values."""

    type: str
    target: str
    user: int | None
    partner: int | None
    at: datetime
    details: dict[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        """What its hash is taken of."""
        return {
            "type": self.type,
            "target": self.target,
            "user": self.user,
            "partner": self.partner,
            "at": self.at,
            "details": self.details,
        }

    @property
    def hash(self) -> str:
        """Its SHA-256."""
        return event_hash(self.fields)


def event_hash(fields: dict[str, Any]) -> str:
    """Hash an event's type, target, user, partner, moment and details."""
    return _sha256(canonical(fields))


def leaf(number: int, event: str) -> str:
    """Bind an event's hash to its number in the trail."""
    return _sha256(b"\x00" + f"{number}:{event}".encode())


def root(leaves: Sequence[str]) -> str:
    """Compute the Merkle root; a leaf without a neighbour rises as it is."""
    level = [bytes.fromhex(each) for each in leaves]
    while len(level) > 1:
        alone = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + alone
    return level[0].hex()


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


def ranges(numbers: list[int]) -> list[list[int]]:
    """Put ascending numbers into ranges, both ends included.

    Examples
    --------
    >>> ranges([1, 2, 3, 7])
    [[1, 3], [7, 7]]
    """
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _sha256(content: bytes) -> str:
    return sha256(content).hexdigest()
