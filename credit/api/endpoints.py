"""What every endpoint is."""

from collections.abc import Mapping
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from credit.api.authentication import Caller
from credit.models.partners import Scope


class Endpoint(APIView):
    """A path of the API. It names the scope of each of its methods; one without is refused."""

    http_method_names = ["get", "head", "post", "delete"]  # noqa: RUF012 - Django's shape for it
    scopes: ClassVar[Mapping[str, Scope | str]] = {}


def caller_of(request: Request) -> Caller:
    """Give the partner and key that authentication found."""
    caller = request.user
    if not isinstance(caller, Caller):
        raise TypeError("an endpoint was reached without a key")
    return caller


def replay_headers(*, replayed: bool) -> dict[str, str]:
    """Say in the headers that this answer was given before."""
    return {"Idempotent-Replay": "true"} if replayed else {}
