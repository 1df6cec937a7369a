"""What of a contract is policy: its settings by path, their differences, and texts with others."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scoring.contract import Affordability, Contract, Policy, PolicyRule

TABLES = ("policy", "affordability")  # the rest of a contract is its models'
RULES = "policy.rules"
# Gates are judged by the contract that a version is trained under, so they change with that alone.
OF_A_TRAINING = "policy.gates"


class Kind(StrEnum):
    """How a setting is written."""

    NUMBER = "number"
    MONEY = "money"  # an exact number, which TOML holds as text
    WHOLE = "whole"
    FLAG = "flag"
    WORDS = "words"
    LIST = "list"  # words with commas between them
    CHOICE = "choice"
    DAY = "day"  # as in 2026-11-01
    OTHER = "other"  # told, but not changed here


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as it is in force, defaults included; "" where nothing is set."""

    path: str
    kind: Kind
    value: str
    may_be_empty: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A setting before and after; "" where there is none."""

    path: str
    before: str
    after: str


def settings_of(contract: Contract) -> dict[str, Setting]:
    """List what the policy of a contract says, by path.

    A rule is named by its own name: `policy.rules.max_amount.at_most`.

    Examples
    --------
    >>> from pathlib import Path
    >>> found = settings_of(Contract.load(Path("contracts/consumer-loan/contract.toml")))
    >>> found["policy.approve_pd_at_most"].value, found["policy.rules.max_amount.at_most"].value
    ('0.16', '10000')
    >>> found["policy.automatic.decline_pd_at_least"].value
    ''
    """
    found = [*_settings(contract.policy, Policy, "policy")]
    if contract.affordability is not None:
        found += _settings(contract.affordability, Affordability, "affordability")
    return {setting.path: setting for setting in found}


def rule_settings(name: str) -> dict[str, Setting]:
    """List the settings that another rule would have; all are empty."""
    found = _settings(None, PolicyRule, f"{RULES}.{name}")
    return {setting.path: setting for setting in found}


def removable(contract: Contract) -> tuple[str, ...]:
    """List the tables that are set and that a policy may do without, such as its steps.

    Without such a table something is not done at all; without its settings it is done as usual.

    Examples
    --------
    >>> from pathlib import Path
    >>> removable(Contract.load(Path("contracts/consumer-loan/contract.toml")))
    ('policy.promotion',)
    """
    hints = get_type_hints(Policy)
    found = [
        f"policy.{field.name}"
        for field in fields(Policy)
        if _is_table_or_none(hints[field.name]) and getattr(contract.policy, field.name) is not None
    ]
    return (*found, *(["affordability"] if contract.affordability is not None else []))


def differences(before: Contract, after: Contract) -> tuple[Difference, ...]:
    """List the settings in which two contracts differ, in the order of the first."""
    old, new = settings_of(before), settings_of(after)
    paths = dict.fromkeys([*old, *new])
    pairs = [(path, _value(old, path), _value(new, path)) for path in paths]
    return tuple(
        Difference(path=path, before=was, after=now) for path, was, now in pairs if was != now
    )


def named(path: str, contract_rules: list[Mapping[str, Any]]) -> str:
    """Name a problem's place as its setting is named: rules by their names, not their numbers."""
    if not path.startswith(f"{RULES}["):
        return path
    number, _, rest = path.removeprefix(f"{RULES}[").partition("]")
    rule = contract_rules[int(number) - 1].get("rule", number)
    return f"{RULES}.{rule}{rest}"


def _value(settings: Mapping[str, Setting], path: str) -> str:
    return settings[path].value if path in settings else ""


def _settings(
    part: object, kind: Any, path: str, *, is_optional: bool = False
) -> Iterator[Setting]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        here = f"{path}.{field.name}"
        if kind is PolicyRule and field.name == "rule":
            continue  # its name is in every path
        if here == OF_A_TRAINING:
            continue
        value = None if part is None else getattr(part, field.name)
        if here == RULES:
            for rule in value or ():
                yield from _settings(rule, PolicyRule, f"{RULES}.{rule.rule}")
            continue
        hint, may_be_empty = _without_none(hints[field.name])
        if is_dataclass(hint):
            may_be_left_out = value is None and (may_be_empty or is_optional)
            yield from _settings(value, hint, here, is_optional=may_be_left_out)
        else:
            yield _setting(here, hint, value, may_be_empty=may_be_empty or is_optional)


def _setting(path: str, hint: Any, value: object, *, may_be_empty: bool) -> Setting:
    kind, choices = _kind(hint)
    return Setting(
        path=path,
        kind=kind,
        value=_written(value),
        may_be_empty=may_be_empty or kind is Kind.LIST,
        choices=choices,
    )


def _is_table_or_none(hint: Any) -> bool:
    kind, may_be_none = _without_none(hint)
    return is_dataclass(kind) and may_be_none


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) is not types.UnionType:
        return hint, False
    given = [each for each in get_args(hint) if each is not type(None)]
    return (given[0], True) if len(given) == 1 else (hint, True)


_KINDS: dict[Any, Kind] = {
    float: Kind.NUMBER,
    Decimal: Kind.MONEY,
    int: Kind.WHOLE,
    bool: Kind.FLAG,
    str: Kind.WORDS,
    date: Kind.DAY,
    tuple[str, ...]: Kind.LIST,
}


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(hint) is Literal:
        return Kind.CHOICE, get_args(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Kind.CHOICE, tuple(str(each) for each in hint)
    return _KINDS.get(hint, Kind.OTHER), ()


def _written(value: object) -> str:
    """Write a value as a person types it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return repr(value) if isinstance(value, float) else str(value)
