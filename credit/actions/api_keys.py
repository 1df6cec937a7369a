"""Partners' keys: shown once, kept as a digest, refused at once when revoked or expired."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.text import slugify

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import ApiKey, AuditEvent, Partner, Role, User
from credit.models.partners import Scope

_NOTED_EVERY = timedelta(minutes=1)


class BadScope(ActionDenied):
    """The key would be good for nothing, or for something that does not exist."""


class BadPartner(ActionDenied):
    """The partner's name cannot be one."""


class AlreadyRevoked(ActionDenied):
    """The key is revoked already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A new key. `key` is nowhere else and never again."""

    key: str
    api_key: ApiKey


@transaction.atomic
def issue(
    *, partner: str, scopes: Sequence[str], by: User | None, at: datetime, expires_at: datetime
) -> Issued:
    """Issue a key to a partner, who is made known if new. By None: an operator at a prompt."""
    if by is not None:
        require_role(by, Role.ADMINISTRATOR, to="issue a key")
    _check(partner, scopes)
    owner, _ = Partner.objects.get_or_create(
        slug=partner, defaults={"name": partner, "created_at": at}
    )
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    shown = f"ev_{prefix}_{secret}"
    api_key = ApiKey.objects.create(
        partner=owner,
        prefix=prefix,
        digest=_digest(shown),
        scopes=sorted(set(scopes)),
        created_at=at,
        created_by=by,
        expires_at=expires_at,
    )
    audit.record(
        AuditEvent.Type.KEY_ISSUED,
        target=f"key:{prefix}",
        by=by,
        at=at,
        of=owner.slug,
        scopes=api_key.scopes,
        expires_at=expires_at,
    )
    return Issued(key=shown, api_key=api_key)


@transaction.atomic
def revoke(*, key_id: int, by: User, at: datetime) -> ApiKey:
    """Make a key good for nothing, from the next request on."""
    require_role(by, Role.ADMINISTRATOR, to="revoke a key")
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is not None:
        raise AlreadyRevoked(f"The key {key.prefix}… is revoked already.")
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    audit.record(
        AuditEvent.Type.KEY_REVOKED, target=f"key:{key.prefix}", by=by, at=at, of=key.partner.slug
    )
    return key


def verify(shown: str, *, at: datetime) -> ApiKey | None:
    """Find the key that was shown, if it is good now; the same None for every reason why not."""
    parts = shown.split("_", 2)
    if len(parts) != 3 or not shown.isascii() or "\0" in shown:
        return None
    key = ApiKey.objects.select_related("partner").filter(prefix=parts[1]).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(shown)):
        return None
    if key.revoked_at or key.expires_at <= at or not key.partner.is_active:
        return None
    if key.last_used_at is None or at - key.last_used_at > _NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return key


def _check(partner: str, scopes: Sequence[str]) -> None:
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        known = ", ".join(Scope.values)
        raise BadScope(f"A key needs scopes out of {known}; {', '.join(unknown) or 'none'} given.")
    check_partner(partner)


def check_partner(partner: str) -> None:
    """Refuse a name that no partner may have."""
    if partner != slugify(partner) or not partner:
        raise BadPartner(
            f"A partner's name is of small letters, digits and dashes, not {partner!r}."
        )


def _digest(shown: str) -> str:
    # A key has 256 bits of chance: a slow hash would protect nothing and cost every request.
    return hashlib.sha256(shown.encode()).hexdigest()
