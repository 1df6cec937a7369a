"""How a partner knows that a message is ours, and new: the headers of Standard Webhooks.

The signature is HMAC-SHA256 over `id.timestamp.body`, and the secret is `whsec_` and base64. The
secret is not stored: it is derived from a key outside the database and chance in the endpoint's row
(decision record 0010).
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence

_PURPOSE = b"evenhand webhook secret 1"


class KeyMissing(ValueError):
    """The key that a secret was derived from is none of those that the settings name."""


def key_id(key: str) -> str:
    """Name a key without saying it."""
    return hashlib.sha256(_PURPOSE + b" key " + key.encode()).hexdigest()[:16]


def secret_of(endpoint_id: str, salt: bytes, *, named: str, keys: Sequence[str]) -> str:
    """Derive an endpoint's secret again, from the key that is named.

    Examples
    --------
    >>> one = secret_of("01J", b"salt", named=key_id("k"), keys=["k"])
    >>> one == secret_of("01J", b"salt", named=key_id("k"), keys=["newer", "k"])
    True
    >>> one[:6], len(one)
    ('whsec_', 50)
    """
    key = next((each for each in keys if key_id(each) == named), None)
    if key is None:
        raise KeyMissing("The key of this endpoint's secret is not among EVENHAND_WEBHOOK_KEYS.")
    made = hmac.new(key.encode(), b"\0".join([_PURPOSE, endpoint_id.encode(), salt]), "sha256")
    return f"whsec_{base64.b64encode(made.digest()).decode()}"


def headers(
    secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Sign a body; while a secret is being exchanged, with the old one as well."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(each, signed)}" for each in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
