"""What each profile promises, read from `slo.toml`. Pure: no clock, no network."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self


class TargetsRefused(ValueError):
    """The file of targets cannot be used, and why."""


class CannotMeasure(RuntimeError):
    """There is nothing to hold to the targets, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTargets:
    """Of one endpoint: longest times in milliseconds, errors as a share, good answers a second."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    error_rate: float
    per_second: float  # at the profile's own rate; another rate asks for as many times more


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryTargets:
    """After a fault: when the service is steady again, and what steady is."""

    seconds: float
    run: int  # good answers one after another
    answered_within: float  # seconds from being sent


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTargets:
    """How long, how much, and what makes a run one that says something."""

    seconds: float
    rate: float  # applications that come alone, a second
    minimum_share: float  # of the arrivals that were due, this share must have come
    generator_lag_p95_ms: float  # a generator that sends later than this measures itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Everything that the file says of one profile."""

    run: RunTargets
    endpoints: Mapping[str, EndpointTargets]
    recovery: RecoveryTargets | None = None
    holds_per_second: float | None = None  # of a profile that climbs

    @classmethod
    def load(cls, path: Path, profile: str) -> Self:
        """Read what a file says of a profile.

        Raises
        ------
        TargetsRefused
            It is missing, is no TOML, or lacks or adds something; the message names file and field.
        """
        try:
            held = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise TargetsRefused(f"{path.name}: {error}") from error
        if profile not in held:
            raise TargetsRefused(f"{path.name}: {profile} is missing")
        return cls._of(held[profile], f"{path.name}, {profile}")

    def loosened(self, slack: float) -> Self:
        """Let times be so many times as long, for a machine that others use as well."""
        return replace(
            self,
            run=replace(
                self.run,
                generator_lag_p95_ms=self.run.generator_lag_p95_ms * slack,
            ),
            endpoints={
                name: replace(
                    each,
                    p50_ms=each.p50_ms * slack,
                    p95_ms=each.p95_ms * slack,
                    p99_ms=each.p99_ms * slack,
                )
                for name, each in self.endpoints.items()
            },
        )

    @classmethod
    def _of(cls, table: Any, place: str) -> Self:
        parts = dict(_table(table, place))
        endpoints = _table(parts.pop("endpoints", {}), f"{place}.endpoints")
        recovery = parts.pop("recovery", None)
        holds = parts.pop("holds_per_second", None)
        if not endpoints:
            raise TargetsRefused(f"{place}: there is no endpoint to hold to anything")
        if holds is not None:
            _number(holds, f"{place}.holds_per_second")
        return cls(
            run=_read(RunTargets, parts, place),
            endpoints={
                name: _read(EndpointTargets, each, f'{place}.endpoints."{name}"')
                for name, each in endpoints.items()
            },
            recovery=_read(RecoveryTargets, recovery, f"{place}.recovery") if recovery else None,
            holds_per_second=holds,
        )


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TargetsRefused(f"{place} is no table")
    return value


def _read(kind: type[Any], value: Any, place: str) -> Any:
    table, names = _table(value, place), {field.name for field in fields(kind)}
    if missing := sorted(names - set(table)):
        raise TargetsRefused(f"{place}: {', '.join(missing)} is missing")
    if unknown := sorted(set(table) - names):
        raise TargetsRefused(f"{place}: {', '.join(unknown)} is not known")
    for name in sorted(names):
        _number(table[name], f"{place}.{name}")
    return kind(**table)


def _number(value: Any, place: str) -> None:
    if type(value) not in {int, float}:
        raise TargetsRefused(f"{place} is no number")
    if not 0 <= value < float("inf"):
        raise TargetsRefused(f"{place} is below 0 or no finite number")
