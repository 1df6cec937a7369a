"""How an endpoint's method says what it takes and gives."""

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
)

from credit.api import bodies, problem_documents, problem_types
from credit.api.openapi import examples
from credit.api.openapi.parts import Schema, ref
from credit.api.problem_types import ProblemType

Method = TypeVar("Method", bound=Callable[..., Any])

ANY_TIME = (
    problem_types.MALFORMED_REQUEST,
    problem_types.UNAUTHENTICATED,
    problem_types.FORBIDDEN,
    problem_types.NOT_ACCEPTABLE,
    problem_types.RATE_LIMITED,
    problem_types.INTERNAL,
    problem_types.UNAVAILABLE,
)
OF_A_TOKEN = (
    problem_types.MALFORMED_REQUEST,
    problem_types.OAUTH_REQUEST,
    problem_types.OAUTH_CLIENT,
    problem_types.NOT_ACCEPTABLE,
    problem_types.TOO_LARGE,
    problem_types.UNSUPPORTED_MEDIA_TYPE,
    problem_types.RATE_LIMITED,
    problem_types.INTERNAL,
    problem_types.UNAVAILABLE,
)
WITH_A_BODY = (
    problem_types.VALIDATION,
    problem_types.MALFORMED_JSON,
    problem_types.TOO_LARGE,
    problem_types.UNSUPPORTED_MEDIA_TYPE,
)
WITH_A_FILE = (
    problem_types.VALIDATION,
    problem_types.TOO_LARGE,
    problem_types.UNSUPPORTED_MEDIA_TYPE,
)
REQUEST_ID = OpenApiParameter(
    "X-Request-ID",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="Your own name for this request: 8 to 64 letters, digits and dashes, kept in our"
    " log and given back. Another one is not refused but replaced by one of ours.",
)

RATE_LIMIT = (
    OpenApiParameter(
        "RateLimit-Policy",
        {"type": "string"},
        OpenApiParameter.HEADER,
        response=True,
        description="So many requests at once (q), and the seconds in which they grow again (w).",
    ),
    OpenApiParameter(
        "RateLimit",
        {"type": "string"},
        OpenApiParameter.HEADER,
        response=True,
        description="How many are left (r), and the seconds until all are (t). These two headers"
        " are there once it is known who calls.",
    ),
)
KEY_EXPIRES = OpenApiParameter(
    "Evenhand-Key-Expires",
    {"type": "string", "format": "date-time"},
    OpenApiParameter.HEADER,
    response=True,
    description="When the key ends: there in its last 14 days.",
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    {"type": "integer"},
    OpenApiParameter.HEADER,
    response=[429, 503],
    description="Seconds to wait before the same request.",
)
ALWAYS = (REQUEST_ID, *RATE_LIMIT, RETRY_AFTER, KEY_EXPIRES)


def idempotency_key(*, required: bool) -> OpenApiParameter:
    """Describe the header that makes a repeated request harmless."""
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "pattern": "^[!-~]{1,255}$"},
        OpenApiParameter.HEADER,
        required=required,
        description="A random name of this request. The same key and body give the same answer.",
    )


def replay_header(*statuses: int) -> OpenApiParameter:
    """Describe the header of an answer that was given before."""
    return OpenApiParameter(
        "Idempotent-Replay",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=list(statuses),
        description="There if this answer was given before to the same key and body.",
    )


def operation(  # the parts of an OpenAPI operation
    name: str,
    summary: str,
    *,
    answers: Mapping[int, tuple[str, str, Any]],
    body: tuple[str, Mapping[str, Any]] | None = None,
    file: Mapping[str, OpenApiRequest] | None = None,
    problems: tuple[ProblemType, ...] = (),
    parameters: tuple[OpenApiParameter, ...] = (),
) -> Callable[[Method], Method]:
    """Describe a method.

    `body` is (component, examples by name), a `file` is what it may be by media type; an answer is
    (words, component, example).
    """
    known = (*ANY_TIME, *(WITH_A_BODY if body else WITH_A_FILE if file else ()), *problems)
    decorate: Callable[[Method], Method] = extend_schema(
        operation_id=name,
        summary=summary,
        request=_request(bodies.JSON_TYPE, *body) if body else file,
        responses=_answers(answers) | _problems(known),
        parameters=[*ALWAYS, *parameters],
    )
    return decorate


def token_operation(
    *, body: tuple[str, Mapping[str, Any]], answers: Mapping[int, tuple[str, str, Any]]
) -> Callable[[Method], Method]:
    """Describe the one operation that takes a form and no key."""
    decorate: Callable[[Method], Method] = extend_schema(
        operation_id="get_token",
        summary="Get an access token for an OAuth client",
        request=_request(bodies.FORM_TYPE, *body),
        responses=_answers(answers) | _problems(OF_A_TOKEN),
        parameters=[*ALWAYS],
        auth=[{"oauthClient": []}, {}],  # type: ignore[list-item]  # names alone, it says
    )
    return decorate


def _request(
    media_type: str, component: str, shown: Mapping[str, Any]
) -> dict[str, OpenApiRequest]:
    named = [OpenApiExample(name, value=value, request_only=True) for name, value in shown.items()]
    return {media_type: OpenApiRequest(ref(component), examples=named)}


def _answers(answers: Mapping[int, tuple[str, str, Any]]) -> dict[Any, OpenApiResponse]:
    return {
        (status, "application/json"): OpenApiResponse(
            ref(component),
            description=words,
            examples=[OpenApiExample(component, value=example, response_only=True)],
        )
        for status, (words, component, example) in answers.items()
    }


def _problems(kinds: tuple[ProblemType, ...]) -> dict[Any, OpenApiResponse]:
    by_status = groupby(sorted(kinds, key=attrgetter("status")), key=attrgetter("status"))
    return {
        (status, problem_documents.MEDIA_TYPE): _problem(list(same)) for status, same in by_status
    }


def _problem(kinds: list[ProblemType]) -> OpenApiResponse:
    shown = [
        OpenApiExample(
            kind.name, summary=kind.title, value=examples.problem(kind), response_only=True
        )
        for kind in kinds
    ]
    return OpenApiResponse(
        ref("Problem"), description=". ".join(kind.title for kind in kinds), examples=shown
    )


def file_of(schema: Schema, **shown: object) -> OpenApiRequest:
    """Describe a body that is no JSON, with examples by name."""
    named = [OpenApiExample(name, value=value, request_only=True) for name, value in shown.items()]
    return OpenApiRequest(schema, examples=named)


def location_header(*statuses: int) -> OpenApiParameter:
    """Describe the header that says where to look after what was begun."""
    return OpenApiParameter(
        "Location",
        {"type": "string", "format": "uri-reference"},
        OpenApiParameter.HEADER,
        response=list(statuses),
        description="Where to read how far it is.",
    )


def path_parameter(name: str, schema: Schema, words: str) -> OpenApiParameter:
    """Describe a parameter of the path, where its form alone does not say enough."""
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=words)


def query_parameter(
    name: str, schema: Schema, words: str, *, required: bool = False
) -> OpenApiParameter:
    """Describe a parameter of the query."""
    return OpenApiParameter(
        name, schema, OpenApiParameter.QUERY, description=words, required=required
    )
