"""What requests came to, by route: how many, how fast, and which faults were ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from monitoring.service.counts import BOUNDS, Counts

OURS, CALLERS = "5xx", "4xx"  # classes of status: whose fault it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A quantile: the bounds that it lies between, in seconds, and its place if all are alike."""

    low: float
    high: float  # infinite: longer than the last bound
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Requests of some routes. What the caller did wrong is in none of the figures but its own."""

    n: int  # answered, or failed by our fault
    faults: int  # ours
    callers: int
    seconds: float  # of those that were answered, together
    within: tuple[float, ...]  # of those, how many took at most each of `BOUNDS`

    @classmethod
    def of(cls, counts: Counts, requests: Iterable[str] | None = None) -> Self:
        """Add up some routes, as in `POST api/v1/decisions`; without names, all."""
        wanted = None if requests is None else set(requests)
        found: dict[str, list[list[float]]] = {OURS: [], CALLERS: [], "": []}
        for name, values in counts.get("requests", {}).items():
            route, _, status = name.rpartition(" ")
            if (wanted is None or route in wanted) and len(values) == len(BOUNDS) + 1:
                found[status if status in found else ""].append(values)
        answered = [sum(each) for each in zip(*found[""], strict=True)] or [0.0] * (1 + len(BOUNDS))
        faults = round(sum(values[-1] for values in found[OURS]))
        return cls(
            n=round(answered[-1]) + faults,
            faults=faults,
            callers=round(sum(values[-1] for values in found[CALLERS])),
            seconds=answered[0],
            within=tuple(answered[1:]),
        )

    @property
    def asked(self) -> int:
        """How many there were, those included that the caller did wrong."""
        return self.n + self.callers

    @property
    def answered(self) -> int:
        """How many have a time."""
        return self.n - self.faults

    def in_time(self, seconds: float) -> int:
        """Count those that took no longer; the seconds are one of `BOUNDS`."""
        return round(self.within[BOUNDS.index(seconds)])

    def quantile(self, share: float) -> Between | None:
        """Say between which bounds a share of the answers ends; None where there was none.

        Source of the value between them: Prometheus' `histogram_quantile`, a straight line.
        """
        if self.answered <= 0:
            return None
        rank = share * self.answered
        place = next(at for at, count in enumerate(self.within) if count >= rank)
        low, high = (BOUNDS[place - 1] if place else 0.0), BOUNDS[place]
        if high == float("inf"):
            return Between(low=low, high=high, value=low)
        below = self.within[place - 1] if place else 0.0
        part = (rank - below) / (self.within[place] - below)
        return Between(low=low, high=high, value=low + part * (high - low))


def routes(counts: Counts) -> list[str]:
    """Name the routes that were asked for."""
    return sorted({name.rpartition(" ")[0] for name in counts.get("requests", {})})
