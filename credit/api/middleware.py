"""What each request leaves in the log, and the one place that sees the database go away."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from credit.api import problems

log = structlog.get_logger("credit.requests")
NOTED = ("decision_id", "batch_id", "partner", "api_key", "problem")


class RequestLog:
    """Writes one line a request: never a body, a query or a path, which may hold anything."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and write down what came of it."""
        began = time.perf_counter()
        try:
            response = self.answer(request)
            if problems.is_api(request):
                response.headers["Cache-Control"] = "no-store"
            log.info(
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
        """Answer 503 where a view found the database away."""
        if not isinstance(error, problems.DATABASE_AWAY):
            return None
        log.warning("database_away", error=type(error).__name__)
        return problems.unavailable(request)


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else "unmatched"
