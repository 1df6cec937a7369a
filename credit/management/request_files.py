"""Files of applications: NDJSON as the API takes them, or CSV with a column a field.

CSV columns: `reference`, `requested.amount`, `requested.term_months`, `applicant.name`,
`applicant.address`, `monitoring.NAME`, and the features by name. What a feature says anyway
(`same_as`) need not be said twice.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from scoring.contract import Contract, Feature, Kind
from scoring.features import InputRefused

_WORDS = {"true": True, "false": False}


@dataclass(slots=True, kw_only=True)
class Row:
    """One application of a file; its place is for messages."""

    number: int  # 1 is the first row of data
    body: dict[str, Any] = field(default_factory=dict)
    problem: str = ""  # where it could not even be read


def read(path: Path, *, contract: Contract) -> Iterator[Row]:
    """Read a file row by row, never whole."""
    if path.suffix == ".csv":
        yield from _csv(path, contract)
    elif path.suffix in {".ndjson", ".jsonl"}:
        yield from _ndjson(path)
    else:
        raise CommandError(f"{path.name}: a file of applications ends in .csv or .ndjson.")


def told(refused: InputRefused, *, path: Path) -> str:
    """Say what is wrong with a row as its file names it: a table has columns and no pointers."""
    if path.suffix != ".csv":
        return str(refused)
    return "; ".join(f"{_column(each.pointer)}: {each.message}" for each in refused.problems)


def _column(pointer: str) -> str:
    return pointer.removeprefix("/").removeprefix("features/").replace("/", ".")


def _ndjson(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        lines = (line for line in file if line.strip())
        for number, line in enumerate(lines, start=1):
            try:
                body = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Row(number=number, problem=f"is no JSON: {error}")
                continue
            if isinstance(body, dict):
                yield Row(number=number, body=body)
            else:
                yield Row(number=number, problem="is no JSON object")


def _csv(path: Path, contract: Contract) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, cells in enumerate(csv.DictReader(file), start=1):
            if None in cells or None in cells.values():
                yield Row(number=number, problem="has another number of cells than the header")
            else:
                yield Row(number=number, body=_body(cells, contract, number))


def _body(cells: dict[str, str], contract: Contract, number: int) -> dict[str, Any]:
    features = {feature.name: feature for feature in contract.features}
    body: dict[str, Any] = {
        "product": contract.slug,
        "reference": f"row {number}",
        "requested": {},
        "features": {},
        "monitoring": {},
    }
    for column, cell in cells.items():
        part, _, name = column.rpartition(".")
        if cell == "":
            continue
        if column == "requested.term_months":
            body["requested"][name] = _number(cell)
        elif part in {"requested", "monitoring", "applicant"}:
            body.setdefault(part, {})[name] = cell
        elif column in features:
            body["features"][column] = _value(features[column], cell)
        else:
            body[column] = cell  # the check of the request names what it does not know
    _say_twice(body, contract)
    return body


def _say_twice(body: dict[str, Any], contract: Contract) -> None:
    """Fill in what is asked for from the features that are the same thing."""
    for feature in contract.features:
        value = body["features"].get(feature.name)
        if feature.same_as is None or value is None:
            continue
        part, _, name = feature.same_as.partition(".")
        body[part].setdefault(name, str(value) if name == "amount" else value)


def _value(feature: Feature, cell: str) -> Any:
    if feature.kind is Kind.CATEGORY:
        return cell
    if feature.kind is Kind.BOOLEAN:
        return _WORDS.get(cell, cell)
    return _number(cell)


def _number(cell: str) -> int | float | str:
    """Read a number; what is none stays text, and the contract's check says so."""
    for read_as in (int, float):
        try:
            if cell.isascii() and "_" not in cell:
                return read_as(cell)
        except ValueError:
            continue
    return cell
