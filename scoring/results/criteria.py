"""What a product's owner holds its figures against, and what it means to be outside."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Ends = tuple[float, float]  # low and high, both inclusive


class Side(StrEnum):
    """Where a figure may be outside its tolerance."""

    BOTH = "both"
    ABOVE = "above"  # less is only better
    BELOW = "below"  # more is only better


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    HOURS = "hours"
    GAIN = "gain"  # share of the amount lent; below nothing where it is a loss
    NUMBER = "number"


class Standing(StrEnum):
    """How a figure stands to its target."""

    INSIDE = "inside"  # the whole interval
    OUTSIDE = "outside"  # the whole interval
    UNSURE = "unsure"  # the interval holds some of both
    UNKNOWN = "unknown"  # there is no figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What can be held against a target."""

    unit: Unit
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A target, how far from it is still good, and from which day it counts."""

    target: float
    tolerance: float
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The targets of a product's owner; None where none was set."""

    approval_rate: Criterion | None = None  # of what was approved or declined
    automatic_rate: Criterion | None = None  # decided without a person
    override_rate: Criterion | None = None  # officers' decisions against a recommendation
    take_up_rate: Criterion | None = None  # counter-offers accepted, of those answered or lapsed
    median_hours: Criterion | None = None  # from receipt to an officer's decision
    p90_hours: Criterion | None = None  # that nine in ten of them took at most
    waiting: Criterion | None = None  # applications in the queue
    helpful_rate: Criterion | None = None  # thumbs up, of officers' thumbs
    what_if_rate: Criterion | None = None  # officers' decisions that somebody tried a what-if on
    reasons_rate: Criterion | None = None  # officers' decisions of which a reason was judged
    taken_up_rate: Criterion | None = None  # approved loans with a matured outcome
    bad_rate: Criterion | None = None  # of matured loans
    expected_profit: Criterion | None = None  # of what was approved, by the PDs
    realised_profit: Criterion | None = None  # of matured loans


MEASURES: dict[str, Measure] = {
    "approval_rate": Measure(unit=Unit.SHARE, side=Side.BOTH),
    "automatic_rate": Measure(unit=Unit.SHARE, side=Side.BOTH),
    "override_rate": Measure(unit=Unit.SHARE, side=Side.BOTH),  # none at all is a finding too
    "take_up_rate": Measure(unit=Unit.SHARE, side=Side.BELOW),
    "median_hours": Measure(unit=Unit.HOURS, side=Side.ABOVE),
    "p90_hours": Measure(unit=Unit.HOURS, side=Side.ABOVE),
    "waiting": Measure(unit=Unit.NUMBER, side=Side.ABOVE),
    "helpful_rate": Measure(unit=Unit.SHARE, side=Side.BELOW),
    "what_if_rate": Measure(unit=Unit.SHARE, side=Side.BELOW),
    "reasons_rate": Measure(unit=Unit.SHARE, side=Side.BELOW),
    "taken_up_rate": Measure(unit=Unit.SHARE, side=Side.BELOW),
    "bad_rate": Measure(unit=Unit.SHARE, side=Side.ABOVE),
    "expected_profit": Measure(unit=Unit.GAIN, side=Side.BELOW),
    "realised_profit": Measure(unit=Unit.GAIN, side=Side.BELOW),
}


def bounds(name: str, criterion: Criterion) -> Ends:
    """Give the figures that are within tolerance, infinite where no side is outside.

    Examples
    --------
    >>> bounds("bad_rate", Criterion(target=0.1, tolerance=0.05, since=date(2026, 1, 1)))
    (-inf, 0.15)
    """
    side = MEASURES[name].side
    low, high = criterion.target - criterion.tolerance, criterion.target + criterion.tolerance
    return (
        float("-inf") if side is Side.ABOVE else round(low, 9),
        float("inf") if side is Side.BELOW else round(high, 9),
    )


def standing(name: str, criterion: Criterion, interval: Ends | None) -> Standing:
    """Hold a figure's interval against a target: only a whole interval is inside or outside.

    Examples
    --------
    >>> target = Criterion(target=0.5, tolerance=0.1, since=date(2026, 1, 1))
    >>> str(standing("approval_rate", target, (0.61, 0.65)))
    'outside'
    >>> str(standing("approval_rate", target, (0.55, 0.65)))
    'unsure'
    """
    if interval is None:
        return Standing.UNKNOWN
    (low, high), (lowest, highest) = interval, bounds(name, criterion)
    if low > highest or high < lowest:
        return Standing.OUTSIDE
    if lowest <= low and high <= highest:
        return Standing.INSIDE
    return Standing.UNSURE
