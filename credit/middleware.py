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
from django.template import loader
from django.utils import timezone

from credit import chance, meters, rates
from credit.rates import Limit

Answer = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
log = structlog.get_logger("credit.requests")
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


def person_limits(answer: Answer) -> Answer:
    """Hold a signed-in person to a number of requests that only a program reaches (record 48)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (_has_session(request) and request.user.is_authenticated):
            return answer(request)
        limit = Limit(settings.EVENHAND_PAGES_PER_SECOND, settings.EVENHAND_PAGES_BURST)
        verdict = rates.take_here(f"person:{request.user.pk}", limit)
        if verdict.is_allowed:
            return answer(request)
        log.warning("too_many_requests", person=request.user.pk)
        return _too_many(verdict.retry_in)

    return middleware


def _too_many(wait: int) -> HttpResponse:
    page = loader.get_template("429.html").render({"wait": wait})  # without who is signed in: cheap
    return HttpResponse(page, status=429, headers={"Retry-After": str(wait)})


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES
