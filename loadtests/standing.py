"""Who did how well, and how that compares. Pure: no clock, no network."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

OURS = "evenhand"
SCORES, EXPLAINS = "fastapi_scores", "fastapi_explains"
STORES, DRF = "fastapi_stores", "drf_stores"
MOST, ONE, MANY = 8, 1, 32  # connections
# Who is measured with how many; it is the order of a round.
TURNS = (
    (OURS, MOST),
    (SCORES, MOST),
    (EXPLAINS, MOST),
    (STORES, MOST),
    (DRF, MOST),
    (OURS, ONE),
    (EXPLAINS, ONE),
    (OURS, MANY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one contestant did in one turn of a round."""

    name: str
    connections: int
    requests: int  # all that were answered
    per_second: float
    p50_ms: float
    p99_ms: float
    web_us: float  # processor time a request
    database_us: float  # 0 of who stores nothing
    background_us: float = 0.0  # ours: sealing the audit trail, by the worker
    generator_us: float = 0.0

    @property
    def server_us(self) -> float:
        """Web processes and database together."""
        return self.web_us + self.database_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure, what it should be, and whether more is better."""

    name: str
    found: float
    target: float
    is_floor: bool
    unit: str = "x"
    is_stretch: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it was reached, now and here; what could not be found out was not."""
        return self.found >= self.target if self.is_floor else self.found <= self.target

    def told(self) -> dict[str, Any]:
        """Tell it to other programs."""
        return {
            "name": self.name,
            "found": self.found,
            "at_least" if self.is_floor else "at_most": self.target,
            "unit": self.unit,
            "is_stretch": self.is_stretch,
            "is_met": self.is_met,
        }


Round = Sequence[Turn]


def turn_of(round_: Round, name: str, connections: int = MOST) -> Turn:
    """Find a contestant's turn in a round."""
    return next(t for t in round_ if (t.name, t.connections) == (name, connections))


def ratio(
    rounds: Sequence[Round], figure: str, ours: tuple[str, int], theirs: tuple[str, int]
) -> float:
    """Compare a figure within each round, where both had the same machine; take the median."""
    return median(
        getattr(turn_of(each, *ours), figure) / getattr(turn_of(each, *theirs), figure)
        for each in rounds
    )


def typical(rounds: Sequence[Round], name: str, connections: int = MOST) -> dict[str, float]:
    """Give the median of each figure over the rounds; processor time is of all requests."""
    turns = [turn_of(each, name, connections) for each in rounds]
    requests = sum(turn.requests for turn in turns)
    figures: dict[str, float] = {
        figure: median(getattr(turn, figure) for turn in turns)
        for figure in ("per_second", "p50_ms", "p99_ms")
    }
    for figure in ("web_us", "database_us", "background_us", "generator_us"):
        figures[figure] = sum(getattr(turn, figure) * turn.requests for turn in turns) / requests
    return figures | {"server_us": figures["web_us"] + figures["database_us"]}


def targets(rounds: Sequence[Round]) -> Iterator[Target]:
    """Hold what was found against what the API must reach."""
    ours = (OURS, MOST)

    def faster_than(name: str) -> float:
        return ratio(rounds, "per_second", ours, (name, MOST))

    yield _at_least("requests/s, FastAPI with reasons", faster_than(EXPLAINS), 1.5)
    yield _at_least("requests/s, the same with storing", faster_than(STORES), 2.2)
    yield _at_least("requests/s, DRF + serializer + ORM", faster_than(DRF), 3.5)
    slower = ratio(rounds, "p99_ms", ours, (EXPLAINS, MOST))
    yield _at_most("p99, FastAPI with reasons", slower, 1.0)
    cost = typical(rounds, OURS)["server_us"]
    yield _at_most("server CPU a decision", cost, 900, "µs")
    alone = ratio(rounds, "p50_ms", (OURS, ONE), (EXPLAINS, ONE))
    yield _at_most("p50 at 1 connection, the same", alone, 1.3)
    many = (OURS, MANY)
    yield _at_least("requests/s, 32 against 8", ratio(rounds, "per_second", many, ours), 1.0)
    yield _at_most("p99, 32 against 8", ratio(rounds, "p99_ms", many, ours), 6.0)
    yield Target(
        name="stretch: FastAPI that only scores",
        found=faster_than(SCORES),
        target=1.0,
        is_floor=True,
        is_stretch=True,
    )


def _at_most(name: str, found: float, target: float, unit: str = "x") -> Target:
    return Target(name=name, found=found, target=target, is_floor=False, unit=unit)


def _at_least(name: str, found: float, target: float) -> Target:
    return Target(name=name, found=found, target=target, is_floor=True)


def percentile(values: Collection[float], share: float) -> float:
    """Give the smallest value that at least `share` of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What clients were told, against what the database holds."""

    acknowledged: int
    lost: tuple[str, ...]  # ids that were acknowledged and are not there as they were told
    doubled: tuple[str, ...]  # references that stand there, or were answered, more than once
    invented: tuple[str, ...]  # ids that nobody was told

    @property
    def is_right(self) -> bool:
        """Whether every acknowledged decision is there exactly once, and no other is."""
        return self.acknowledged > 0 and not (self.lost or self.doubled or self.invented)


def reckon(acknowledged: Iterable[tuple[str, str]], held: Iterable[tuple[str, str]]) -> Reckoning:
    """Compare (reference, id) as they were told with those that are held, once a row."""
    told, there = Counter(acknowledged), Counter(held)
    rows = Counter(reference for reference, _ in there.elements())
    twice = {reference for reference, count in rows.items() if count > 1}
    twice |= {reference for (reference, _), count in told.items() if count > 1}
    return Reckoning(
        acknowledged=told.total(),
        lost=tuple(number for _, number in sorted(told.keys() - there.keys())),
        doubled=tuple(sorted(twice)),
        invented=tuple(number for _, number in sorted(there.keys() - told.keys())),
    )
