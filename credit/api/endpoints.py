"""What every endpoint is."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from credit import rates
from credit.answers import moment
from credit.api import rate_limits, translation
from credit.api.authentication import Caller
from credit.api.rendering import MEDIA_TYPE
from credit.models.partners import EXPIRY_WARNING, Scope
from credit.rates import Verdict

METHOD_NOT_ALLOWED = 405
_ANYTHING = frozenset({"", "*/*", MEDIA_TYPE})


class Endpoint(APIView):
    """A path of the API. It names the scope of each of its methods; one without is refused."""

    http_method_names = ["get", "head", "post", "delete"]  # noqa: RUF012 - Django's shape for it
    scopes: ClassVar[Mapping[str, Scope | str]] = {}
    caller: Caller | None = None  # once it is known
    verdict: Verdict | None = None  # of the rate limit, likewise

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a request through the framework's steps, on Django's own request.

        What an API of one renderer, no parser and no version has no use for is left out
        (decision record 0011).
        """
        self.request = cast("Request", request)
        try:
            response = self._answer(self.request, *args, **kwargs)
        except translation.KNOWN as error:  # anything else is a fault of ours, and rises
            response = self.handle_exception(error)
        if response.status_code == METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(self.allowed_methods)
        self._tell_limits(response)
        return response

    def _answer(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.META.get("HTTP_ACCEPT", "") not in _ANYTHING:
            self.get_content_negotiator().select_renderer(Request(request), self.get_renderers())
        self._admit(request)
        name = str(request.method).lower()
        handler = getattr(self, name, None) if name in self.http_method_names else None
        if handler is None:
            raise MethodNotAllowed(str(request.method))
        return cast("HttpResponse", handler(request, *args, **kwargs))

    def hold(self, caller: Caller) -> None:
        """Refuse a caller that calls too often."""
        self.verdict = rates.take(caller.key.prefix, caller.grant.limit)
        rate_limits.refuse_beyond(self.verdict)

    def _admit(self, request: Request) -> None:
        """Find out who calls, count the request whatever comes of it, and ask for the scope."""
        for authenticator in self.get_authenticators():
            found = authenticator.authenticate(request)
            if found is not None:
                self.caller = request.user = found[0]
                self.hold(found[0])
                break
        for permission in self.get_permissions():
            if not permission.has_permission(request, self):
                raise NotAuthenticated

    def _tell_limits(self, response: HttpResponse) -> None:
        """Tell the caller what is left of its limit, and of its key's time."""
        if self.verdict is not None:
            for name, value in rate_limits.headers_of(self.verdict).items():
                response.headers[name] = value
        if self.caller is not None:
            expires_at = self.caller.key.expires_at
            if expires_at - timezone.now() <= EXPIRY_WARNING:
                response.headers["Evenhand-Key-Expires"] = moment(expires_at)


def caller_of(request: HttpRequest) -> Caller:
    """Give the partner and key that authentication found."""
    caller = request.user
    if not isinstance(caller, Caller):
        raise TypeError("an endpoint was reached without a key")
    return caller


def replay_headers(*, replayed: bool) -> dict[str, str]:
    """Say in the headers that this answer was given before."""
    return {"Idempotent-Replay": "true"} if replayed else {}
