"""What keys, client secrets and tokens look like: found by scanners, checked without a database.

`<tag>_<prefix>_<secret><checksum>`. The tag says what it is, the prefix is the public part that we
store and log, and the checksum tells a find in some repository from a string that only looks so.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Literal

Tag = Literal["ev", "evs", "evt"]  # an API key, an OAuth client's secret, an access token
CLIENT_TAG = "evc"  # before the prefix of an OAuth client: its id, which is no secret

_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH = 43  # letters; 256 bits of chance
_CHECKSUM_LENGTH = 6
_SHAPE = re.compile(r"(evs|evt|ev)_([0-9a-f]{12})_[0-9A-Za-z]{49}")
# Keys issued before 2026-11-26 have no checksum; the last of them expires two years later.
_FIRST_SHAPE = re.compile(r"(ev)_([0-9a-f]{12})_[0-9A-Za-z_-]{43}")
_CLIENT_ID = re.compile(rf"{CLIENT_TAG}_([0-9a-f]{{12}})")


@dataclass(frozen=True, slots=True)
class Shown:
    """What can be said of a shown secret by looking at it alone."""

    tag: str
    prefix: str


def new_prefix() -> str:
    """Make a public part that no other key has."""
    return secrets.token_hex(6)


def new(tag: Tag, prefix: str) -> str:
    """Make a secret that can be shown once."""
    chance = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LENGTH))
    body = f"{tag}_{prefix}_{chance}"
    return body + checksum(body)


def read(shown: str) -> Shown | None:
    """Tell what a secret is; None for what we never issued.

    Examples
    --------
    >>> read("ev_0123456789ab_" + "A" * 43 + "1DubIC")
    Shown(tag='ev', prefix='0123456789ab')
    >>> read("ev_0123456789ab_" + "A" * 43 + "000000")
    """
    found = _SHAPE.fullmatch(shown)
    if found is not None:
        body, said = shown[:-_CHECKSUM_LENGTH], shown[-_CHECKSUM_LENGTH:]
        return Shown(found[1], found[2]) if checksum(body) == said else None
    first = _FIRST_SHAPE.fullmatch(shown)
    return Shown(first[1], first[2]) if first else None


def checksum(body: str) -> str:
    """Give the CRC-32 of a text in six letters of base 62."""
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        rest, place = divmod(rest, len(_LETTERS))
        letters = _LETTERS[place] + letters
    return letters


def digest(shown: str) -> str:
    """Give what is stored of a secret.

    With 256 bits of chance a slow hash would protect nothing and cost every request.
    """
    return hashlib.sha256(shown.encode()).hexdigest()


def client_id(prefix: str) -> str:
    """Name an OAuth client."""
    return f"{CLIENT_TAG}_{prefix}"


def prefix_of_client(shown: str) -> str | None:
    """Read the name of an OAuth client; None for what is none."""
    found = _CLIENT_ID.fullmatch(shown)
    return found[1] if found else None
