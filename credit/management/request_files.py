"""Files of applications: NDJSON as the API takes them, or a table with a column a field.

Tables are read as `scoring.files` reads any: CSV however it is written, Parquet, gzip of either.
Columns: `reference`, `requested.amount`, `requested.term_months`, `applicant.name`,
`applicant.address`, `monitoring.NAME`, and the features by name. What a feature says anyway
(`same_as`) need not be said twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scoring.canonical import no_doubles
from scoring.contract import Contract, Feature, Kind
from scoring.features import InputRefused
from scoring.files.batch_files import LINES, OTHER_KIND, TABLES
from scoring.files.reading import FileRefused, open_table

_WORDS = {"true": True, "false": False}


@dataclass(slots=True, kw_only=True)
class Row:
    """One application of a file; its place is for messages."""

    number: int  # 1 is the first row of data
    body: dict[str, Any] = field(default_factory=dict)
    problem: str = ""  # where it could not even be read


def read(path: Path, *, contract: Contract) -> Iterator[Row]:
    """Read a file row by row, never whole; one that cannot be read to its end gives no row.

    Raises
    ------
    FileRefused
        It is of another kind, or cannot be read.
    """
    if path.suffix in LINES:
        yield from _ndjson(path)
    elif path.suffix in TABLES:
        for _ in _cells(path):
            pass
        for number, cells, problem in _cells(path):
            body = {} if problem else _body(cells, contract, number)
            yield Row(number=number, body=body, problem=problem)
    else:
        raise FileRefused(OTHER_KIND.format(name=path.name))


def told(refused: InputRefused, *, path: Path) -> str:
    """Say what is wrong with a row as its file names it: a table has columns and no pointers."""
    if path.suffix in LINES:
        return str(refused)
    return "; ".join(f"{_column(each.pointer)}: {each.message}" for each in refused.problems)


def _column(pointer: str) -> str:
    return pointer.removeprefix("/").removeprefix("features/").replace("/", ".")


def _ndjson(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        lines = (line for line in file if line.strip())
        for number, line in enumerate(lines, start=1):
            try:
                body = json.loads(line, object_pairs_hook=no_doubles)
            except (ValueError, RecursionError) as error:
                yield Row(number=number, problem=f"is no JSON: {error}")
                continue
            if isinstance(body, dict):
                yield Row(number=number, body=body)
            else:
                yield Row(number=number, problem="is no JSON object")


def _cells(path: Path) -> Iterator[tuple[int, dict[str, str | None], str]]:
    """Go through a table: the number of a row, its cells, what is wrong with their number."""
    with open_table(path) as table:
        for chunk in table.chunks:
            rows = chunk.cells.iter_rows(named=True)
            for number, cells in enumerate(rows, start=chunk.first):
                yield number, cells, chunk.ragged.get(number, "")


def _body(cells: dict[str, str | None], contract: Contract, number: int) -> dict[str, Any]:
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
        if cell is None:
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
