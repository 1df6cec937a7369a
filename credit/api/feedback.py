"""What partners say of the decisions they got."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit.actions import partner_feedback as actions
from credit.answers import moment
from credit.api import bodies, fields, idempotency_keys, problem_types, query_strings
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples
from credit.api.openapi.operations import idempotency_key, operation, replay_header
from credit.api.rendering import answered
from credit.models import PartnerFeedback
from credit.models.partners import Scope
from scoring.features import FieldProblem, InputRefused

KINDS = tuple(PartnerFeedback.Kind.values)
LONGEST_TEXT = 500
LONGEST_FEATURE = 100


class Feedback(Endpoint):
    """What a partner says of one decision. The same words again are the same feedback."""

    scopes: ClassVar = {"POST": Scope.OUTCOMES}

    @operation(
        "give_feedback",
        "Say that a reason or the data of a decision is wrong, or that it does not help",
        body=("FeedbackRequest", examples.FEEDBACK_REQUESTS),
        answers={201: ("Stored", "Feedback", examples.FEEDBACK)},
        problems=(problem_types.IDEMPOTENCY_KEY, problem_types.NOT_FOUND, problem_types.CONFLICT),
        parameters=(idempotency_key(required=False), replay_header(201)),
    )
    def post(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        query_strings.read(request)
        idempotency_keys.optional(request)
        said = _read(bodies.read(request).content)
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        at = timezone.now()
        given = actions.give(
            decision_id=decision_id,
            kind=said.kind,
            feature=said.feature,
            text=said.text,
            key=caller.key,
            at=at,
        )
        headers = replay_headers(replayed=given.given_at != at)
        return answered(_told(given), status=201, headers=headers)


@dataclass(frozen=True, slots=True)
class _Said:
    kind: str
    feature: str
    text: str


def _read(body: Mapping[str, object]) -> _Said:
    """Check every field, and name every bad one at once."""
    problems = fields.shape_problems(body, ("kind", "text"), of="feedback", optional=("feature",))
    kind = body.get("kind")
    if kind is not None and not (isinstance(kind, str) and kind in KINDS):
        words = f"must be one of: {', '.join(KINDS)}"
        problems.append(FieldProblem("/kind", "unknown_category", words))
    for name, longest in (("text", LONGEST_TEXT), ("feature", LONGEST_FEATURE)):
        if body.get(name) is not None:
            problems += fields.text_problems(f"/{name}", body[name], longest=longest)
    if problems:
        raise InputRefused(tuple(problems))
    return _Said(str(kind), str(body.get("feature", "")), str(body["text"]))


def _told(given: PartnerFeedback) -> dict[str, Any]:
    return {
        "decision": given.decision_id,
        "kind": str(given.kind),
        "feature": given.feature or None,
        "text": given.text,
        "given_at": moment(given.given_at),
    }
