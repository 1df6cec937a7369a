"""A canary: which applications are its own, and when what is seen of it says that it must stop.

It is looked at as often as one likes, so an interval for one look at a fixed number would stop
too many that are fine. These intervals hold at all looks at once.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from scoring.contract import CanaryLimits

_STEPS = 30  # halvings of an interval: to 1e-9


class Measure(StrEnum):
    """What is watched."""

    FAILED = "failed"
    SLOW = "slow"
    APPROVALS = "approvals"
    BADS = "bads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was counted of a canary and of the champion beside it, since the canary began."""

    tried: int = 0  # applications that the canary was to score
    failed: int = 0  # of them, that it could not
    timed: int = 0  # that it scored by itself, with a time taken
    slow: int = 0  # of them, that took longer than the limit
    decided: int = 0  # by the canary
    approved: int = 0  # of them, recommended for approval
    champion_decided: int = 0  # by the champion, in the same time
    champion_approved: int = 0
    bads: int = 0  # loans of the canary's that are known to be bad by now
    champion_bads: int = 0
    expected_bads: float = 0.0  # sum of its PDs over its applications that were approved
    champion_expected_bads: float = 0.0

    @property
    def bads_share_expected(self) -> float:
        """Share of the bad loans that are the canary's if both models' PDs are equally true."""
        both = self.expected_bads + self.champion_expected_bads
        return self.expected_bads / both if both else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A figure, how sure it is at every look at once, and the limit it is held to."""

    measure: Measure
    n: int
    value: float | None  # None: nothing was seen
    low: float | None
    high: float | None  # None: without end
    limit: float
    is_broken: bool  # the whole interval is beyond the limit

    @property
    def words(self) -> str:
        """Say it in a sentence of English."""
        return f"{_SAID[self.measure](self)} ({self.n:,} seen)"


def is_chosen(reference: str, *, canary: str, share: float) -> bool:
    """Say whether an application is the canary's to score: the same one always, or never.

    Parameters
    ----------
    reference : str
        Of the application; a corrected one keeps its own.
    canary : str
        Name or hash of the version, so that the next canary is tried on others.
    share : float
        Of all applications, 0 to 1.

    Examples
    --------
    >>> sum(is_chosen(f"A-{n}", canary="consumer-loan/7", share=0.1) for n in range(10_000))
    1041
    """
    digest = hashlib.blake2b(f"{canary}\n{reference}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def findings(seen: Seen, limits: CanaryLimits) -> tuple[Finding, ...]:
    """Hold what was seen against the limits.

    The chance that a canary within all limits is ever found to break one is at most
    `limits.level`, at whatever moments it is looked at: each of the four measures has a quarter of
    it.
    """
    level = limits.level / len(Measure)
    return (
        _share(Measure.FAILED, seen.failed, seen.tried, limits.failed_at_most, level),
        _share(Measure.SLOW, seen.slow, seen.timed, limits.slow_at_most, level),
        _approvals(seen, limits.approval_gap_at_most, level),
        _bads(seen, limits.bads_ratio_at_most, level),
    )


def interval(count: int, n: int, *, level: float) -> tuple[float, float]:
    """Bound a share at every look at once.

    Whatever share is true and whenever one stops counting, the chance that the true share was ever
    outside is at most `level`: the mixture of all other shares' likelihoods, over that of the true
    one, is a martingale, which reaches `1 / level` with that chance at most.

    Parameters
    ----------
    count, n : int
        `count` of `n`.
    level : float
        As in 0.05.

    Returns
    -------
    tuple of two floats
        The ends. Wider than an interval for one look.

    Notes
    -----
    Each application is taken to count with the same chance. Where the chance moves with time, on
    both sides alike, their difference is only seen the clearer.

    Source: H. Robbins, Annals of Mathematical Statistics 41 (1970) 1397-1409, with Jeffreys' beta
    distribution as the mixture; J. Ville (1939) for the bound.

    Examples
    --------
    >>> low, high = interval(50, 100, level=0.05)
    >>> round(low, 3), round(high, 3)
    (0.338, 0.662)
    """
    if n == 0:
        return 0.0, 1.0
    share, bound = count / n, -math.log(level)

    def is_outside(other: float) -> bool:
        return _evidence(count, n, other) >= bound

    return _end(share, 0.0, is_outside), _end(share, 1.0, is_outside)


def _evidence(count: int, n: int, share: float) -> float:
    """Logarithm of the mixture's likelihood over that of one share."""
    mixture = _log_beta(count + 0.5, n - count + 0.5) - _log_beta(0.5, 0.5)
    return mixture - _times_log(count, share) - _times_log(n - count, 1 - share)


def _times_log(count: int, share: float) -> float:
    if count == 0:
        return 0.0
    return count * math.log(share) if share > 0 else -math.inf


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _end(inside: float, outside: float, is_outside: Callable[[float], bool]) -> float:
    """Find where an interval ends, between a share that is inside and the last there is."""
    if not is_outside(outside):
        return outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if is_outside(middle):
            outside = middle
        else:
            inside = middle
    return outside


def _share(measure: Measure, count: int, n: int, limit: float, level: float) -> Finding:
    low, high = interval(count, n, level=level)
    return Finding(
        measure=measure,
        n=n,
        value=count / n if n else None,
        low=low,
        high=high,
        limit=limit,
        is_broken=low > limit,
    )


def _approvals(seen: Seen, limit: float, level: float) -> Finding:
    """Compare the two shares of approvals: half of the level for each."""
    n, other = seen.decided, seen.champion_decided
    low, high = interval(seen.approved, n, level=level / 2)
    other_low, other_high = interval(seen.champion_approved, other, level=level / 2)
    least, most = low - other_high, high - other_low
    return Finding(
        measure=Measure.APPROVALS,
        n=n + other if n and other else 0,
        value=seen.approved / n - seen.champion_approved / other if n and other else None,
        low=least,
        high=most,
        limit=limit,
        is_broken=least > limit or most < -limit,
    )


def _bads(seen: Seen, limit: float, level: float) -> Finding:
    """Ask of each bad loan whose it is: it need not be matured, for both sides' are as old.

    If both models' PDs are equally true, the share of the canary's is that of its PDs. The ratio
    is of the odds, so 1 means that the canary is as true as the champion.
    """
    n, expected = seen.bads + seen.champion_bads, seen.bads_share_expected
    if n == 0 or not 0 < expected < 1:
        return Finding(
            measure=Measure.BADS,
            n=n,
            value=None,
            low=None,
            high=None,
            limit=limit,
            is_broken=False,
        )
    low, high = interval(seen.bads, n, level=level)
    least = _ratio(low, expected)
    return Finding(
        measure=Measure.BADS,
        n=n,
        value=_ratio(seen.bads / n, expected),
        low=least,
        high=_ratio(high, expected),
        limit=limit,
        is_broken=least is not None and least > limit,
    )


def _ratio(share: float, expected: float) -> float | None:
    """Odds of a share over the odds expected; None where that is without end."""
    return share / (1 - share) * (1 - expected) / expected if share < 1 else None


def _of_its_own(what: str) -> Callable[[Finding], str]:
    def said(found: Finding) -> str:
        return (
            f"{what} {found.value or 0:.1%} of its applications"
            f" ({found.low or 0:.1%} to {found.high or 0:.1%}), and may {found.limit:.1%}"
        )

    return said


def _gap(found: Finding) -> str:
    points = 100 * (found.value or 0)
    low, high = 100 * (found.low or 0), 100 * (found.high or 0)
    return (
        f"its share of approvals is {points:+.1f} points from the champion's"
        f" ({low:+.1f} to {high:+.1f}), and may be {100 * found.limit:.1f} either way"
    )


def _bad(found: Finding) -> str:
    high = "any number" if found.high is None else f"{found.high:.2f}"
    return (
        f"bad loans among its own are {found.value or 0:.2f} times as many as expected"
        f" ({found.low or 0:.2f} to {high}), and may be {found.limit:.2f} times"
    )


_SAID: dict[Measure, Callable[[Finding], str]] = {
    Measure.FAILED: _of_its_own("it could not score"),
    Measure.SLOW: _of_its_own("it was too slow for"),
    Measure.APPROVALS: _gap,
    Measure.BADS: _bad,
}
