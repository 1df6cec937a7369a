"""How the loans turned out, from the partners who know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import structlog
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from credit.actions import outcomes as actions
from credit.answers import moment
from credit.api import bodies, idempotency_keys, problem_types, query_strings
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples
from credit.api.openapi.operations import idempotency_key, operation, replay_header
from credit.models import Outcome
from credit.models.partners import Scope
from scoring.features import FieldProblem, InputRefused, escaped

FIELDS = ("outcome", "observed_on")
IS_BAD = {"bad": True, "good": False}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Outcomes(Endpoint):
    """What became of a decision.

    A decision has one outcome, so the decision itself makes a repeated report harmless; an
    Idempotency-Key is welcome but changes nothing.
    """

    scopes: ClassVar = {"POST": Scope.OUTCOMES}

    @operation(
        "report_outcome",
        "Report how a loan turned out",
        body=("OutcomeRequest", examples.OUTCOME_REQUESTS),
        answers={201: ("Stored", "Outcome", examples.OUTCOME)},
        problems=(problem_types.IDEMPOTENCY_KEY, problem_types.NOT_FOUND, problem_types.CONFLICT),
        parameters=(idempotency_key(required=False), replay_header(201)),
    )
    def post(self, request: Request, decision_id: str) -> Response:
        """Translate, call once, answer."""
        caller = caller_of(request)
        query_strings.read(request)
        idempotency_keys.optional(request)
        said = _read(bodies.read(request).content)
        structlog.contextvars.bind_contextvars(decision_id=decision_id)
        at = timezone.now()
        outcome = actions.report(
            decision_id=decision_id,
            is_bad=said.is_bad,
            observed_on=said.observed_on,
            key=caller.key,
            at=at,
        )
        headers = replay_headers(replayed=outcome.reported_at != at)
        return Response(_told(outcome), status=201, headers=headers)


@dataclass(frozen=True, slots=True)
class _Said:
    is_bad: bool
    observed_on: date


def _read(body: Mapping[str, object]) -> _Said:
    """Check every field, and name every bad one at once."""
    problems = [
        FieldProblem(f"/{escaped(key)}", "unknown_field", "is no field of an outcome")
        for key in body
        if key not in FIELDS
    ]
    problems += [
        FieldProblem(f"/{name}", "missing", "is missing")
        for name in FIELDS
        if body.get(name) is None
    ]
    outcome, day = body.get("outcome"), body.get("observed_on")
    if outcome is not None and not (isinstance(outcome, str) and outcome in IS_BAD):
        problems.append(FieldProblem("/outcome", "unknown_category", "must be one of: bad, good"))
    observed_on = _day(day)
    if day is not None and observed_on is None:
        problems.append(FieldProblem("/observed_on", "wrong_type", "must be a day: YYYY-MM-DD"))
    if problems or observed_on is None:
        raise InputRefused(tuple(problems))
    return _Said(IS_BAD[str(outcome)], observed_on)


def _day(value: object) -> date | None:
    """Read a day as ISO 8601 writes it in full; Python itself takes shorter forms as well."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "decision": outcome.pk,
        "outcome": "bad" if outcome.is_bad else "good",
        "observed_on": outcome.observed_on.isoformat(),
        "reported_at": moment(outcome.reported_at),
        "matures_on": outcome.matures_on.isoformat(),
    }
