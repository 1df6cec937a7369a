"""Who a key or a token belongs to, kept in the process for as long as nothing changed.

Every change of a key or partner stamps one row; a process looks at the stamp twice a second, if it
is asked at all, and forgets what it knows when the stamp is another. So a good key costs no query,
and a revoked one is good for `STALE_AFTER` seconds at most, in every process.
"""

import hmac
import math
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from oauth2_provider.models import AccessToken

from credit import shown_keys
from credit.models import ApiKey
from credit.rates import Limit
from credit.shown_keys import Shown

FRESH_FOR = 0.5  # seconds a look at the stamp is good for
STALE_AFTER = 1.0  # seconds after which nobody goes on without a new look
_KEPT = 20_000
_PATIENCE = 2.0  # seconds to wait for another thread's look


@dataclass(slots=True)
class Grant:
    """What a key or token opens. `expires_at` is the earlier of the token's and its key's."""

    key: ApiKey
    scopes: frozenset[str]
    expires_at: datetime
    limit: Limit
    noted_at: datetime | None  # when the key's last use was written down


def find(shown: str, *, at: datetime) -> Grant | None:
    """Find what was shown, if it is good now; the same None for every reason why not."""
    if not shown.isascii():
        return None
    digest = shown_keys.digest(shown)
    grants = _known.grants()  # this very dict: a change puts another in its place
    grant = grants.get(digest)
    if grant is None:
        look = shown_keys.read(shown)
        grant = _load(look, digest) if look is not None else None
        if grant is None:
            return None
        if len(grants) >= _KEPT:
            grants.clear()
        grants[digest] = grant
    return grant if at < grant.expires_at else None


def of_client(client_id: str | None, *, at: datetime) -> ApiKey | None:
    """Find an OAuth client that may have a token now."""
    prefix = shown_keys.prefix_of_client(client_id or "")
    key = _keys().filter(prefix=prefix).exclude(application=None).first() if prefix else None
    return key if key is not None and _is_open(key) and at < key.expires_at else None


def stamp_change() -> None:
    """Make every process look again, from this transaction's commit on."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE credit_access_stamp SET stamp = gen_random_uuid()")


def limit_of(key: ApiKey) -> Limit:
    """Give a key's own limit, else its partner's, else the installation's."""
    for each in (key, key.partner):
        if each.rate_per_second is not None and each.rate_burst is not None:
            return Limit(each.rate_per_second, each.rate_burst)
    return Limit(settings.EVENHAND_RATE_PER_SECOND, settings.EVENHAND_RATE_BURST)


class _Known:
    """The grants that are good under one stamp."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._stamp: object = None
        self._looked_at = -math.inf
        self._looking = threading.Lock()

    def grants(self) -> dict[str, Grant]:
        """Give them after a look at the stamp, where that is due."""
        age = time.monotonic() - self._looked_at
        if age >= FRESH_FOR:
            # One thread looks; the others go on with what is known, until it is too old for that.
            is_mine = self._looking.acquire(timeout=_PATIENCE if age >= STALE_AFTER else 0)
            if is_mine or age >= STALE_AFTER:
                try:
                    self._look()
                finally:
                    if is_mine:
                        self._looking.release()
        return self._grants

    def _look(self) -> None:
        began = time.monotonic()
        if began - self._looked_at < FRESH_FOR:
            return  # another thread did while this one waited
        with connection.cursor() as cursor:
            cursor.execute("SELECT stamp FROM credit_access_stamp")
            (stamp,) = cursor.fetchone()
        if stamp != self._stamp:
            self._grants, self._stamp = {}, stamp
        self._looked_at = began


_known = _Known()


def _load(look: Shown, digest: str) -> Grant | None:
    return _of_token(digest) if look.tag == "evt" else _of_key(look, digest)


def _of_key(look: Shown, digest: str) -> Grant | None:
    if look.tag != "ev":
        return None
    key = _keys().filter(prefix=look.prefix, application=None).first()
    if key is None or not hmac.compare_digest(key.digest, digest) or not _is_open(key):
        return None
    return Grant(key, frozenset(key.scopes), key.expires_at, limit_of(key), key.last_used_at)


def _of_token(digest: str) -> Grant | None:
    token = AccessToken.objects.filter(token_checksum=digest).first()
    if token is None:
        return None
    key = _keys().filter(application=token.application_id).first()
    if key is None or not _is_open(key):
        return None
    return Grant(
        key,
        frozenset(token.scope.split()) & frozenset(key.scopes),
        min(token.expires, key.expires_at),
        limit_of(key),
        key.last_used_at,
    )


def _keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("partner").order_by("pk")


def _is_open(key: ApiKey) -> bool:
    return key.revoked_at is None and key.partner.is_active
