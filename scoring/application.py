"""An application as a whole: what is asked for, the features, the groups for monitoring."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from scoring.contract import Contract, Protected
from scoring.features import (
    FieldProblem,
    InputRefused,
    Value,
    checked_features,
    escaped,
    unknown_fields,
)

_ABSENT = object()
_MONEY = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,2})?")
Problem = tuple[str, str] | None  # code, message


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedValues:
    """What the applicant asks for."""

    amount: Decimal
    term_months: int | None = None


class ValidApplication(NamedTuple):
    """An application that the contract accepts."""

    requested: RequestedValues
    features: dict[str, Value]  # every feature, in contract order
    monitoring: dict[str, str]  # protected attribute to group


def validate_requested(
    contract: Contract, raw: Mapping[str, object], *, pointer: str = "/requested"
) -> RequestedValues:
    """Check what is asked for.

    The amount is a text with at most two decimals, such as "4200.00", so that no step can
    round it; the term is a whole number of months.

    Raises
    ------
    InputRefused
        With every problem found.
    """
    known = ("amount", "term_months") if contract.requested.has_term else ("amount",)
    problems = unknown_fields(raw, known, pointer=pointer, says="is not asked for here")
    found = {"amount": _amount_problem(contract, raw.get("amount", _ABSENT))}
    if contract.requested.has_term:
        found["term_months"] = _term_problem(contract, raw.get("term_months", _ABSENT))
    problems += [FieldProblem(f"{pointer}/{key}", *item) for key, item in found.items() if item]
    if problems:
        raise InputRefused(tuple(problems))
    term = raw.get("term_months")
    return RequestedValues(
        amount=Decimal(str(raw["amount"])), term_months=term if isinstance(term, int) else None
    )


def validate_monitoring(
    contract: Contract, raw: Mapping[str, object], *, pointer: str = "/monitoring"
) -> dict[str, str]:
    """Check protected groups sent for monitoring; they go to the vault and nowhere else.

    Returns
    -------
    dict
        Attribute to group, of those sent.

    Raises
    ------
    InputRefused
        With every problem found.
    """
    attributes = _protected(contract)
    problems = unknown_fields(raw, attributes, pointer=pointer, says="is not monitored here")
    groups = {}
    for key, value in raw.items():
        if key not in attributes:
            continue
        attribute, known = attributes[key]
        if isinstance(value, str) and value in known:
            groups[key] = value
            continue
        place = f"{pointer}/{escaped(key)}"
        if not attribute.assessable:
            problems.append(FieldProblem(place, "not_assessable", str(attribute.why_not)))
        else:
            listed = ", ".join(group.value for group in attribute.groups)
            problems.append(FieldProblem(place, "unknown_category", f"must be one of: {listed}"))
    if problems:
        raise InputRefused(tuple(problems))
    return groups


def validate_application(
    contract: Contract,
    *,
    requested: Mapping[str, object],
    features: Mapping[str, object],
    monitoring: Mapping[str, object],
) -> ValidApplication:
    """Check all parts of an application, and that they do not contradict one another.

    Raises
    ------
    InputRefused
        With every problem of every part.
    """
    problems: list[FieldProblem] = []
    asked: RequestedValues | None = None
    groups: dict[str, str] = {}
    values, found = checked_features(contract, features, pointer="/features")
    problems += found
    try:
        asked = validate_requested(contract, requested)
    except InputRefused as refusal:
        problems += refusal.problems
    try:
        groups = validate_monitoring(contract, monitoring)
    except InputRefused as refusal:
        problems += refusal.problems
    if asked is not None:
        problems += _contradictions(contract, values, asked)
    if problems or asked is None:
        raise InputRefused(tuple(problems))
    return ValidApplication(requested=asked, features=values, monitoring=groups)


@lru_cache(maxsize=256)  # contracts are compared by their hash
def _protected(contract: Contract) -> dict[str, tuple[Protected, frozenset[str]]]:
    """Give each protected attribute with the groups that can be sent of it."""
    return {
        item.name: (item, frozenset(group.value for group in item.groups if item.assessable))
        for item in contract.protected
    }


@lru_cache(maxsize=256)
def _said_twice(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Name the features that must be the same as what is asked for, and as what of it."""
    return tuple((item.name, item.same_as) for item in contract.features if item.same_as)


def _contradictions(
    contract: Contract, values: Mapping[str, Value], requested: RequestedValues
) -> list[FieldProblem]:
    asked = {
        "requested.amount": requested.amount,
        "requested.term_months": requested.term_months,
    }
    return [
        FieldProblem(
            f"/features/{name}",
            "contradiction",
            f"is {values[name]}, and /{same_as.replace('.', '/')} is "
            f"{asked[same_as]}: they must be the same",
        )
        for name, same_as in _said_twice(contract)
        if values.get(name) is not None and _as_stated(values[name]) != asked[same_as]
    ]


def _as_stated(value: Value) -> Value | Decimal:
    """Give a number by the digits that it was sent with: the float 0.1 is a hair beside them."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _amount_problem(contract: Contract, value: object) -> Problem:
    low, high = contract.requested.amount_minimum, contract.requested.amount_maximum
    if value is _ABSENT or value is None:
        return "missing", "is missing"
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        return "wrong_type", 'must be a text with at most two decimals, such as "4200.00"'
    if not low <= Decimal(value) <= high:
        return "out_of_bounds", f"must be {low} to {high} {contract.currency}"
    return None


def _term_problem(contract: Contract, value: object) -> Problem:
    low, high = contract.requested.term_minimum or 0, contract.requested.term_maximum or 0
    if value is _ABSENT or value is None:
        return "missing", "is missing"
    if not isinstance(value, int) or isinstance(value, bool):
        return "wrong_type", "must be a whole number of months"
    if not low <= value <= high:
        return "out_of_bounds", f"must be {low} to {high} months"
    return None
