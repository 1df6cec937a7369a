"""What every request goes through, beside Django's own middleware."""

import re
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit import chance, meters

Answer = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
_GOOD_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def metered(answer: Answer) -> Answer:
    """Count each request and how long it took, by the pattern of its address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        meters.began()
        try:
            response = answer(request)
        finally:
            meters.ended()
        match = request.resolver_match
        meters.answered(
            match.route if match else "unmatched",
            request.method or "",
            response.status_code,
            time.perf_counter() - began,
        )
        return response

    return middleware


def request_id(answer: Answer) -> Answer:
    """Name each request, in the logs and to the caller; a caller's own plain name is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if _GOOD_ID.fullmatch(given) else chance.sixteen().hex()
        structlog.contextvars.bind_contextvars(request_id=name)
        try:
            response = answer(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response.headers["X-Request-Id"] = name
        return response

    return middleware


def permissions_policy(answer: Answer) -> Answer:
    """Deny the browser features that no page here uses."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        return response

    return middleware


def session_limits(answer: Answer) -> Answer:
    """Sign a person out some hours after they signed in, however busy the session is.

    Until then a request prolongs it, written down once a minute: each would cost a page a write.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _has_session(request) and request.user.is_authenticated:
            now, session = timezone.now(), request.session
            began = datetime.fromisoformat(session.setdefault("began_at", now.isoformat()))
            if now - began > settings.SESSION_LONGEST:
                logout(request)
            elif now - _seen_at(session, began) >= settings.SESSION_BEGUN_ANEW_AFTER:
                session["seen_at"] = now.isoformat()
        return answer(request)

    return middleware


def _seen_at(session: SessionBase, began: datetime) -> datetime:
    return datetime.fromisoformat(session["seen_at"]) if "seen_at" in session else began


def private_pages(answer: Answer) -> Answer:
    """Keep what a signed-in person saw out of every cache, the browser's included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if _has_session(request) and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES
