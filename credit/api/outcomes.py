"""How the loans turned out, from the partners who know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit.actions import outcomes as actions
from credit.answers import outcome_of
from credit.api import bodies, fields, idempotency_keys, problem_types, query_strings
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples
from credit.api.openapi.operations import idempotency_key, operation, replay_header
from credit.api.rendering import answered
from credit.models.partners import Scope
from scoring.features import FieldProblem, InputRefused

REQUIRED = ("outcome", "observed_on")
OF_CORRECTIONS = ("corrects", "reason")
LONGEST_REASON = 500
IS_BAD = {"bad": True, "good": False}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Outcomes(Endpoint):
    """What became of a decision.

    A decision has one outcome, and a correction names the version that it corrects, so a repeated
    report is harmless by itself; an Idempotency-Key is welcome but changes nothing.
    """

    scopes: ClassVar = {"POST": Scope.OUTCOMES}

    @operation(
        "report_outcome",
        "Report how a loan turned out, or correct what was reported",
        body=("OutcomeRequest", examples.OUTCOME_REQUESTS),
        answers={201: ("Stored", "Outcome", examples.OUTCOME)},
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
        outcome = actions.report(
            decision_id=decision_id,
            is_bad=said.is_bad,
            observed_on=said.observed_on,
            correction=said.correction,
            key=caller.key,
            at=at,
        )
        headers = replay_headers(replayed=outcome.reported_at != at)
        return answered(outcome_of(outcome), status=201, headers=headers)


@dataclass(frozen=True, slots=True)
class _Said:
    is_bad: bool
    observed_on: date
    correction: actions.Correction | None


def _read(body: Mapping[str, object]) -> _Said:
    """Check every field, and name every bad one at once."""
    correcting = any(name in body for name in OF_CORRECTIONS)
    wanted = (*REQUIRED, *(OF_CORRECTIONS if correcting else ()))
    problems = fields.shape_problems(body, wanted, of="an outcome")
    outcome, day = body.get("outcome"), body.get("observed_on")
    if outcome is not None and not (isinstance(outcome, str) and outcome in IS_BAD):
        problems.append(FieldProblem("/outcome", "unknown_category", "must be one of: bad, good"))
    observed_on = _day(day)
    if day is not None and observed_on is None:
        problems.append(FieldProblem("/observed_on", "wrong_type", "must be a day: YYYY-MM-DD"))
    problems += _correction_problems(body)
    if problems or observed_on is None:
        raise InputRefused(tuple(problems))
    return _Said(IS_BAD[str(outcome)], observed_on, _correction(body))


def _correction_problems(body: Mapping[str, object]) -> list[FieldProblem]:
    number, reason = body.get("corrects"), body.get("reason")
    problems = []
    if number is not None:
        problems += fields.number_problems("/corrects", number, of="a version")
    if reason is not None:
        problems += fields.text_problems("/reason", reason, longest=LONGEST_REASON)
    return problems


def _correction(body: Mapping[str, object]) -> actions.Correction | None:
    number = body.get("corrects")
    if not isinstance(number, int):
        return None
    return actions.Correction(corrects=number, reason=str(body["reason"]))


def _day(value: object) -> date | None:
    """Read a day as ISO 8601 writes it in full; Python itself takes shorter forms as well."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
