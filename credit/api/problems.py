"""Where Django and the REST framework ask what to answer when something went wrong.

Below `/api/` the answer is a problem document; elsewhere it is a page.
"""

import sys
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.views import defaults

from credit import contention
from credit.api import fault_reports, problem_types
from credit.api.problem_documents import Problem, respond, said_already
from credit.api.translation import problem_of
from credit.bodies_to_come import RETRY_AFTER, TooManyComing

DATABASE_AWAY = (OperationalError, InterfaceError)
RETRY = {"Retry-After": RETRY_AFTER}
AWAY = "The database does not answer at the moment."
BUSY = "Another request was changing the same records at this moment, and this one gave way."
GUIDE = "/api/v1/docs/guide/"
ALL_PATHS = "/api/v1/docs/"
ONCE = "under the same Idempotency-Key a request is done once, whether or not it was done already."


def is_api(request: HttpRequest) -> bool:
    """Say whether this request is answered to a machine, be it for a base address with a slash."""
    path = request.path_info
    return path.startswith("/api/") or (path[:2] == "//" and path.lstrip("/").startswith("api/"))


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answer for an endpoint that raised; None lets it rise: to the middleware, `server_error`."""
    problem = problem_of(error)
    return respond(problem, context["request"]) if problem else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django found too suspicious to take."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    detail = "The request cannot be taken as it is."
    if isinstance(exception, DisallowedHost):
        detail = "The header Host is missing, or names no address of this installation."
    return respond(Problem(problem_types.MALFORMED_REQUEST, detail), request)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what may not be done."""
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    return respond(Problem(problem_types.FORBIDDEN, "This is not allowed."), request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a path that does not exist."""
    if not is_api(request):
        return defaults.page_not_found(request, exception)
    detail = "There is no such path."
    if request.path_info.rstrip("/") in {"/api", "/api/v1"}:
        detail = f"Nothing is here but what stands below it: see {GUIDE}."
    elif "//" in request.path_info:
        detail += f" It has two slashes where one belongs. {ALL_PATHS} shows all of them."
    elif request.path_info.endswith("/"):
        detail += f" Those of the API end without a slash; {ALL_PATHS} shows all of them."
    else:
        detail += f" {ALL_PATHS} shows all of them."
    return respond(Problem(problem_types.NOT_FOUND, detail), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours, or where something is away or full outside every view."""
    error = sys.exception()
    if isinstance(error, (*DATABASE_AWAY, TooManyComing)):
        return unavailable(request, error)
    fault_reports.write_down(error)
    if is_api(request):
        detail = "Something broke on our side. It is in our log under the request id."
        return respond(Problem(problem_types.INTERNAL, detail), request)
    return said_already(defaults.server_error(request))


def unavailable(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """Answer while the database is away, or busy: a problem document, or the template `503.html`.

    The template is rendered without the request, for whatever reads who is signed in would ask the
    database again.
    """
    is_busy = contention.is_contention(error)
    headers = {"Retry-After": contention.RETRY_AFTER} if is_busy else RETRY
    if is_api(request):
        detail = f"{BUSY if is_busy else AWAY} Please try again; {ONCE}"
        return respond(Problem(problem_types.UNAVAILABLE, detail, headers=headers), request)
    try:
        why = {"is_busy": is_busy, "is_full": isinstance(error, TooManyComing)}
        page = loader.get_template("503.html").render(why)
    except TemplateDoesNotExist:
        page = "<h1>Not available at the moment</h1><p>Please try again in a few seconds.</p>"
    return HttpResponse(page, status=503, headers=headers)
