"""What partners say of the decisions they got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit import tenancy
from credit.actions import partner_feedback as actions
from credit.answers import feedback_of
from credit.api import bodies, fields, idempotency_keys, problem_types, query_strings
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples, parts
from credit.api.openapi.operations import (
    idempotency_key,
    operation,
    path_parameter,
    replay_header,
)
from credit.api.rendering import answered
from credit.models import PartnerFeedback
from credit.models.partners import Scope
from credit.queries import decisions as queries
from scoring.features import FieldProblem, InputRefused

KINDS = tuple(PartnerFeedback.Kind.values)
LONGEST_TEXT = 500
LONGEST_FEATURE = 100
PROBLEMS = (problem_types.IDEMPOTENCY_KEY, problem_types.NOT_FOUND, problem_types.CONFLICT)
PARAMETERS = (idempotency_key(required=False), replay_header(201))


class Feedback(Endpoint):
    """What a partner says of one decision. The same words again are the same feedback."""

    scopes: ClassVar = {"GET": Scope.READ, "POST": Scope.OUTCOMES}

    @operation(
        "list_feedback",
        "List what you said of a decision, the newest first",
        answers={200: ("All of it", "FeedbackList", examples.FEEDBACK_LIST)},
        problems=(problem_types.NOT_FOUND,),
    )
    def get(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """Give all of it, or the 404 that another partner's gets as well."""
        caller = caller_of(request)
        query_strings.read(request)
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        with tenancy.rows_of(caller.partner):
            return answered(queries.feedback(decision_id, partner=caller.partner))

    @operation(
        "give_feedback",
        "Say that a reason or the data of a decision is wrong, or that it does not help",
        body=("FeedbackRequest", examples.FEEDBACK_REQUESTS),
        answers={201: ("Stored", "Feedback", examples.FEEDBACK)},
        problems=PROBLEMS,
        parameters=PARAMETERS,
    )
    def post(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        said = _read(_body(request))
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        at = timezone.now()
        given = actions.give(
            decision_id=decision_id,
            kind=said.kind,
            feature=said.feature,
            text=said.text,
            corrects=said.corrects,
            key=caller.key,
            at=at,
        )
        return _told(given, at=at)


class FeedbackWithdrawal(Endpoint):
    """The end of what a partner said by mistake. It stays in the decision's history."""

    scopes: ClassVar = {"POST": Scope.OUTCOMES}

    @operation(
        "withdraw_feedback",
        "Take back what you said of a decision",
        body=("WithdrawalRequest", examples.WITHDRAWAL_REQUESTS),
        answers={201: ("Withdrawn", "Feedback", examples.FEEDBACK_WITHDRAWN)},
        problems=PROBLEMS,
        parameters=(
            *PARAMETERS,
            path_parameter("number", parts.NAMED_NUMBER, "Of the feedback, as it was told."),
        ),
    )
    def post(self, request: HttpRequest, decision_id: str, number: int) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        body = _body(request)
        problems = fields.shape_problems(body, ("text",), of="a withdrawal")
        if body.get("text") is not None:
            problems += fields.text_problems("/text", body["text"], longest=LONGEST_TEXT)
        if problems:
            raise InputRefused(tuple(problems))
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        at = timezone.now()
        given = actions.withdraw(
            decision_id=decision_id, number=number, text=str(body["text"]), key=caller.key, at=at
        )
        return _told(given, at=at)


@dataclass(frozen=True, slots=True)
class _Said:
    kind: str
    feature: str
    text: str
    corrects: int | None


def _body(request: HttpRequest) -> Mapping[str, object]:
    query_strings.read(request)
    idempotency_keys.optional(request)
    return bodies.read(request).content


def _read(body: Mapping[str, object]) -> _Said:
    """Check every field, and name every bad one at once."""
    optional = ("feature", "corrects")
    problems = fields.shape_problems(body, ("kind", "text"), of="feedback", optional=optional)
    kind = body.get("kind")
    if kind is not None and not (isinstance(kind, str) and kind in KINDS):
        words = f"must be one of: {', '.join(KINDS)}"
        problems.append(FieldProblem("/kind", "unknown_category", words))
    for name, longest in (("text", LONGEST_TEXT), ("feature", LONGEST_FEATURE)):
        if body.get(name) is not None:
            problems += fields.text_problems(f"/{name}", body[name], longest=longest)
    number = body.get("corrects")
    if number is not None:
        problems += fields.number_problems("/corrects", number, of="feedback")
    if problems:
        raise InputRefused(tuple(problems))
    corrects = number if isinstance(number, int) else None
    return _Said(str(kind), str(body.get("feature", "")), str(body["text"]), corrects)


def _told(given: PartnerFeedback, *, at: datetime) -> HttpResponse:
    headers = replay_headers(replayed=given.given_at != at)
    return answered(feedback_of(given), status=201, headers=headers)
