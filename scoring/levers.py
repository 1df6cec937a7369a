"""What an applicant could change: each actionable feature, with the values worth trying.

The recommendation can only turn where a number crosses a split of the model or the bound of a
policy rule. So one value stands for all between two such places: the one nearest to the present.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import ceil, floor, inf, log10
from typing import Any, NamedTuple

import numpy as np

from scoring.application import RequestedValues
from scoring.contract import Contract, Direction, Feature, Kind, Policy, PolicyRule
from scoring.features import Value
from scoring.policy import meets

A_CHANGE = 1.0  # the distance of what has none: another category, or a value not stated before
STEPS_IN_A_SPREAD = (
    1_000  # decimals are proposed in powers of ten at most this fine, if they can be
)
FINER = 9  # more digits, where two splits lie closer together than that
CENTS = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value to try, and how far it is from the present one."""

    value: Value
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One actionable feature: its options meet every policy rule about it."""

    feature: Feature
    options: tuple[Option, ...]  # numbers ascending, categories in contract order
    must_move: bool  # its present value does not meet a policy rule


class _Break(NamedTuple):
    """A place at which something may turn, and which side of it a value is on."""

    at: float
    is_below: Callable[[Any], bool]


def levers_of(
    contract: Contract,
    spread: Mapping[str, Mapping[str, Any]],
    *,
    values: Mapping[str, Value],
    policy: Policy,
) -> tuple[Lever, ...]:
    """List what can be changed, in contract order.

    A feature that is the requested amount or term stays out where its value is not stated, or
    where a second feature is the same: they could not move together.

    Parameters
    ----------
    contract : Contract
        The product.
    spread : mapping of feature to dict
        `features` of the release's manifest: `splits`, `low` and `high` of the usual range.
    values : mapping of feature to value
        The application.
    policy : Policy
        Its rules.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.features import example
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> spread = {"duration_months": {"splits": [12.5, 36.0], "low": 6.0, "high": 48.0}}
    >>> levers = levers_of(contract, spread, values=example(contract), policy=contract.policy)
    >>> [(option.value, round(option.distance, 2)) for option in levers[1].options]
    [(12, 0.74), (35, 0.19)]
    """
    levers = [
        _lever(contract, feature, spread.get(feature.name, {}), values[feature.name], policy)
        for feature in contract.features
        if feature.actionable and _is_free(contract, feature, values)
    ]
    return tuple(lever for lever in levers if lever.options or lever.must_move)


def with_change(requested: RequestedValues, feature: Feature, value: Value) -> RequestedValues:
    """Ask for another amount or term where a feature is the same as it."""
    match feature.same_as:
        case "requested.amount":
            amount = Decimal(str(value)).quantize(CENTS)
            return RequestedValues(amount=amount, term_months=requested.term_months)
        case "requested.term_months":
            return RequestedValues(amount=requested.amount, term_months=int(str(value)))
    return requested


def fields_of(feature: Feature) -> set[str]:
    """Name the fields of policy rules that a feature moves."""
    return {f"features.{feature.name}"} | ({feature.same_as} if feature.same_as else set())


def _is_free(contract: Contract, feature: Feature, values: Mapping[str, Value]) -> bool:
    if feature.same_as is None:
        return True
    same = [item for item in contract.features if item.same_as == feature.same_as]
    return len(same) == 1 and values[feature.name] is not None


def _lever(
    contract: Contract, feature: Feature, spread: Mapping[str, Any], value: Value, policy: Policy
) -> Lever:
    rules = tuple(rule for rule in policy.rules if rule.field in fields_of(feature))
    if feature.kind.is_numeric:
        numbers = _Numbers(contract=contract, feature=feature, spread=spread, rules=rules)
        options = list(numbers.options(value))
    else:
        options = [Option(value=other, distance=A_CHANGE) for other in _others(feature, value)]
    return Lever(
        feature=feature,
        options=tuple(item for item in options if _meets_all(rules, item.value)),
        must_move=not _meets_all(rules, value),
    )


def _meets_all(rules: tuple[PolicyRule, ...], value: Value) -> bool:
    return all(meets(rule, value) for rule in rules)


def _others(feature: Feature, value: Value) -> Iterator[Value]:
    """Every other category, on the side that the contract allows."""
    if feature.kind is Kind.BOOLEAN:
        yield from (other for other in (True, False) if other is not value)
        return
    own = feature.values.index(str(value)) if value is not None else None
    for place, other in enumerate(feature.values):
        if own is None or (place != own and _may(feature, up=place > own)):
            yield other


def _may(feature: Feature, *, up: bool) -> bool:
    return feature.changes is not (Direction.DOWN if up else Direction.UP)


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """The values of one number that are worth trying."""

    contract: Contract
    feature: Feature
    spread: Mapping[str, Any]
    rules: tuple[PolicyRule, ...]

    def options(self, value: Value) -> Iterator[Option]:
        """Give the nearest value beyond each break, lowest first."""
        start = Decimal(value if value is not None else self._middle)  # type: ignore[arg-type]
        below = [item for item in self._breaks if not item.is_below(start)]
        above = [item for item in self._breaks if item.is_below(start)]
        found: list[Value] = []
        if value is None or _may(self.feature, up=False):
            fences = zip([None, *below], below, strict=False)
            found += [self._nearest(at, fence, up=False) for fence, at in fences]
        if value is None:
            found.append(self._middle)
        if value is None or _may(self.feature, up=True):
            fences = zip([*above[1:], None], above, strict=False)
            found += [self._nearest(at, fence, up=True) for fence, at in fences]
        for number in dict.fromkeys(each for each in found if each is not None):
            distance = A_CHANGE if value is None else self._share(Decimal(number), start)
            yield Option(value=number, distance=distance)

    def _share(self, number: Decimal, start: Decimal) -> float:
        return float(abs(number - start)) / self._span

    @cached_property
    def _breaks(self) -> list[_Break]:
        found = [_split(at) for at in self.spread.get("splits", [])]
        found += [item for rule in self.rules for item in _bounds_of(rule)]
        return sorted(found, key=lambda item: item.at)

    @cached_property
    def _bounds(self) -> tuple[Decimal, Decimal]:
        low, high = (Decimal(bound) for bound in self.feature.bounds)
        requested = self.contract.requested
        if self.feature.same_as == "requested.amount":
            return max(low, requested.amount_minimum), min(high, requested.amount_maximum)
        if self.feature.same_as == "requested.term_months":
            term = (requested.term_minimum or 0, requested.term_maximum or 0)
            return max(low, Decimal(term[0])), min(high, Decimal(term[1]))
        return low, high

    @cached_property
    def _span(self) -> float:
        """The usual range; the contract's bounds where all usual rows are alike."""
        low, high = self.spread.get("low"), self.spread.get("high")
        usual = 0.0 if low is None or high is None else high - low
        return usual or self.feature.bounds[1] - self.feature.bounds[0]

    @cached_property
    def _middle(self) -> Value:
        """Begin somewhere usual where nothing is stated."""
        low, high = self.spread.get("low"), self.spread.get("high")
        if low is None or high is None:
            low, high = self.feature.bounds
        return self._number(round(Decimal((low + high) / 2) / self._steps[0]), self._steps[0])

    @cached_property
    def _steps(self) -> list[Decimal]:
        """How finely numbers are proposed: as coarse as may be, then finer."""
        if self.feature.kind is not Kind.DECIMAL or self.feature.same_as == "requested.term_months":
            return [Decimal(1)]
        if self.feature.same_as == "requested.amount":
            return [Decimal(1), Decimal("0.25")]  # cents that are the same as float and in decimals
        digits = floor(log10(self._span / STEPS_IN_A_SPREAD))
        return [Decimal(1).scaleb(digits - more) for more in range(FINER + 1)]

    def _nearest(self, at: _Break, fence: _Break | None, *, up: bool) -> Value:
        """Find the nearest value beyond a break that is not beyond the next one too."""
        low, high = self._bounds
        for step in self._steps:
            number = self._beyond(at, step, up=up)
            is_too_far = fence is not None and fence.is_below(number) is not up
            if not is_too_far and low <= Decimal(number) <= high:  # type: ignore[arg-type]
                return number
        return None

    def _beyond(self, at: _Break, step: Decimal, *, up: bool) -> Value:
        """Take the multiple of a step on one side of a break, by the break's own comparison."""
        near = np.float32(at.at)
        first = floor(_exact(np.nextafter(near, np.float32(-inf))) / step) - 1
        last = ceil(_exact(np.nextafter(near, np.float32(inf))) / step) + 1
        counts = range(first, last + 1)
        place = bisect_left(
            counts, x=True, key=lambda count: not at.is_below(self._number(count, step))
        )
        return self._number(counts[0] + place - (0 if up else 1), step)

    def _number(self, count: int, step: Decimal) -> int | float:
        return float(count * step) if self.feature.kind is Kind.DECIMAL else int(count * step)


def _split(at: float) -> _Break:
    """Compare as the graph does: below, in float32."""
    exact = np.float32(at)
    return _Break(at, lambda number: bool(np.float32(number) < exact))


def _bounds_of(rule: PolicyRule) -> Iterator[_Break]:
    """Compare as the policy does: in decimals, bounds inclusive."""
    if (least := rule.at_least) is not None:
        yield _Break(float(least), lambda number: Decimal(number) < least)
    if (most := rule.at_most) is not None:
        yield _Break(float(most), lambda number: Decimal(number) <= most)


def _exact(number: np.float32) -> Decimal:
    return Decimal(float(number))
