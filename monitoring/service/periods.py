"""What the service did in each hour and day: requests, tasks, queues, processor time."""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from credit.models import Product
from monitoring.models import Pulse
from monitoring.periods import Kind, bring_up_to_date, figures_of
from monitoring.service import counts
from monitoring.service.pulses import MESSAGES, Standing

# What is kept of the minutes: by name in the figures, and the measure.
APPLICATIONS: Final = "applications_awaiting_officer"
WATCHED: Final = (
    *(APPLICATIONS, MESSAGES, "application_longest_wait_seconds", "audit_events_unsealed"),
    *("database_connections", "database_connections_limit", "database_lock_waits"),
)
STATEMENTS: Final = "database_statement_seconds"


def bring_service_up_to_date(*, at: datetime) -> int:
    """Count the hours, and the days from them."""
    return bring_up_to_date(HOURS, at=at) + bring_up_to_date(DAYS, at=at)


def _hour(_product: Product | None, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    rises = counts.rises(since=since, until=until)
    pulses = list(
        Pulse.objects.filter(beaten_at__gt=since - counts.LOOKED_BACK, beaten_at__lte=until)
        .order_by("beaten_at")
        .values_list("beaten_at", "standing")
    )
    within = [standing for at, standing in pulses if at > since]
    figures = {
        "counts": counts.total(rise for _, rise in rises),
        "machines": counts.machines(since=since, until=until),
        "minutes": len(within),
        "standing": {name: _extent(_figures(within, name)) for name in WATCHED},
        "statements": _risen(
            _figures([standing for _, standing in pulses[-len(within) - 1 :]], STATEMENTS)
        ),
    }
    return {"": figures}


def _day(_product: Product | None, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    return {
        "": added_up(hour for _, hour in figures_of(HOURS.name, None, since=since, until=until))
    }


def added_up(several: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Make one of several hours' or days' figures."""
    periods = list(several)
    return {
        "counts": counts.total(each["counts"] for each in periods),
        "machines": max((each["machines"] for each in periods), default=0),
        "minutes": sum(each["minutes"] for each in periods),
        "standing": {
            name: _joined(each["standing"].get(name) for each in periods) for name in WATCHED
        },
        "statements": round(sum(each["statements"] for each in periods), 3),
    }


def _figures(standings: Iterable[Standing], name: str) -> list[float]:
    """Take one measure of each minute; of one with labels the sum."""
    found = [standing[name] for standing in standings if name in standing]
    return [sum(each.values()) if isinstance(each, dict) else each for each in found]


def _extent(values: list[float]) -> list[float] | None:
    """Give the least, the sum, the most and how many: what can be added up."""
    return [min(values), sum(values), max(values), len(values)] if values else None


def _joined(extents: Iterable[list[float] | None]) -> list[float] | None:
    known = [each for each in extents if each]
    if not known:
        return None
    least, summed, most, n = zip(*known, strict=True)
    return [min(least), sum(summed), max(most), sum(n)]


def _risen(values: list[float]) -> float:
    """Add up what a counter of PostgreSQL's rose by; one that fell began anew."""
    pairs = itertools.pairwise(values)
    return round(sum(now - then if now >= then else now for then, now in pairs), 3)


HOURS: Final = Kind(
    name="service", length=timedelta(hours=1), again=2, compute=_hour, by_product=False
)
DAYS: Final = Kind(
    name="service_day", length=timedelta(days=1), again=1, compute=_day, by_product=False
)
