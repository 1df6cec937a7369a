"""An application as a whole: what is asked for, the features, the groups for monitoring."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring.contract import Contract
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidApplication:
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
    attributes = {item.name: item for item in contract.protected}
    problems = unknown_fields(raw, attributes, pointer=pointer, says="is not monitored here")
    groups = {}
    for key, value in raw.items():
        attribute = attributes.get(key)
        if attribute is None:
            continue
        place = f"{pointer}/{escaped(key)}"
        if not attribute.assessable:
            problems.append(FieldProblem(place, "not_assessable", str(attribute.why_not)))
        elif isinstance(value, str) and value in {group.value for group in attribute.groups}:
            groups[key] = value
        else:
            known = ", ".join(group.value for group in attribute.groups)
            problems.append(FieldProblem(place, "unknown_category", f"must be one of: {known}"))
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


def _contradictions(
    contract: Contract, values: Mapping[str, Value], requested: RequestedValues
) -> list[FieldProblem]:
    asked = {
        "requested.amount": requested.amount,
        "requested.term_months": requested.term_months,
    }
    return [
        FieldProblem(
            f"/features/{feature.name}",
            "contradiction",
            f"is {values[feature.name]}, and /{feature.same_as.replace('.', '/')} is "
            f"{asked[feature.same_as]}: they must be the same",
        )
        for feature in contract.features
        if feature.same_as is not None
        and values.get(feature.name) is not None
        and values[feature.name] != asked[feature.same_as]
    ]


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
