"""Where partners want to be told: addresses, and the secrets by which they know us."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from credit import tenancy
from credit.actions import audit, outbox
from credit.actions.refusals import ActionDenied
from credit.ids import new_id
from credit.models import (
    ApiKey,
    AuditEvent,
    EventKind,
    Partner,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from credit.webhooks import addresses, signing
from scoring.features import FieldProblem, InputRefused

MOST = 10  # endpoints of a partner
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
State = WebhookEndpoint.State
_TOLD = {
    State.ACTIVE: AuditEvent.Type.WEBHOOK_RESUMED,
    State.PAUSED: AuditEvent.Type.WEBHOOK_PAUSED,
    State.DISABLED: AuditEvent.Type.WEBHOOK_DISABLED,
    State.REMOVED: AuditEvent.Type.WEBHOOK_REMOVED,
}


class AlreadyRegistered(ActionDenied):
    """The partner is told at this address already."""


class TooManyEndpoints(ActionDenied):
    """The partner has as many endpoints as it may."""


class NotNow(ActionDenied):
    """The endpoint is in a state from which this does not follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An endpoint with its secret, which is told this once."""

    endpoint: WebhookEndpoint
    secret: str


def register(*, url: str, kinds: Sequence[EventKind], key: ApiKey, at: datetime) -> Registered:
    """Take down an address that a partner wants to be told at."""
    _check_address(url)
    with tenancy.rows_of(key.partner):
        Partner.objects.select_for_update().get(pk=key.partner_id)  # one at a time: they count
        _check_room(key.partner, url)
        endpoint = WebhookEndpoint.objects.create(
            id=new_id(at),
            partner=key.partner,
            url=url,
            kinds=sorted(set(kinds)),
            created_at=at,
            created_with=key,
            state_since=at,
            salt=os.urandom(32),
            key_id=signing.key_id(settings.EVENHAND_WEBHOOK_KEYS[0]),
        )
        _audit(AuditEvent.Type.WEBHOOK_REGISTERED, endpoint, by=None, at=at, kinds=endpoint.kinds)
    return Registered(endpoint=endpoint, secret=_secret(endpoint))


def rotate(*, endpoint_id: str, key: ApiKey, at: datetime) -> Registered:
    """Give an endpoint a new secret; the one before it signs beside it for a day.

    Doing it twice ends that at once: what to do when a secret became known.
    """
    with tenancy.rows_of(key.partner):
        endpoint = _own(endpoint_id, key)
        endpoint.salt_before, endpoint.key_id_before = bytes(endpoint.salt), endpoint.key_id
        endpoint.before_until = at + OLD_SECRET_SIGNS_FOR
        endpoint.salt = os.urandom(32)
        endpoint.key_id = signing.key_id(settings.EVENHAND_WEBHOOK_KEYS[0])
        endpoint.save(
            update_fields=["salt", "key_id", "salt_before", "key_id_before", "before_until"]
        )
        _audit(AuditEvent.Type.WEBHOOK_SECRET_ROTATED, endpoint, by=None, at=at)
    return Registered(endpoint=endpoint, secret=_secret(endpoint))


def pause(*, endpoint_id: str, key: ApiKey, at: datetime) -> WebhookEndpoint:
    """Send nothing for now. What is owed meanwhile waits."""
    with tenancy.rows_of(key.partner):
        endpoint = _own(endpoint_id, key)
        move(endpoint=endpoint, to=State.PAUSED, by=None, at=at)
    return endpoint


def resume(*, endpoint_id: str, key: ApiKey, at: datetime) -> WebhookEndpoint:
    """Send again, what waited first; the address is looked at again."""
    with tenancy.rows_of(key.partner):
        endpoint = _own(endpoint_id, key)
        try:
            addresses.check(endpoint.url, allowed=settings.EVENHAND_WEBHOOK_NETWORKS)
        except addresses.AddressRefused as refused:
            raise NotNow(str(refused)) from refused
        move(endpoint=endpoint, to=State.ACTIVE, by=None, at=at)
        transaction.on_commit(outbox.tell_worker)
    return endpoint


def remove(*, endpoint_id: str, key: ApiKey, at: datetime) -> WebhookEndpoint:
    """Send nothing any more. What is owed is cancelled; the row stays for who reads the trail."""
    with tenancy.rows_of(key.partner):
        endpoint = _own(endpoint_id, key)
        move(endpoint=endpoint, to=State.REMOVED, by=None, at=at)
        endpoint.deliveries.filter(state=WebhookDelivery.State.PENDING).update(
            state=WebhookDelivery.State.CANCELLED, next_try_at=None
        )
    return endpoint


@transaction.atomic
def move(*, endpoint: WebhookEndpoint, to: State, by: User | None, at: datetime) -> None:
    """Bring an endpoint that is locked into another state; into its own is no change."""
    if endpoint.state == to:
        return
    if to not in WebhookEndpoint.NEXT_STATES[endpoint.state]:
        raise NotNow(f"This webhook is {endpoint.get_state_display().lower()}.")
    endpoint.state, endpoint.state_since, endpoint.failing_since = to, at, None
    endpoint.save(update_fields=["state", "state_since", "failing_since"])
    _audit(_TOLD[to], endpoint, by=by, at=at)


def secrets_of(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """Derive what signs now: the secret, and the one before it while that is being exchanged."""
    secrets = [_secret(endpoint)]
    if endpoint.salt_before is not None and endpoint.before_until and endpoint.before_until > at:
        with suppress(signing.KeyMissing):  # the new one is enough
            secrets.append(_derive(endpoint, endpoint.salt_before, named=endpoint.key_id_before))
    return secrets


def _own(endpoint_id: str, key: ApiKey) -> WebhookEndpoint:
    own = WebhookEndpoint.objects.select_for_update().filter(partner=key.partner)
    return own.exclude(state=State.REMOVED).get(pk=endpoint_id)


def _check_address(url: str) -> None:
    try:
        addresses.check(url, allowed=settings.EVENHAND_WEBHOOK_NETWORKS)
    except addresses.AddressRefused as refused:
        raise InputRefused((FieldProblem("/url", "refused_address", str(refused)),)) from refused


def _check_room(partner: Partner, url: str) -> None:
    known = list(partner.webhooks.exclude(state=State.REMOVED))
    for each in known:
        if each.url == url:
            raise AlreadyRegistered(f"This address is registered already, as {each.pk}.")
    if len(known) >= MOST:
        raise TooManyEndpoints(f"A partner has at most {MOST} webhooks.")


def _secret(endpoint: WebhookEndpoint) -> str:
    return _derive(endpoint, endpoint.salt, named=endpoint.key_id)


def _derive(endpoint: WebhookEndpoint, salt: bytes | memoryview, *, named: str) -> str:
    keys = settings.EVENHAND_WEBHOOK_KEYS
    return signing.secret_of(endpoint.pk, bytes(salt), named=named, keys=keys)


def _audit(
    told: AuditEvent.Type,
    endpoint: WebhookEndpoint,
    *,
    by: User | None,
    at: datetime,
    **details: object,
) -> None:
    """Write it down without the address: its path and query may be secrets of the partner's."""
    host = addresses.host_of(endpoint.url)
    target = f"webhook:{endpoint.pk}"
    audit.record(told, target=target, by=by, partner=endpoint.partner, at=at, host=host, **details)
