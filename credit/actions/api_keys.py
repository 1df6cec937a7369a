"""Partners' keys and OAuth clients: shown once, kept as a digest, good for nothing once revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext
from oauth2_provider.models import Application

from credit import access, shown_keys
from credit.actions import alerts, audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import ApiKey, AuditEvent, Partner, Role, User
from credit.models.partners import EXPIRY_WARNING, Scope
from credit.rates import Limit

NOTED_EVERY = timedelta(minutes=1)


class BadScope(ActionDenied):
    """The key would be good for nothing, or for something that does not exist."""


class BadPartner(ActionDenied):
    """The partner's name cannot be one."""


class BadLimit(ActionDenied):
    """Nobody could call at this rate."""


class AlreadyRevoked(ActionDenied):
    """The key is revoked already."""


class CannotRotate(ActionDenied):
    """The key is good for nothing any more, or has been replaced before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A new key. `key`, of a client its secret, is nowhere else and never again."""

    key: str
    api_key: ApiKey


@transaction.atomic
def issue(
    *,
    partner: str,
    scopes: Sequence[str],
    by: User | None,
    at: datetime,
    expires_at: datetime,
    is_client: bool = False,
    limit: Limit | None = None,
) -> Issued:
    """Issue a key or an OAuth client to a partner, who is made known if new.

    By None: an operator at a prompt.
    """
    _check_may(by, to="issue a key")
    _check(partner, scopes)
    check_limit(limit)
    owner, _ = Partner.objects.get_or_create(
        slug=partner, defaults={"name": partner, "created_at": at}
    )
    key = ApiKey(partner=owner, scopes=sorted(set(scopes)), expires_at=expires_at)
    _set_limit(key, limit)
    return _write(key, is_client=is_client, by=by, at=at)


@transaction.atomic
def rotate(*, key_id: int, overlap: timedelta, by: User | None, at: datetime) -> Issued:
    """Issue a key's successor, like it in everything; the old one ends after the overlap."""
    _check_may(by, to="replace a key")
    old = ApiKey.objects.select_for_update().get(pk=key_id)
    _check_can_rotate(old, overlap=overlap, at=at)
    new = ApiKey(
        partner=old.partner,
        scopes=old.scopes,
        expires_at=at + (old.expires_at - old.created_at),
        rate_per_second=old.rate_per_second,
        rate_burst=old.rate_burst,
    )
    issued = _write(new, is_client=old.application_id is not None, by=by, at=at)
    old.replaced_by = issued.api_key
    old.expires_at = min(old.expires_at, at + overlap)
    old.save(update_fields=["replaced_by", "expires_at"])
    access.stamp_change()
    audit.record(
        AuditEvent.Type.KEY_ROTATED,
        target=f"key:{old.prefix}",
        by=by,
        at=at,
        replaced_by=issued.api_key.prefix,
        expires_at=old.expires_at,
    )
    return issued


@transaction.atomic
def revoke(*, key_id: int, by: User | None, at: datetime) -> ApiKey:
    """Make a key good for nothing, in every process within a second."""
    _check_may(by, to="revoke a key")
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is not None:
        raise AlreadyRevoked(gettext("The key {key} is revoked already.").format(key=key))
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    access.stamp_change()
    audit.record(
        AuditEvent.Type.KEY_REVOKED, target=f"key:{key.prefix}", by=by, at=at, of=key.partner.slug
    )
    return key


@transaction.atomic
def set_limit(*, key_id: int, limit: Limit | None, by: User, at: datetime) -> ApiKey:
    """Give a key a rate limit of its own; None: its partner's."""
    _check_may(by, to="set a key's limit")
    check_limit(limit)
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    _set_limit(key, limit)
    key.save(update_fields=["rate_per_second", "rate_burst"])
    access.stamp_change()
    audit.record(
        AuditEvent.Type.KEY_LIMITED,
        target=f"key:{key.prefix}",
        by=by,
        at=at,
        per_second=key.rate_per_second,
        burst=key.rate_burst,
    )
    return key


def note_use(*, key_id: int, at: datetime) -> None:
    """Write down a key's last use; a use within the minute is not worth a write."""
    is_old = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
    ApiKey.objects.filter(is_old, pk=key_id).update(last_used_at=at)


def warn_of_expiry(*, at: datetime) -> list[ApiKey]:
    """Raise an alert for the keys in use that expire soon and have no successor."""
    soon = ApiKey.objects.select_related("partner").filter(
        expires_at__gt=at,
        expires_at__lte=at + EXPIRY_WARNING,
        revoked_at=None,
        replaced_by=None,
        partner__is_active=True,
    )
    expiring = list(soon.order_by("expires_at", "pk"))
    if expiring:
        named = "; ".join(
            f"{key} of {key.partner.slug} on {key.expires_at:%Y-%m-%d}" for key in expiring
        )
        message = f"These keys expire within {EXPIRY_WARNING.days} days: {named}."
        alerts.raise_alert(cause="keys_expire", product=None, message=message, at=at)
    else:
        alerts.note_passed(cause="keys_expire", product=None, at=at)
    return expiring


def check_partner(partner: str) -> None:
    """Refuse a name that no partner may have."""
    if partner != slugify(partner) or not partner:
        raise BadPartner(
            gettext(
                "A partner's name is of small letters, digits and dashes, not “{name}”."
            ).format(name=partner)
        )


def check_limit(limit: Limit | None) -> None:
    """Refuse a limit under which nobody could ever call."""
    if limit is not None and (limit.per_second < 1 or limit.burst < 1):
        raise BadLimit(
            gettext("A rate limit needs at least one request a second, and one at once.")
        )


def _check_may(by: User | None, *, to: str) -> None:
    if by is not None:
        require_role(by, Role.ADMINISTRATOR, to=to)


def _check(partner: str, scopes: Sequence[str]) -> None:
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        known = ", ".join(Scope.values)
        words = gettext("A key needs scopes out of {known}; {given} given.")
        given = ", ".join(unknown) or gettext("none")
        raise BadScope(words.format(known=known, given=given))
    check_partner(partner)


def _check_can_rotate(key: ApiKey, *, overlap: timedelta, at: datetime) -> None:
    if overlap < timedelta(0):
        raise CannotRotate(gettext("The old key cannot end before now."))
    if key.revoked_at is not None or key.expires_at <= at:
        raise CannotRotate(
            gettext("The key {key} is good for nothing any more. Issue a new one.").format(key=key)
        )
    if key.replaced_by is not None:
        raise CannotRotate(
            gettext("The key {key} has been replaced by {other} already.").format(
                key=key, other=key.replaced_by
            )
        )


def _set_limit(key: ApiKey, limit: Limit | None) -> None:
    key.rate_per_second = limit.per_second if limit else None
    key.rate_burst = limit.burst if limit else None


def _write(key: ApiKey, *, is_client: bool, by: User | None, at: datetime) -> Issued:
    key.prefix = shown_keys.new_prefix()
    shown = shown_keys.new("evs" if is_client else "ev", key.prefix)
    key.digest, key.created_at, key.created_by = shown_keys.digest(shown), at, by
    if is_client:
        key.application = _application(key)
    key.save(force_insert=True)
    audit.record(
        AuditEvent.Type.KEY_ISSUED,
        target=f"key:{key.prefix}",
        by=by,
        at=at,
        of=key.partner.slug,
        scopes=key.scopes,
        expires_at=key.expires_at,
        is_client=is_client,
    )
    return Issued(key=shown, api_key=key)


def _application(key: ApiKey) -> Application:
    """Tell the toolkit of a client. Its secret is ours to check, by the digest."""
    return Application.objects.create(
        client_id=shown_keys.client_id(key.prefix),
        client_secret="",
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        name=key.partner.slug,
    )
