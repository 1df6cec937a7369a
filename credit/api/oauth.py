"""Where an OAuth client changes its secret for a token (RFC 6749, section 4.4)."""

import json
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit.api import bodies, problem_types, query_strings, strangers
from credit.api.endpoints import Endpoint
from credit.api.oauth_server import ClientCredentials, Core
from credit.api.openapi import examples
from credit.api.openapi.operations import token_operation
from credit.api.permissions import NO_KEY
from credit.api.problem_documents import Problem
from credit.api.rendering import answered


class Tokens(Endpoint):
    """The one endpoint without a key: the client's secret is what is shown."""

    authentication_classes = ()
    permission_classes = ()
    scopes: ClassVar = {"POST": NO_KEY}

    @token_operation(
        body=("TokenRequest", examples.TOKEN_REQUESTS),
        answers={200: ("A token", "Token", examples.TOKEN)},
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Translate, call once, answer."""
        query_strings.read(request)
        form = bodies.read_form(request)
        validator = ClientCredentials(at=timezone.now())
        try:
            _, _, body, status = Core(validator, form).create_token_response(request)
        finally:
            self.verdict = validator.verdict
        told = json.loads(body)
        if status == 401:
            strangers.refuse_beyond(request)
        if status != 200:
            raise _problem(told)
        return answered(told, headers={"Pragma": "no-cache"})


def _problem(told: dict[str, Any]) -> Problem:
    """Tell what the RFC's error says, and keep its name for the client's library."""
    error, words = str(told["error"]), str(told.get("error_description", ""))
    is_stranger = error == "invalid_client"
    return Problem(
        problem_types.OAUTH_CLIENT if is_stranger else problem_types.OAUTH_REQUEST,
        words or _WORDS.get(error, "The token request cannot be answered."),
        headers={"WWW-Authenticate": 'Basic realm="evenhand"'} if is_stranger else {},
        members={"error": error},
    )


_WORDS = {
    "invalid_client": "Send the id and the secret of an OAuth client that has neither expired nor"
    " been revoked.",
    "invalid_scope": "The client has not all of the scopes that “scope” names.",
    "unsupported_grant_type": "The only grant here is “client_credentials”.",
}
