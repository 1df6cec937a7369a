"""A contract's text with other policy settings in it; every other byte stays as it was."""

import copy
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from scoring.contract import Contract, ContractProblem, ContractRefused
from scoring.contracts.policy_settings import (
    RULES,
    TABLES,
    Kind,
    Setting,
    named,
    removable,
    rule_settings,
    settings_of,
)

_HEADER = re.compile(r"^\s*\[\[?\s*([\w-]+)")
_REMARK = re.compile(r"^\s*(#.*)?$")


class TextNotRewritable(ValueError):
    """The contract writes its policy in a way that cannot be replaced; it takes a person."""


def changed(contract: Contract, changes: Mapping[str, str]) -> str:
    """Write a contract's text with some of its policy's settings changed.

    The tables of the policy are written anew, without their comments: those told of the figures
    that were there before.

    Parameters
    ----------
    contract : Contract
        What is changed.
    changes : mapping of path to words
        As `settings_of` names them; "" takes a setting away, with the last one its table, and
        `policy.rules.NAME` a rule. A rule that is not there yet begins with any of its settings.
        "" takes a whole table away, too, where `removable` names it.

    Returns
    -------
    str
        The text of a contract that reads.

    Raises
    ------
    ContractRefused
        With every problem of what is changed, rules by their names.
    TextNotRewritable
        The policy is not written in tables of its own.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> text = changed(contract, {"policy.approve_pd_at_most": "0.14"})
    >>> Contract.parse(text.encode()).policy.approve_pd_at_most
    0.14
    """
    raw = tomllib.loads(contract.text)
    tables = {name: copy.deepcopy(raw[name]) for name in TABLES if name in raw}
    known, problems = settings_of(contract), list[ContractProblem]()
    whole = removable(contract)
    for path, words in changes.items():
        if path in whole and not words.strip():
            _take_out(tables, path)
        else:
            problems += _set(tables, known, path, words.strip())
    if problems:
        raise ContractRefused(tuple(problems))
    text = _replaced(contract.text, tables)
    if _read(text) != _rest(contract.text) | tables:
        raise TextNotRewritable("The contract does not write its policy in tables of its own.")
    return _checked(text, tables)


def rest_differs(one: str, other: str) -> bool:
    """Say whether two contracts' texts differ in anything that is not policy."""
    return _rest(one) != _rest(other)


def _read(text: str) -> dict[str, Any] | None:
    """Read what was put together; None where it does not even read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _rest(text: str) -> dict[str, Any]:
    return {name: value for name, value in tomllib.loads(text).items() if name not in TABLES}


def _checked(text: str, tables: Mapping[str, Any]) -> str:
    """Let the contract's own parser read it; its problems name rules as people do."""
    try:
        Contract.parse(text.encode())
    except ContractRefused as refused:
        rules = tables["policy"].get("rules", [])
        raise ContractRefused(
            tuple(
                ContractProblem(path=named(each.path, rules), message=each.message)
                for each in refused.problems
            )
        ) from refused
    return text


def _set(
    tables: dict[str, Any], known: Mapping[str, Setting], path: str, words: str
) -> Iterator[ContractProblem]:
    if path.startswith(f"{RULES}."):
        yield from _set_rule(tables, path.removeprefix(f"{RULES}."), words)
        return
    setting = known.get(path)
    if setting is None or setting.kind is Kind.OTHER:
        yield ContractProblem(path=path, message="is no setting of this policy")
        return
    *outer, key = path.split(".")
    way = [tables]
    for name in outer:
        way.append(way[-1].setdefault(name, {}))
    yield from _put(way[-1], key, setting, words)
    for table, name in reversed(list(zip(way, outer, strict=False))):
        if not table[name]:  # an empty one would still ask for what is usual
            del table[name]


def _take_out(tables: dict[str, Any], path: str) -> None:
    *outer, name = path.split(".")
    table = tables
    for each in outer:
        table = table[each]
    del table[name]


def _set_rule(tables: dict[str, Any], rest: str, words: str) -> Iterator[ContractProblem]:
    name, _, key = rest.partition(".")
    rules = tables["policy"].setdefault("rules", [])
    rule = next((each for each in rules if each.get("rule") == name), None)
    if not key and not words:
        if rule is not None:
            rules.remove(rule)
        return
    path = f"{RULES}.{rest}"
    setting = rule_settings(name).get(path)
    if setting is None:
        yield ContractProblem(path=path, message="is no setting of a rule")
        return
    if rule is None:
        rule = {"rule": name}
        rules.append(rule)
    yield from _put(rule, key, setting, words)


def _put(
    table: dict[str, Any], key: str, setting: Setting, words: str
) -> Iterator[ContractProblem]:
    if not words:
        table.pop(key, None)
        return
    try:
        table[key] = _value(setting.kind, words)
    except ValueError:
        meant = {
            Kind.WHOLE: "a whole number",
            Kind.FLAG: "true or false",
            Kind.DAY: "a date such as 2026-11-01",
        }
        message = f"must be {meant.get(setting.kind, 'a number')}"
        yield ContractProblem(path=setting.path, message=message)


def _value(kind: Kind, words: str) -> Any:
    match kind:
        case Kind.NUMBER:
            return _finite(words)
        case Kind.WHOLE:
            return int(words)
        case Kind.FLAG:
            return bool(("false", "true").index(words))
        case Kind.DAY:
            return date.fromisoformat(words)
        case Kind.LIST:
            return [each.strip() for each in words.split(",") if each.strip()]
    return words


def _finite(words: str) -> float:
    number = float(words)
    if not math.isfinite(number):
        raise ValueError(words)
    return number


def _replaced(text: str, tables: Mapping[str, Any]) -> str:
    """Put tables in the place of those of their names; new ones come last."""
    waiting = dict(tables)
    parts = []
    for name, part in _parts(text):
        if name not in TABLES:
            parts.append(part)
        elif name in waiting:
            parts.append("\n".join(_table(name, waiting.pop(name))) + "\n")
    parts += ["\n".join(_table(name, table)) + "\n" for name, table in waiting.items()]
    return "".join(parts)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Cut a text before each table, with the remarks above it, and name the table's outermost."""
    lines = text.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    begins = [_with_remarks(lines, number) for number in heads]
    names = [_name(lines[number]) for number in heads]
    yield "", "".join(lines[: begins[0]] if begins else lines)
    for place, name in enumerate(names):
        ends = begins[place + 1] if place + 1 < len(begins) else len(lines)
        yield name, "".join(lines[begins[place] : ends])


def _name(line: str) -> str:
    found = _HEADER.match(line)
    return found[1] if found else ""


def _with_remarks(lines: list[str], number: int) -> int:
    while number > 0 and _REMARK.match(lines[number - 1]):
        number -= 1
    return number


def _table(name: str, table: Mapping[str, Any], *, opened: str = "[{}]") -> Iterator[str]:
    """Write a table: its values, then the tables within it."""
    yield ""
    yield opened.format(name)
    inner = {key: value for key, value in table.items() if _is_tables(value)}
    for key, value in table.items():
        if key not in inner:
            yield f"{key} = {_toml(value)}"
    for key, value in inner.items():
        for each in value if isinstance(value, list) else [value]:
            form = "[[{}]]" if isinstance(value, list) else "[{}]"
            yield from _table(f"{name}.{key}", each, opened=form)


def _is_tables(value: object) -> bool:
    is_list = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return isinstance(value, dict) or is_list


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(
        value, str
    ):  # what JSON escapes, TOML reads; it leaves one sign that TOML does not
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
