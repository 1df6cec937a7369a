"""When requests arrive, by profile and by who sends them. Pure: no clock, no network.

The workload is open: an arrival happens when it is due, whether or not earlier ones were answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SINGLE, BATCH, OFFICER, VALIDATOR = "single", "batch", "officer", "validator"
# Arrivals of each role for one application that comes alone: a file of rows, a visit, a page.
SHARES: Mapping[str, float] = {SINGLE: 1.0, BATCH: 1 / 500, OFFICER: 1 / 50, VALIDATOR: 1 / 100}
ROLES = tuple(SHARES)


@dataclass(frozen=True, slots=True)
class Phase:
    """A share of the profile's time, and how many times the rate arrives in it."""

    share: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A course of the arrival rate, and what happens meanwhile."""

    name: str
    about: str
    phases: tuple[Phase, ...] = (Phase(1.0, 1.0),)
    repeats: bool = False  # callers repeat what was refused or broken, under the same key
    climbs: bool = False  # it looks for the highest rate that is held


def _evenly(*factors: float) -> tuple[Phase, ...]:
    return tuple(Phase(1 / len(factors), factor) for factor in factors)


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(name="steady", about="a constant rate"),
        Profile(
            name="spike",
            about="four times the rate for a fifth of the time",
            phases=(Phase(0.4, 1.0), Phase(0.2, 4.0), Phase(0.4, 1.0)),
        ),
        Profile(name="soak", about="a constant rate for long: what leaks, shows"),
        Profile(
            name="stress",
            about="more and more, until it no longer holds; then the rate that it began with",
            phases=_evenly(1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 1.0),
            climbs=True,
        ),
        Profile(
            name="swap",
            about="promotions to other contracts and policies, and a revoked key, under load",
            repeats=True,
        ),
        Profile(
            name="canary",
            about="a candidate in shadow, then a canary, then the champion, under load",
            repeats=True,
        ),
        Profile(
            name="brownout",
            about="PostgreSQL paused and killed, broker gone, processes killed, under load",
            repeats=True,
        ),
    )
}


def arrivals(profile: Profile, role: str, *, rate: float, seconds: float) -> list[float]:
    """Give when a role's arrivals are due, in seconds from the start; the first one at once.

    Parameters
    ----------
    rate : float
        Applications that come alone, a second, where the profile's factor is 1.

    Examples
    --------
    >>> arrivals(PROFILES["steady"], SINGLE, rate=2, seconds=2)
    [0.0, 0.5, 1.0, 1.5]
    """
    return list(_due(profile.phases, rate * SHARES[role], seconds))


def _due(phases: tuple[Phase, ...], rate: float, seconds: float) -> Iterator[float]:
    """Go along the course; between two arrivals the rate's integral grows by one."""
    began, left = 0.0, 0.0  # of the phase; arrivals until the next one
    for phase in phases:
        ends, per_second = began + phase.share * seconds, rate * phase.factor
        due = began + left / per_second
        while due < ends - 1e-9:
            yield due
            due += 1 / per_second
        left, began = (due - ends) * per_second, ends


def steps(profile: Profile, *, rate: float, seconds: float) -> list[tuple[float, float, float]]:
    """Give each phase's begin and end in seconds, and its arrivals a second."""
    found, began = [], 0.0
    for phase in profile.phases:
        ends = began + phase.share * seconds
        found.append((began, ends, rate * phase.factor))
        began = ends
    return found
