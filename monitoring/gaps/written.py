"""How figures of gaps are written down, by the worker that stores them and by pages alike."""

from typing import Any

from scoring.contract import Protected
from scoring.groups.gap_cut_offs import At, Everybody
from scoring.proportions import Interval, wilson

DIGITS = 6


def everybody_said(each: Everybody) -> dict[str, Any]:
    """Write down what a cut-off comes to for all."""
    return {
        "cut_off": each.cut_off,
        **ends_said("approved", each.approved.value, wilson(each.approved)),
        **ends_said("bad_rate", each.bad.value if each.bad else None, each.bad_within),
        "known": each.bad.n if each.bad else 0,
    }


def at_said(each: At) -> dict[str, Any]:
    """Write down how a group fares beside the reference at a cut-off."""
    return {
        "cut_off": each.cut_off,
        **ends_said("air", each.air, each.within),
        **ends_said("bad_rate", each.bad_rate, each.bad_within),
    }


def ends_said(name: str, value: float | None, within: Interval | None) -> dict[str, float | None]:
    """Write a figure with its two ends."""
    low, high = (within.low, within.high) if within else (None, None)
    return {name: short(value), f"{name}_low": short(low), f"{name}_high": short(high)}


def short(value: float | None) -> float | None:
    """Keep as many digits as a page shows, and some."""
    return None if value is None else round(float(value), DIGITS)


def label_of(attribute: Protected, value: str) -> str:
    """Say what a group is called."""
    return next((each.label for each in attribute.groups if each.value == value), value)
