"""The parts of a manifest that serving reads, held to their shape before anything is served.

What is wrong would otherwise be found by whoever uses it, in the middle of an answer.
"""

from collections.abc import Callable, Mapping
from typing import Any


def misshapen(manifest: Mapping[str, Any]) -> list[str]:
    """Name the parts that serving cannot read; one that is absent or null is none of them.

    Parameters
    ----------
    manifest : mapping
        As JSON gave it; its numbers are finite.

    Returns
    -------
    list of names

    Examples
    --------
    >>> misshapen({"calibration": {"a": 1.0, "b": "0"}, "libraries": None, "seed": 42})
    ['calibration']
    """
    return [
        name
        for name, is_right in _PARTS.items()
        if manifest.get(name) is not None and not is_right(manifest[name])
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_line(value: object) -> bool:
    return isinstance(value, dict) and all(_is_number(value.get(key)) for key in ("a", "b"))


def _is_ensemble(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("models"), int):
        return False
    return value["models"] >= 1 and _is_number(value.get("near")) and value["near"] >= 0


def _are_spreads(value: object) -> bool:
    return isinstance(value, dict) and all(_is_spread(each) for each in value.values())


def _is_spread(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("splits", []), list):
        return False
    ends = [value.get("low"), value.get("high")]
    return all(map(_is_number, value.get("splits", []))) and all(
        end is None or _is_number(end) for end in ends
    )


def _are_names(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_reference(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("usual", {}), dict):
        return False
    singles = (str, int, float, bool, type(None))
    return all(isinstance(each, singles) for each in value.get("usual", {}).values())


_PARTS: dict[str, Callable[[object], bool]] = {
    "calibration": _is_line,
    "ensemble": _is_ensemble,
    "features": _are_spreads,
    "libraries": _are_names,
    "reference": _is_reference,
}
