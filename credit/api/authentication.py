"""Who calls: the partner behind an API key, `Authorization: Bearer ev_<prefix>_<secret>`."""

from dataclasses import dataclass

import structlog
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from credit.actions import api_keys
from credit.models import ApiKey, Partner

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """A partner's system, and the key that it showed."""

    partner: Partner
    key: ApiKey
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication):
    """Finds the caller; anything but a good key is the same refusal."""

    def authenticate(self, request: Request) -> tuple[Caller, ApiKey] | None:
        """Give the caller, or None where no key was shown."""
        scheme, _, shown = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or len(shown) > LONGEST:
            raise AuthenticationFailed
        key = api_keys.verify(shown, at=timezone.now())
        if key is None:
            raise AuthenticationFailed
        structlog.contextvars.bind_contextvars(partner=key.partner.slug, api_key=key.prefix)
        return Caller(key.partner, key), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's
        """Make the framework answer 401 and not 403."""
        return "Bearer"
