"""What the product promises in operation: the table `objectives` of `loadtests/slo.toml`.

The file is read as data; nothing of the load tests is imported.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from monitoring.service.counts import BOUNDS
from monitoring.service.requests import Answers

NEEDED = {"requests", "share"}
KNOWN = NEEDED | {"within_ms"}


class ObjectivesRefused(ValueError):
    """The file of service levels cannot be used, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of how many requests did not keep an objective."""

    n: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A share of requests that is answered, or answered in time, over so many days."""

    name: str  # as in decisions_in_time
    requests: tuple[str, ...]  # as /metrics names them: POST api/v1/decisions
    share: float
    within: float | None  # seconds; None: however slowly
    days: int

    @property
    def budget(self) -> float:
        """The share that may fail."""
        return 1 - self.share

    def tally(self, answers: Answers) -> Tally:
        """Count what did not keep it: our faults, or of what was answered what took too long.

        So one thing that goes wrong costs one budget, and raises one alert.
        """
        if self.within is None:
            return Tally(n=answers.n, bad=answers.faults)
        return Tally(n=answers.answered, bad=answers.answered - answers.in_time(self.within))


def objectives() -> tuple[Objective, ...]:
    """Read the objectives of this installation.

    Raises
    ------
    ObjectivesRefused
        The file is missing or not as it should be; the message names file and field.
    """
    return read(Path(settings.EVENHAND_SLO))


@lru_cache
def read(path: Path) -> tuple[Objective, ...]:
    """Read a file once a process: it comes with the release."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("objectives")
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ObjectivesRefused(f"{path.name}: {error}") from error
    if not isinstance(table, dict) or not isinstance(days := table.pop("days", None), int):
        raise ObjectivesRefused(f"{path.name}: objectives.days is missing or no whole number")
    return tuple(
        _objective(name, each, days, f"{path.name}, objectives.{name}")
        for name, each in table.items()
    )


def _objective(name: str, table: Any, days: int, place: str) -> Objective:
    if not isinstance(table, Mapping) or not set(table) >= NEEDED or set(table) - KNOWN:
        raise ObjectivesRefused(f"{place} takes requests, share and perhaps within_ms")
    within = table["within_ms"] / 1000 if "within_ms" in table else None
    if within is not None and within not in BOUNDS:
        raise ObjectivesRefused(f"{place}.within_ms is none of the bounds that are counted")
    if not 0 < table["share"] < 1:
        raise ObjectivesRefused(f"{place}.share lies between 0 and 1, without either")
    return Objective(
        name=name,
        requests=tuple(table["requests"]),
        share=table["share"],
        within=within,
        days=days,
    )
