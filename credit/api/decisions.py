"""Decisions: made, read, and found again."""

import re
from collections.abc import Mapping
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit import tenancy
from credit.actions import decisions as actions
from credit.api import bodies, idempotency_keys, problem_types, query_strings
from credit.api.converters import PublicId
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples, parts
from credit.api.openapi.operations import (
    idempotency_key,
    operation,
    query_parameter,
    replay_header,
)
from credit.api.problem_documents import Problem
from credit.api.rendering import answered
from credit.models.partners import Scope
from credit.queries import decisions as queries

DECISION_ID = re.compile(PublicId.regex)


class Decisions(Endpoint):
    """Where applications come in, and where a partner finds its own again."""

    scopes: ClassVar = {"POST": Scope.SCORE, "GET": Scope.READ}

    @operation(
        "decide",
        "Score an application and decide what policy lets be decided",
        body=("DecisionRequest", examples.DECISION_REQUESTS),
        answers={201: ("Decided and stored", "Decision", examples.DECISION)},
        problems=(problem_types.IDEMPOTENCY_KEY, problem_types.IDEMPOTENCY_CONFLICT),
        parameters=(idempotency_key(required=True), replay_header(201)),
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        query_strings.read(request)
        key = idempotency_keys.required(request)
        body = bodies.read(request)
        decided = actions.decide(
            product=body.content.get("product"),
            partner=caller.partner,
            key=caller.key,
            body=body.content,
            idempotency=actions.Idempotency(key=key, body_sha256=body.sha256),
            at=timezone.now(),
        )
        structlog.contextvars.bind_contextvars(
            decision_id=decided.decision_id,
            recommendation=decided.answer["recommendation"],
            model=decided.answer["model"]["version"],
            scored_by=decided.answer["model"]["route"],
        )
        return answered(decided.text, status=201, headers=replay_headers(replayed=decided.replayed))

    @operation(
        "list_decisions",
        "List your decisions, the newest first",
        answers={200: ("A page of them", "DecisionPage", examples.DECISION_PAGE)},
        parameters=(
            query_parameter("reference", parts.REFERENCE, "Only those of this reference."),
            query_parameter("cursor", parts.ID, "Where to go on: `next` of the page before."),
        ),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Give a page of them."""
        caller = caller_of(request)
        query = query_strings.read(request, "reference", "cursor")
        with tenancy.rows_of(caller.partner):
            page = queries.listing(
                caller.partner, query.get("reference"), _cursor(query), at=timezone.now()
            )
        return answered(page)


class DecisionDetail(Endpoint):
    """One decision as it stands now."""

    scopes: ClassVar = {"GET": Scope.READ}

    @operation(
        "read_decision",
        "Read a decision as it stands now",
        answers={200: ("The decision", "Decision", examples.DECISION)},
        problems=(problem_types.NOT_FOUND,),
    )
    def get(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """Give it, or the 404 that another partner's gets as well."""
        caller = caller_of(request)
        query_strings.read(request)
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        with tenancy.rows_of(caller.partner):
            answer = queries.answer(decision_id, partner=caller.partner, at=timezone.now())
        return answered(answer)


def _cursor(query: Mapping[str, str]) -> str | None:
    cursor = query.get("cursor")
    if cursor is not None and not DECISION_ID.fullmatch(cursor):
        raise Problem(problem_types.MALFORMED_REQUEST, query_strings.FOREIGN_CURSOR)
    return cursor
