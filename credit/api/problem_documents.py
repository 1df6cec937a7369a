"""The one shape of every refusal: a problem document (RFC 9457)."""

import json
from collections.abc import Mapping
from urllib.parse import quote

import structlog
from django.http import HttpRequest, HttpResponse

from credit.api.faults import Fault, printable
from credit.api.problem_types import ProblemType

PATH_SIGNS = "/:@!$&'()*+,;=-._~"  # RFC 3986
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends the request with a problem document."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *faults: Fault,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.headers = dict(headers or {})
        self.members = dict(members or {})  # beyond those that every document has


def respond(problem: Problem, request: HttpRequest) -> HttpResponse:
    """Write the problem down for the caller, and its name into the log line of the request."""
    structlog.contextvars.bind_contextvars(problem=problem.kind.name)
    return said_already(
        HttpResponse(
            json.dumps(_document(problem, request), ensure_ascii=False, separators=(",", ":")),
            content_type=MEDIA_TYPE,
            status=problem.kind.status,
            headers=problem.headers,
        )
    )


def said_already(response: HttpResponse) -> HttpResponse:
    """Keep Django from logging it a second time, with a path and a traceback that hold anything."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - as it does
    return response


def _reference(path: str) -> str:
    """Write a path as a reference; one that begins with two slashes would name a host."""
    quoted = quote(printable(path)[:500], safe=PATH_SIGNS)
    return f"/.{quoted}" if quoted.startswith("//") else quoted


def _document(problem: Problem, request: HttpRequest) -> dict[str, object]:
    return {
        "type": problem.kind.uri,
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": printable(problem.detail),
        "instance": _reference(request.path),
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "errors": [fault.as_document() for fault in problem.faults],
        **problem.members,
    }
