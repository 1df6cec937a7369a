"""Is an application what the contract asks for? Every problem of it is found at once."""

import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import lru_cache

from scoring.contract import Contract, Feature, Kind
from scoring.contracts.schema import json_schema

__all__ = ["FieldProblem", "InputRefused", "Value", "example", "json_schema", "validate"]

Value = int | float | str | bool | None
_ABSENT = object()
MOST_UNKNOWN = 100  # named: an answer has an end, whatever was sent
_PRIVATE = "is not a feature of this product"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with an application, and where."""

    pointer: str  # JSON pointer, such as "/features/duration_months"
    code: str
    message: str


class InputRefused(ValueError):
    """The application is not what the contract asks for; every problem is listed."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{item.pointer}: {item.message}" for item in problems))


Problem = tuple[str, str] | None  # code, message
Check = Callable[[object], Problem]


def validate(
    contract: Contract, raw: Mapping[str, object], *, pointer: str = "/features"
) -> dict[str, Value]:
    """Check the features of an application.

    Types are JSON's as sent: 36.0, "36" and true are no integers, texts are not trimmed. A
    whole number is accepted for a decimal. The engine casts numbers to float32 once; what is
    returned here is exactly what was sent.

    Parameters
    ----------
    contract : Contract
        The product.
    raw : mapping of name to JSON value
        The features as sent.
    pointer : str
        Where they stood, for the problems.

    Returns
    -------
    dict
        Every feature in contract order; None where it may be missing and is.

    Raises
    ------
    InputRefused
        With every problem found.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> validate(contract, example(contract) | {"housing": "castle"})
    Traceback (most recent call last):
        ...
    scoring.features.InputRefused: /features/housing: must be one of: rent, own, free
    """
    values, problems = checked_features(contract, raw, pointer=pointer)
    if problems:
        raise InputRefused(tuple(problems))
    return values


def example(contract: Contract) -> dict[str, Value]:
    """Make up valid features: the first category, the middle of the bounds.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> example(contract)["checking_status"], example(contract)["duration_months"]
    ('below_0', 43)
    """
    return {feature.name: _example_of(feature) for feature in contract.features}


def checked_features(
    contract: Contract, raw: Mapping[str, object], *, pointer: str
) -> tuple[dict[str, Value], list[FieldProblem]]:
    """Check the features and answer with those that are right and what is wrong with the rest."""
    values: dict[str, Value] = {}
    problems: list[FieldProblem] = []
    present = 0
    for name, check in _checks(contract):
        value = raw.get(name, _ABSENT)
        if value is _ABSENT:
            value = None
        else:
            present += 1
        problem = check(value)
        if problem is None:
            values[name] = value  # type: ignore[assignment]  # the check has looked
        else:
            problems.append(FieldProblem(f"{pointer}/{name}", *problem))
    if present != len(raw):
        known = set(contract.feature_names)
        problems += unknown_fields(raw, known, pointer=pointer, says=_PRIVATE)
    return values, problems


def unknown_fields(
    raw: Mapping[str, object], known: Container[str], *, pointer: str = "", says: str
) -> list[FieldProblem]:
    """Name the fields that mean nothing here; of very many, the first hundred."""
    strange = [key for key in raw if key not in known]
    return [
        FieldProblem(f"{pointer}/{escaped(key)}", "unknown_field", says)
        for key in strange[:MOST_UNKNOWN]
    ]


@lru_cache(maxsize=256)  # contracts are compared by their hash
def _checks(contract: Contract) -> tuple[tuple[str, Check], ...]:
    return tuple((feature.name, _check_for(feature)) for feature in contract.features)


def _check_for(feature: Feature) -> Check:
    if feature.kind is Kind.CATEGORY:
        return _category_check(feature)
    if feature.kind is Kind.BOOLEAN:
        return _boolean_check(feature)
    return _number_check(feature)


def _absence(feature: Feature) -> Problem:
    return None if feature.may_be_missing else ("missing", "is missing")


def _category_check(feature: Feature) -> Check:
    known, absence = frozenset(feature.values), _absence(feature)
    unknown = ("unknown_category", f"must be one of: {', '.join(feature.values)}")

    def check(value: object) -> Problem:
        if value is None:
            return absence
        if not isinstance(value, str):
            return "wrong_type", "must be a text"
        return None if value in known else unknown

    return check


def _boolean_check(feature: Feature) -> Check:
    absence = _absence(feature)

    def check(value: object) -> Problem:
        if value is None:
            return absence
        return None if isinstance(value, bool) else ("wrong_type", "must be true or false")

    return check


def _number_check(feature: Feature) -> Check:
    low, high, absence = feature.bounds[0], feature.bounds[1], _absence(feature)
    types = (int, float) if feature.kind is Kind.DECIMAL else (int,)
    wrong = "must be a number" if feature.kind is Kind.DECIMAL else "must be a whole number"
    unit = f" {feature.unit}" if feature.unit else ""
    outside = ("out_of_bounds", f"must be {feature.bounds_in_words}{unit}")

    def check(value: object) -> Problem:
        if value is None:
            return absence
        if type(value) not in types:  # a bool is an int to isinstance
            return "wrong_type", wrong
        if low <= value <= high:  # type: ignore[operator]  # it is a number by now
            return None
        if isinstance(value, float) and not math.isfinite(value):
            return "not_finite", "must be a finite number"
        return outside

    return check


def _example_of(feature: Feature) -> Value:
    if feature.kind is Kind.BOOLEAN:
        return True
    if feature.kind is Kind.CATEGORY:
        return feature.categories[0].value
    low, high = feature.bounds
    middle = (low + high) / 2
    return middle if feature.kind is Kind.DECIMAL else math.floor(middle)


def escaped(key: object) -> str:
    """Write a key as a part of a JSON pointer (RFC 6901), without drowning the answer in it."""
    return str(key)[:100].replace("~", "~0").replace("/", "~1")
