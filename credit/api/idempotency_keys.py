"""The Idempotency-Key header."""

import re

from django.http import HttpRequest

from credit.api import problem_types
from credit.api.problem_documents import Problem

HEADER = "Idempotency-Key"
_GOOD = re.compile(r"[\x21-\x7e]{1,255}")


def required(request: HttpRequest) -> str:
    """Give the key of a request that cannot do without one."""
    key = optional(request)
    if key is None:
        raise Problem(problem_types.IDEMPOTENCY_KEY, f"The header {HEADER} is missing.")
    return key


def optional(request: HttpRequest) -> str | None:
    """Give the key if there is one."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not _GOOD.fullmatch(key):
        raise Problem(
            problem_types.IDEMPOTENCY_KEY, f"{HEADER} must be 1 to 255 visible ASCII characters."
        )
    return key
