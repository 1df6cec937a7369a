"""What machines counted, written down as they do: sums that only ever rise."""

from datetime import timedelta

from monitoring.models import Figures, MinuteCounts, Pulse
from monitoring.service import counts
from monitoring.service import periods as service

DECIDING = "POST api/v1/decisions"
MINUTE = timedelta(minutes=1)


def requests(*, answered=0, faults=0, callers=0, seconds=0.02, route=DECIDING):
    """Count requests of one route; those that were answered took so long each."""
    found = {}
    for status, n in (("2xx", answered), ("5xx", faults), ("4xx", callers)):
        if n:
            within = [float(n if seconds <= bound else 0) for bound in counts.BOUNDS]
            found[f"{route} {status}"] = [n * seconds, *within]
    return {"requests": found}


def tasks(**runs):
    """Count runs of tasks: `seal=(3, "SUCCESS")`; each took half a second."""
    return {
        "tasks": {f"credit.{name} {state}": [n / 2, float(n)] for name, (n, state) in runs.items()}
    }


def counted(at, sums, machine="web-1"):
    return MinuteCounts.objects.create(
        machine=machine, minute=at.replace(second=0, microsecond=0), counted_at=at, counts=sums
    )


def minutes(*, until, several, machine="web-1"):
    """Write a minute for each of these counts, the last one at `until`, and one before them all."""
    sums, at = {}, until - len(several) * MINUTE
    counted(at, sums, machine)
    for each in several:
        sums, at = counts.total([sums, each]), at + MINUTE
        counted(at, sums, machine)


def pulse(at, levels=None, **standing):
    return Pulse.objects.create(
        minute=at.replace(second=0, microsecond=0),
        beaten_at=at,
        standing=standing,
        levels=levels,
    )


def hour(starts_at, counts_=None, kind=service.HOURS, **standing):
    """Write what an hour or day came to; a measure as its most of sixty looks."""
    return Figures.objects.create(
        kind=kind.name,
        starts_at=starts_at,
        figures={
            "counts": counts_ or {},
            "machines": 1,
            "minutes": 60,
            "standing": {name: [0, most * 30, most, 60] for name, most in standing.items()},
            "statements": 0.0,
        },
        computed_at=starts_at + kind.length,
    )
