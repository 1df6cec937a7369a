"""A whole load test as it was: what came of its requests, and what was found afterwards. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attempts import Attempt, Event, Outcome, Tally
from profiles import Profile
from standing import Reckoning

PERCENTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One endpoint's requests."""

    times_ms: Sequence[float] = ()
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    seconds: float = 1.0

    @property
    def good_per_second(self) -> float:
        """Good answers a second."""
        return self.counts.get(Outcome.GOOD, 0) / self.seconds

    def share(self, *outcomes: Outcome) -> float:
        """Give requests with such an outcome as a share of all; all of none failed."""
        total = len(self.times_ms)
        return sum(self.counts.get(each, 0) for each in outcomes) / total if total else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole load test, and what was found afterwards."""

    profile: Profile
    rate: float
    seconds: float
    due: int  # arrivals that the profile asked for
    tally: Tally
    events: Sequence[Event] = ()
    stored: Mapping[str, Reckoning] = field(default_factory=dict)
    statements: Mapping[str, Sequence[str]] = field(default_factory=dict)  # and what contradicts it

    def measured(self) -> dict[str, Measured]:
        """Put the requests of each endpoint together."""
        by_name: dict[str, list[Attempt]] = {}
        for each in self.tally.attempts:
            by_name.setdefault(each.endpoint, []).append(each)
        return {name: self._of(found) for name, found in sorted(by_name.items())}

    def _of(self, found: Sequence[Attempt]) -> Measured:
        counts: dict[Outcome, int] = {}
        for each in found:
            counts[each.outcome] = counts.get(each.outcome, 0) + 1
        last = max(each.done for each in found)
        return Measured(
            times_ms=[each.took_ms for each in found],
            counts=counts,
            seconds=max(self.seconds, last),
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least `share` of the values do not exceed (nearest rank).

    Examples
    --------
    >>> percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.99)
    (2, 4)
    """
    if not values:
        return math.inf
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
