"""What each request leaves in the log, where the database goes away, and a machine's short way."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import structlog
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import resolve

from credit import contention, logs
from credit.api import problems
from credit.middleware import PERMISSIONS

log = structlog.get_logger("credit.requests")
lines = logs.straight("credit.requests")
NOTED = (
    *("decision_id", "recommendation", "model", "scored_by", "batch_id"),
    *("partner", "api_key", "problem"),
)
PAGES = "/api/v1/docs"  # people read them, so they are pages like others
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Permissions-Policy", PERMISSIONS),
    ("X-Frame-Options", settings.X_FRAME_OPTIONS),
)
Answer = Callable[[HttpRequest], HttpResponse]
Fixed = dict[str, tuple[str, str]]  # a header's name and value, by its name in small letters


class RequestLog:
    """Writes one line a request: never a body, a query or a path, which may hold anything."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and write down what came of it."""
        began = time.perf_counter()
        try:
            response = self.answer(request)
            if problems.is_api(request):
                response.headers["Cache-Control"] = "no-store"
            lines.info(
                "request",
                method=request.method,
                route=_route(request),
                status=response.status_code,
                duration_ms=round((time.perf_counter() - began) * 1000, 2),
            )
        finally:
            structlog.contextvars.unbind_contextvars(*NOTED)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 where a view found the database away, or others at the same rows."""
        return _unavailable(request, error) if isinstance(error, problems.DATABASE_AWAY) else None


def straight(answer: Answer) -> Answer:
    """Take a machine's request to its view at once, past what only pages need.

    Sessions, forms' tokens, messages and htmx are for browsers; a key in a header needs none, and
    of the other middleware an answer in JSON needs the headers (decision record 0011).
    """
    security = SecurityMiddleware(answer)
    fixed: dict[bool, Fixed] = {}  # by whether the request came over HTTPS
    view = cast("Answer", convert_exception_to_response(_view))

    def middleware(request: HttpRequest) -> HttpResponse:
        if not problems.is_api(request) or request.path_info.startswith(PAGES):
            return answer(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return answer(request)  # it is told where to go
        response = view(request)
        is_secure = request.is_secure()
        if is_secure not in fixed:
            fixed[is_secure] = _fixed(security, request)
        # Past the mapping's own way, which converts and checks a name and a value each time.
        response.headers._store.update(fixed[is_secure])  # noqa: SLF001 - has no public way
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _fixed(security: SecurityMiddleware, request: HttpRequest) -> Fixed:
    """Say the headers that every answer has, as Django keeps them."""
    answer = security.process_response(request, HttpResponse())
    del answer.headers["Content-Type"]
    for name, value in _HEADERS:
        answer.headers[name] = value
    return answer.headers._store  # noqa: SLF001 - see above


def _view(request: HttpRequest) -> HttpResponse:
    """Find the view and call it, as Django's handler does after the last middleware."""
    request.get_host()  # refuses a name that is not ours
    request.resolver_match = match = _resolved(request.path_info)
    try:
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except problems.DATABASE_AWAY as error:
        return _unavailable(request, error)
    return response


_resolved = lru_cache(maxsize=64)(resolve)  # most requests go to one address


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    is_busy = contention.is_contention(error)
    log.warning("rows_contended" if is_busy else "database_away", error=type(error).__name__)
    return problems.unavailable(request, error)


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else "unmatched"
