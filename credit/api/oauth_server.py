"""OAuth 2.0 as far as we serve it: client credentials for a token, by the toolkit's rules."""

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request as OAuthRequest
from oauthlib.oauth2 import BackendApplicationServer

from credit import access, rates, shown_keys
from credit.actions import tokens
from credit.api import rate_limits

if TYPE_CHECKING:
    from credit.models import ApiKey
    from credit.rates import Verdict


class ClientCredentials(OAuth2Validator):  # type: ignore[misc]  # the toolkit is not typed
    """What the toolkit asks about a client, answered for one request from our own tables."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
        self.key: ApiKey | None = None
        self.verdict: Verdict | None = None

    def authenticate_client(self, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        """Ask for the client's secret, in the header or the body, and count the request."""
        if not super().authenticate_client(request, *args, **kwargs) or self.key is None:
            return False
        self.verdict = rates.take(self.key.prefix, access.limit_of(self.key))
        rate_limits.refuse_beyond(self.verdict)
        return True

    def validate_scopes(
        self, _client_id: str, scopes: Collection[str], *_args: Any, **_kwargs: Any
    ) -> bool:
        """Grant only what the client has."""
        return self.key is not None and set(scopes) <= set(self.key.scopes)

    def get_default_scopes(self, *_args: Any, **_kwargs: Any) -> list[str]:
        """Grant everything it has to a client that names nothing."""
        return list(self.key.scopes) if self.key is not None else []

    def save_bearer_token(
        self, token: dict[str, Any], request: OAuthRequest, *_args: Any, **_kwargs: Any
    ) -> None:
        """Keep the digest of a token."""
        if self.key is not None:
            tokens.grant(
                client=self.key, token=token["access_token"], scopes=request.scopes, at=self.at
            )

    def _extract_basic_auth(self, request: OAuthRequest) -> str | None:
        given: str | None = super()._extract_basic_auth(request)
        return given if given is not None and given.isascii() else None  # else b64decode raises

    def _load_application(self, client_id: str | None, request: OAuthRequest) -> Any:
        self.key = access.of_client(client_id, at=self.at)
        request.client = self.key.application if self.key is not None else None
        return request.client

    def _check_secret(self, provided_secret: str, _stored: str) -> bool:
        if self.key is None or not provided_secret.isascii():
            return False
        return hmac.compare_digest(shown_keys.digest(provided_secret), self.key.digest)


class Core(OAuthLibCore):  # type: ignore[misc]  # the toolkit is not typed
    """The toolkit's way from a request to OAuthLib, with a form that was read by us."""

    def __init__(self, validator: ClientCredentials, form: list[tuple[str, str]]) -> None:
        super().__init__(
            BackendApplicationServer(
                validator,
                token_generator=_new_token,
                token_expires_in=int(tokens.GOOD_FOR.total_seconds()),
            )
        )
        self.form = form

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Give the form."""
        del request
        return self.form


def _new_token(request: OAuthRequest, *_args: Any, **_kwargs: Any) -> str:
    prefix = shown_keys.prefix_of_client(request.client.client_id)
    return shown_keys.new("evt", prefix or "")
