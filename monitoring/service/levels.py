"""How the service stands against what it promised, found out by the worker once a minute."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from monitoring.models import Figures
from monitoring.periods import figures_of
from monitoring.service import budgets, counts
from monitoring.service import periods as service
from monitoring.service.budgets import WINDOWS, Window
from monitoring.service.failing import SPANS, failing
from monitoring.service.objectives import Objective, Tally, objectives
from monitoring.service.pulses import MESSAGES, Standing
from monitoring.service.requests import Answers
from monitoring.service.usual import DAYS, grows, usual

BY_THE_MINUTE: Final = timedelta(hours=6)  # longer times are made of hours
_SPANS: Final = frozenset(span for window in WINDOWS for span in (window.long, window.short))
QUEUES: Final = {"applications": service.APPLICATIONS, "tasks": MESSAGES}


def found(standing: Standing, *, at: datetime) -> dict[str, Any]:
    """Give every budget, every queue and what fails, as pages and alerts read them."""
    counted = _counted(_SPANS | SPANS, at=at)
    return {
        "objectives": _objectives(counted, at=at),
        "queues": [_queue(name, standing.get(of), of, at=at) for name, of in QUEUES.items()],
        "failing": failing(counted),
    }


def _objectives(
    counted: Mapping[timedelta, counts.Counts], *, at: datetime
) -> list[dict[str, Any]]:
    promised = objectives()
    days = max((each.days for each in promised), default=1)
    periods = _days(days, at=at)
    return [_objective(each, counted, periods, at=at) for each in promised]


def _counted(spans: Iterable[timedelta], *, at: datetime) -> dict[timedelta, counts.Counts]:
    """Add up the counts of each span that ends now, the short ones from one look at the minutes."""
    minutes = counts.rises(since=at - BY_THE_MINUTE, until=at)
    return {
        span: counts.total(rise for when, rise in minutes if when > at - span)
        if span <= BY_THE_MINUTE
        else counts.total(
            hour["counts"]
            for _, hour in figures_of(service.HOURS.name, None, since=at - span, until=at)
        )
        for span in spans
    }


def _days(days: int, *, at: datetime) -> list[tuple[datetime, counts.Counts]]:
    """Give the counts of the days before today and of today, as far as hours are made."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=days - 1)
    found = figures_of(service.DAYS.name, None, since=since, until=at)
    return [(day, figures["counts"]) for day, figures in found]


def _objective(
    objective: Objective,
    counted: Mapping[timedelta, counts.Counts],
    days: list[tuple[datetime, counts.Counts]],
    *,
    at: datetime,
) -> dict[str, Any]:
    since = at - timedelta(days=objective.days)
    whole = _tally(objective, counts.total(each for day, each in days if day > since))
    windows = [
        _window(
            objective,
            window,
            _tally(objective, counted[window.long]),
            _tally(objective, counted[window.short]),
        )
        for window in WINDOWS
    ]
    return {
        "name": objective.name,
        "share": objective.share,
        "within": objective.within,
        "days": objective.days,
        "since": min((day for day, _ in days), default=at).isoformat(),
        "n": whole.n,
        "bad": whole.bad,
        "allowed": round(budgets.allowed(objective, whole), 3),
        "left": budgets.left(objective, whole),
        "windows": windows,
    }


def _window(objective: Objective, window: Window, long: Tally, short: Tally) -> dict[str, Any]:
    return {
        "hours": window.long / timedelta(hours=1),
        "minutes": window.short / timedelta(minutes=1),
        "n": long.n,
        "bad": long.bad,
        "rate": round(budgets.rate(objective, long), 3),
        "short_rate": round(budgets.rate(objective, short), 3),
        "fastest": round(window.fastest(objective), 3),
        "burns": budgets.burns(objective, window, long=long, short=short),
    }


def _tally(objective: Objective, counted: counts.Counts) -> Tally:
    return objective.tally(Answers.of(counted, objective.requests))


def _queue(name: str, now: float | None, measure: str, *, at: datetime) -> dict[str, Any]:
    than = usual(_same_hour(measure, at=at))
    return {
        "name": name,
        "now": now,
        "days": than.days if than else 0,
        "middle": than.middle if than else None,
        "bound": than.bound if than else None,
        "grows": now is not None and grows(now, than),
    }


def _same_hour(measure: str, *, at: datetime) -> list[float]:
    """Give how long a queue got at this hour of the days before."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = Figures.objects.filter(
        kind=service.HOURS.name,
        product=None,
        segment="",
        starts_at__gte=midnight - timedelta(days=DAYS),
        starts_at__lt=midnight,
        starts_at__hour=at.hour,
    )
    extents = hours.values_list(f"figures__standing__{measure}", flat=True)
    return [extent[2] for extent in extents if extent]
