"""What a caller is told of its rate limit: the IETF's draft headers, and 429 beyond it."""

from credit.api import problem_types
from credit.api.problem_documents import Problem
from credit.rates import Verdict

_POLICY = '"default"'


def headers_of(verdict: Verdict) -> dict[str, str]:
    """Say the policy and what is left of it, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    limit = verdict.limit
    window = -(-limit.burst // limit.per_second)  # seconds in which an empty bucket fills
    return {
        "RateLimit-Policy": f"{_POLICY};q={limit.burst};w={window}",
        "RateLimit": f"{_POLICY};r={verdict.remaining};t={verdict.full_in}",
    }


def refuse_beyond(verdict: Verdict) -> None:
    """End a request that comes too soon after those before it."""
    if not verdict.is_allowed:
        limit = verdict.limit
        raise Problem(
            problem_types.RATE_LIMITED,
            f"This key may send {limit.per_second} requests a second and {limit.burst} at once.",
            headers={"Retry-After": str(verdict.retry_in)},
        )
