"""What every endpoint is."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from credit import rates
from credit.answers import moment
from credit.api import rate_limits
from credit.api.authentication import Caller
from credit.models.partners import EXPIRY_WARNING, Scope
from credit.rates import Verdict


class Endpoint(APIView):
    """A path of the API. It names the scope of each of its methods; one without is refused."""

    http_method_names = ["get", "head", "post", "delete"]  # noqa: RUF012 - Django's shape for it
    scopes: ClassVar[Mapping[str, Scope | str]] = {}
    verdict: Verdict | None = None  # of the rate limit, once it is known who calls

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and count the request whatever comes of it."""
        super().perform_authentication(request)
        if isinstance(request.user, Caller):
            self.hold(request.user)

    def hold(self, caller: Caller) -> None:
        """Refuse a caller that calls too often."""
        self.verdict = rates.take(caller.key.prefix, caller.grant.limit)
        rate_limits.refuse_beyond(self.verdict)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Tell the caller what is left of its limit, and of its key's time."""
        if self.verdict is not None:
            self.headers.update(rate_limits.headers_of(self.verdict))
            self.headers.update(_expiry(request))
        return super().finalize_response(request, response, *args, **kwargs)


def caller_of(request: Request) -> Caller:
    """Give the partner and key that authentication found."""
    caller = request.user
    if not isinstance(caller, Caller):
        raise TypeError("an endpoint was reached without a key")
    return caller


def replay_headers(*, replayed: bool) -> dict[str, str]:
    """Say in the headers that this answer was given before."""
    return {"Idempotent-Replay": "true"} if replayed else {}


def _expiry(request: Request) -> dict[str, str]:
    caller = request.user
    if not isinstance(caller, Caller):
        return {}
    expires_at = caller.key.expires_at
    if expires_at - timezone.now() > EXPIRY_WARNING:
        return {}
    return {"Evenhand-Key-Expires": moment(expires_at)}
