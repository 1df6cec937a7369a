"""Targets, what was measured, and whether the one reaches the other. Pure: no clock, no network."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

PERCENTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}


class TargetsRefused(ValueError):
    """The file of targets cannot be used, and why."""


class CannotMeasure(RuntimeError):
    """There is nothing to hold to the targets, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTargets:
    """Of one endpoint: longest times in milliseconds, and the largest share of errors."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    error_rate: float
    minimum_requests: int  # fewer say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalTargets:
    """Of the workload: without it the other figures mean nothing."""

    rate: float  # requests a second
    minimum_share: float
    generator_lag_p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Everything that `slo.toml` says."""

    arrivals: ArrivalTargets
    endpoints: Mapping[str, EndpointTargets]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of targets.

        Raises
        ------
        TargetsRefused
            It is missing, is no TOML, or lacks or adds a target.
        """
        try:
            held = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise TargetsRefused(f"{path.name}: {error}") from error
        endpoints = held.get("endpoints") or {}
        if not endpoints:
            raise TargetsRefused(f"{path.name}: there is no endpoint to hold to anything")
        return cls(
            arrivals=_read(ArrivalTargets, held.get("arrivals", {}), f"{path.name}, arrivals"),
            endpoints={
                name: _read(EndpointTargets, table, f"{path.name}, {name}")
                for name, table in endpoints.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One endpoint's requests: how long each took from when it was due, and how many failed."""

    times_ms: Sequence[float]
    failures: int

    @property
    def error_rate(self) -> float:
        """Failed requests as a share of all; all of none failed."""
        return self.failures / len(self.times_ms) if self.times_ms else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole load test."""

    due: int  # requests that the arrival rate asked for
    lags_ms: Sequence[float]  # how late each was sent
    endpoints: Mapping[str, Measured]
    looked_up: int  # acknowledged decisions that were asked for again afterwards
    lost: Sequence[str]  # those that were not found as they were acknowledged


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One target and what was reached."""

    of: str
    figure: str
    target: str
    reached: str
    passed: bool


def evaluate(targets: Targets, run: Run) -> list[Check]:
    """Compare a run with its targets. There is at least one check, and each can fail."""
    return [
        *_arrivals(targets.arrivals, run),
        *(
            check
            for name, wanted in targets.endpoints.items()
            for check in _endpoint(
                name, wanted, run.endpoints.get(name, Measured(times_ms=(), failures=0))
            )
        ),
        Check(
            of="acknowledged decisions",
            figure="found again",
            target=f"all of {run.looked_up}",
            reached=str(run.looked_up - len(run.lost)),
            passed=run.looked_up > 0 and not run.lost,
        ),
    ]


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


def table(checks: Sequence[Check]) -> str:
    """Lay the checks out for a terminal."""
    rows = [("", "figure", "target", "reached", "verdict")]
    rows += [
        (check.of, check.figure, check.target, check.reached, "ok" if check.passed else "MISSED")
        for check in checks
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _arrivals(wanted: ArrivalTargets, run: Run) -> Iterator[Check]:
    answered = sum(len(each.times_ms) for each in run.endpoints.values())
    share = answered / run.due if run.due else 0.0
    yield Check(
        of="arrivals",
        figure="made of those due",
        target=f"at least {wanted.minimum_share:.0%} of {run.due:,}",
        reached=f"{share:.1%}",
        passed=share >= wanted.minimum_share,
    )
    yield _at_most(
        "generator", "lag p95 ms", wanted.generator_lag_p95_ms, percentile(run.lags_ms, 0.95)
    )


def _endpoint(name: str, wanted: EndpointTargets, measured: Measured) -> Iterator[Check]:
    n = len(measured.times_ms)
    yield Check(
        of=name,
        figure="requests",
        target=f"at least {wanted.minimum_requests:,}",
        reached=f"{n:,}",
        passed=n >= wanted.minimum_requests,
    )
    for figure, share in PERCENTILES.items():
        reached = percentile(measured.times_ms, share)
        yield _at_most(name, figure.replace("_", " "), getattr(wanted, figure), reached)
    yield Check(
        of=name,
        figure="error rate",
        target=f"at most {wanted.error_rate:.2%}",
        reached=f"{measured.error_rate:.2%}",
        passed=measured.error_rate <= wanted.error_rate,
    )


def _at_most(of: str, figure: str, target: float, reached: float) -> Check:
    return Check(
        of=of,
        figure=figure,
        target=f"at most {target:g}",
        reached=f"{reached:.1f}",
        passed=reached <= target,
    )


def _read(kind: type[Any], table: Mapping[str, Any], place: str) -> Any:
    names = {field.name for field in fields(kind)}
    if missing := sorted(names - set(table)):
        raise TargetsRefused(f"{place}: {', '.join(missing)} is missing")
    if unknown := sorted(set(table) - names):
        raise TargetsRefused(f"{place}: {', '.join(unknown)} is not known")
    if wrong := sorted(name for name in names if type(table[name]) not in {int, float}):
        raise TargetsRefused(f"{place}: {', '.join(wrong)} is no number")
    return kind(**table)
