"""What the rooms below raise, as the problem a caller sees."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions

from credit.actions.decisions import IdempotencyConflict
from credit.actions.outcomes import OutcomeConflict
from credit.actions.refusals import ActionDenied, NotAllowed
from credit.api import problem_types, refused_keys
from credit.api.faults import Fault
from credit.api.problem_documents import Problem
from credit.bodies_to_come import RETRY_AFTER, TooManyComing
from scoring.features import InputRefused

COMING = (
    "Too many requests are being sent at this moment whose bodies do not come. Please try again;"
    " send a body at once and whole."
)


def problem_of(error: BaseException) -> Problem | None:
    """Give the problem that tells the caller of this exception.

    None for a fault of ours, and for a database that is away: `credit.api.middleware` sees that.
    """
    for kinds, build in _TABLE:
        if isinstance(error, kinds):
            return build(error)
    return None


def _itself(problem: Problem) -> Problem:
    return problem


def _input_refused(refused: InputRefused) -> Problem:
    faults = [Fault(fault.pointer, fault.code, fault.message) for fault in refused.problems]
    number = "One field is" if len(faults) == 1 else f"{len(faults)} fields are"
    detail = f"{number} not as asked for: “errors” says which, and why."
    return Problem(problem_types.VALIDATION, detail, *faults)


def _unauthenticated(_error: exceptions.APIException) -> Problem:
    return refused_keys.unauthenticated()


def _not_allowed(refused: Exception) -> Problem:
    return Problem(problem_types.FORBIDDEN, str(refused) or "This key may not do that.")


def _not_found(_error: Exception) -> Problem:
    return Problem(problem_types.NOT_FOUND, "There is nothing here that this key can see.")


def _method_not_allowed(error: exceptions.MethodNotAllowed) -> Problem:
    return Problem(problem_types.METHOD_NOT_ALLOWED, str(error.detail))


def _not_acceptable(_error: exceptions.NotAcceptable) -> Problem:
    return Problem(problem_types.NOT_ACCEPTABLE, "This API answers in application/json only.")


def _conflict(denied: ActionDenied) -> Problem:
    return Problem(problem_types.CONFLICT, str(denied))


def _idempotency_conflict(conflict: IdempotencyConflict) -> Problem:
    return Problem(problem_types.IDEMPOTENCY_CONFLICT, str(conflict))


def _outcome_conflict(conflict: OutcomeConflict) -> Problem:
    how = f"If that was wrong, correct it: “corrects”: {conflict.newest}, with a “reason”."
    return Problem(problem_types.CONFLICT, f"{conflict} {how}")


def _too_many_coming(_error: TooManyComing) -> Problem:
    return Problem(problem_types.UNAVAILABLE, COMING, headers={"Retry-After": RETRY_AFTER})


def _suspicious(_error: SuspiciousOperation) -> Problem:
    return Problem(problem_types.MALFORMED_REQUEST, "The request cannot be taken as it is.")


_Kinds = type[Exception] | tuple[type[Exception], ...]
_TABLE: tuple[tuple[_Kinds, Callable[[Any], Problem]], ...] = (
    (Problem, _itself),
    (InputRefused, _input_refused),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), _unauthenticated),
    ((NotAllowed, PermissionDenied, exceptions.PermissionDenied), _not_allowed),
    (IdempotencyConflict, _idempotency_conflict),
    (OutcomeConflict, _outcome_conflict),
    (ActionDenied, _conflict),
    ((Http404, ObjectDoesNotExist), _not_found),
    (exceptions.MethodNotAllowed, _method_not_allowed),
    (exceptions.NotAcceptable, _not_acceptable),
    (SuspiciousOperation, _suspicious),
    (TooManyComing, _too_many_coming),
)
# What is told to a caller; anything else is a fault of ours, or a database that is away.
KNOWN: tuple[type[Exception], ...] = tuple(
    kind for kinds, _ in _TABLE for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
)
