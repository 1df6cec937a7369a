"""Who calls: the partner behind a key or an access token, `Authorization: Bearer …`."""

from typing import NamedTuple

import structlog
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from credit import access, shown_keys
from credit.access import Grant
from credit.actions import api_keys
from credit.api import refused_keys, strangers
from credit.models import ApiKey, Partner

LONGEST = 200


class Caller(NamedTuple):
    """A partner's system, the key or OAuth client that it is known by, and what that opens."""

    partner: Partner
    key: ApiKey
    grant: Grant
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    """Finds the caller; anything but a good key or token is refused."""

    def authenticate(self, request: HttpRequest) -> tuple[Caller, ApiKey] | None:
        """Give the caller, or None where no key was shown."""
        scheme, _, shown = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or len(shown) > LONGEST:
            raise refused_keys.unauthenticated(refused_keys.NO_BEARER)
        at = timezone.now()
        grant = access.find(shown, at=at)
        if grant is None:
            if shown_keys.read(shown) is not None:  # else nobody asked the database
                strangers.refuse_beyond(request)
            raise refused_keys.unauthenticated(refused_keys.reason(shown, at=at))
        if grant.noted_at is None or at - grant.noted_at >= api_keys.NOTED_EVERY:
            grant.noted_at = at
            api_keys.note_use(key_id=grant.key.pk, at=at)
        structlog.contextvars.bind_contextvars(
            partner=grant.key.partner.slug, api_key=grant.key.prefix
        )
        return Caller(grant.key.partner, grant.key, grant), grant.key

    def authenticate_header(self, request: HttpRequest) -> str:  # noqa: ARG002 - the framework's
        """Make the framework answer 401 and not 403."""
        return "Bearer"
