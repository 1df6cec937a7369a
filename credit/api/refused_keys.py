"""Why what was shown opens nothing: told to whoever shows all of it, so a guess learns nothing."""

import hmac
from datetime import datetime

import structlog
from django.db.models import QuerySet

from credit import shown_keys
from credit.answers import moment
from credit.api import problem_types
from credit.api.problem_documents import Problem
from credit.models import ApiKey

HOW = "Send a valid API key or access token: Authorization: Bearer ev_…."
NO_BEARER = (
    "The header Authorization must be the word Bearer, a blank, and an API key or access token of"
    " at most 200 characters."
)
NOT_WHOLE = (
    "This is no key or access token of ours, or not the whole of it: the checksum at its end does"
    " not fit. Copy it again, without blanks, quotes or line breaks."
)
OF_A_CLIENT = (
    "This is the secret of an OAuth client, which opens nothing by itself. Change it for an access"
    " token at /api/v1/oauth/token, and send that."
)
NOT_KNOWN = "Nobody here has this key. Look whether it is of this installation."
ENDED = "This access token is not known, or its hour is over. Get a new one at /api/v1/oauth/token."


def unauthenticated(detail: str = HOW) -> Problem:
    """Give the refusal of somebody whom we do not know."""
    headers = {"WWW-Authenticate": 'Bearer realm="evenhand"'}
    return Problem(problem_types.UNAUTHENTICATED, detail, headers=headers)


def reason(shown: str, *, at: datetime) -> str:
    """Say in a sentence or two why this opens nothing now.

    What is known of a key stands in it only where its digest fits: whoever has all 256 bits of
    chance may know that they are good for nothing any more.
    """
    look = shown_keys.read(shown)
    if look is None:
        return NOT_WHOLE
    if look.tag == "evs":
        return OF_A_CLIENT
    digest = shown_keys.digest(shown)
    if look.tag == "evt":
        key = _keys().filter(application__accesstoken__token_checksum=digest).first()
        return _ended(key, at=at) or ENDED
    key = _keys().filter(prefix=look.prefix, application=None).first()
    is_shown = key is not None and hmac.compare_digest(key.digest, digest)
    return (_ended(key, at=at) if is_shown else None) or NOT_KNOWN


def _keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.select_related("partner").order_by("pk")


def _ended(key: ApiKey | None, *, at: datetime) -> str | None:
    if key is None:
        return None
    # Who goes on with a key that was revoked for a reason is to be found in the log.
    structlog.contextvars.bind_contextvars(partner=key.partner.slug, api_key=key.prefix)
    what = "This key" if key.application_id is None else f"The OAuth client {key.name}"
    if key.revoked_at is not None:
        return f"{what} was revoked at {moment(key.revoked_at)}. Ask your contact for a new one."
    if key.expires_at <= at:
        return f"{what} expired at {moment(key.expires_at)}. Ask your contact for a new one."
    if not key.partner.is_active:
        return f"{what} belongs to a partner whose account is not active. Ask your contact."
    return None
