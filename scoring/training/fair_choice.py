"""Which tries are worth measuring: chosen on the search's own part of the loans alone."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ON_FRONTIER = 5
MOST_NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a try came to on the search's own part."""

    air: float  # the lowest of any group that can be told
    profit: float
    auc: float
    flips: float  # share that the base's recipe would decide otherwise


def frontier(points: Sequence[Point]) -> list[int]:
    """Find those that no other beats at AIR and profit at once, by rising AIR.

    Examples
    --------
    >>> def point(air, profit):
    ...     return Point(air=air, profit=profit, auc=0.7, flips=0.0)
    >>> frontier([point(0.9, 0.01), point(0.7, 0.03), point(0.8, 0.02), point(0.75, 0.01)])
    [1, 2, 0]
    """
    by_air = sorted(range(len(points)), key=lambda at: (-points[at].air, -points[at].profit, at))
    kept: list[int] = []
    for at in by_air:
        if not kept or points[at].profit > points[kept[-1]].profit:
            kept.append(at)
    return kept[::-1]


def fairer(points: Sequence[Point], base: Point) -> list[int]:
    """Find those whose lowest AIR is above the base's."""
    return [at for at, point in enumerate(points) if point.air > base.air]


def nearest(points: Sequence[Point], among: Sequence[int]) -> list[int]:
    """Find those that decide the fewest otherwise."""
    return sorted(among, key=lambda at: (points[at].flips, -points[at].air, at))[:MOST_NEAREST]


def thinned(places: Sequence[int]) -> list[int]:
    """Keep both ends and some between, evenly."""
    if len(places) <= MOST_ON_FRONTIER:
        return list(places)
    steps = MOST_ON_FRONTIER - 1
    return [places[round(step * (len(places) - 1) / steps)] for step in range(MOST_ON_FRONTIER)]


def chosen(points: Sequence[Point], base: Point) -> tuple[list[int], list[int]]:
    """Choose what is measured, in the order of the tries, and which of it is nearest the base."""
    better = fairer(points, base)
    near = nearest(points, better)
    front = frontier([points[at] for at in better])
    kept = sorted({*near, *thinned([better[at] for at in front])})
    return kept, near
