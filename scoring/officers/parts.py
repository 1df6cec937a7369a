"""The figures of a mirror: shares with their n and interval, and one thing beside another."""

import math
from dataclasses import dataclass
from enum import StrEnum

from scoring.officers.shrink import Shrunk
from scoring.officers.tables import Estimate
from scoring.proportions import Share, Z, exact

ENOUGH = 20  # fewer say nothing about a share


class Verdict(StrEnum):
    """What is said of an officer beside peers. Nothing is ever called fair."""

    DIFFERS = "differs"
    NOT_SHOWN = "not shown to differ"
    INSUFFICIENT = "insufficient evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of n with its exact 95 % interval; without them where n is too small."""

    n: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """An odds ratio with its 95 % interval; above 1, more often than what it stands beside."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing beside another, as in decisions after a run of approvals beside all others."""

    own: Part
    beside: Part
    ratio: Ratio | None = None
    p_value: float | None = None
    verdict: Verdict | None = None


def part(count: int, n: int) -> Part:
    """Give a share where there is enough to say.

    Examples
    --------
    >>> part(3, 19)
    Part(n=19, share=None, low=None, high=None)
    >>> round(part(5, 20).share, 2)
    0.25
    """
    if n < ENOUGH:
        return Part(n=n)
    share = Share(count=count, n=n)
    within = exact(share)
    return Part(n=n, share=share.value, low=within.low, high=within.high)


def ratio_of(found: Estimate | None) -> Ratio | None:
    """Turn an estimated logarithm into a ratio with its interval, by the normal distribution."""
    if found is None:
        return None
    half = Z * math.sqrt(found.variance)
    return Ratio(
        value=_ratio(found.value), low=_ratio(found.value - half), high=_ratio(found.value + half)
    )


def ratio_of_pooled(found: Shrunk | None) -> Ratio | None:
    """Turn a pooled logarithm into a ratio."""
    if found is None:
        return None
    return Ratio(value=_ratio(found.value), low=_ratio(found.low), high=_ratio(found.high))


def _ratio(logarithm: float) -> float:
    return math.exp(min(max(logarithm, -20.0), 20.0))
