"""Files of applications as decision requests, a row at a time; a wrong row stops no other.

CSV and Parquet have the columns `reference`, `requested.amount`, `requested.term_months`,
`applicant.name`, `applicant.address`, `monitoring.NAME` and the features by name; what a feature
says anyway (`same_as`) need not be said twice. A line of NDJSON is a request as the API takes it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from scoring.contract import Contract, Feature, Kind
from scoring.features import FieldProblem, InputRefused, escaped
from scoring.files.reading_csv import Dialect, FileRefused, csv_height, csv_table
from scoring.files.reading_csv import Rows as Chunks
from scoring.files.reading_parquet import parquet_height, parquet_table

MOST_ROWS = 1_000_000
LONGEST_LINE = 1024 * 1024  # bytes, as of the single endpoint's body
MOST_NAMED = 50  # columns
DIALECT = Dialect(encoding="utf-8-sig", delimiter=",")
NAME = "The file"
NO_TEXT = {  # what such files begin with, where text was said to be in them
    b"\x1f\x8b": "is compressed; send it as it was before",
    b"PK\x03\x04": "is an archive or a spreadsheet; send it as CSV, NDJSON or Parquet",
    b"PAR1": "is Parquet, and was said to be something else",
}
OTHER_DELIMITERS = re.compile(r"[;\t|]")
WHOLE = re.compile(r"([+-]?[0-9]{1,100})(\.0*)?")  # "36.0" is what a table of numbers makes of 36
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
WORDS = {"true": True, "false": False}

Place = tuple[str, str, Callable[[str], object]]  # part of the request, name in it, reader
Parse = Callable[[bytes], Mapping[str, object]]
Body = Mapping[str, object]


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Row:
    """One application as it stands in the file, or why it could not even be read."""

    number: int  # 1 is the first row of data
    body: Body | None
    problems: tuple[FieldProblem, ...] = ()
    bytes: int = 0  # as JSON, where it came as that


@dataclass(frozen=True, slots=True)
class Rows:
    """An opened file: how many rows it has, and those that are wanted, to be gone through once."""

    total: int
    wanted: Iterator[Row]


def open_rows(file: Path, kind: Format, *, contract: Contract, parse: Parse, skip: int = 0) -> Rows:
    """Count the rows of a file, and open it for all but the first `skip` of them.

    Parameters
    ----------
    file : Path
        UTF-8 where it is text; CSV with commas.
    kind : Format
        How it is written.
    contract : Contract
        Says which columns there are, and what a cell of each becomes.
    parse : callable
        Reads a line of NDJSON; raises `InputRefused`.
    skip : int
        Rows that are done.

    Raises
    ------
    FileRefused
        It cannot be read, or has no row or too many of them; counting finds that out before the
        first row of CSV or NDJSON is given.
    InputRefused
        It has columns that mean nothing here, or lacks some; each is named.
    """
    if kind is not Format.PARQUET:
        _refuse_no_text(file)
    total = _height(file, kind)
    if not 1 <= total <= MOST_ROWS:
        raise FileRefused(f"{NAME} has {total:,} rows; it must have 1 to {MOST_ROWS:,}")
    if kind is Format.NDJSON:
        return Rows(total, _requests(file, parse=parse, skip=skip))
    columns, chunks = (
        parquet_table(file, name=NAME, date_format="%Y-%m-%d")
        if kind is Format.PARQUET
        else csv_table(file, DIALECT, name=NAME)
    )
    return Rows(total, _table(columns, chunks, contract=contract, skip=skip))


def _refuse_no_text(file: Path) -> None:
    with file.open("rb") as opened:
        first = opened.read(4)
    for mark, words in NO_TEXT.items():
        if first.startswith(mark):
            raise FileRefused(f"{NAME} {words}")


def _height(file: Path, kind: Format) -> int:
    if kind is Format.NDJSON:
        return sum(1 for _ in _lines(file))
    if kind is Format.PARQUET:
        return parquet_height(file, name=NAME)
    return csv_height(file, DIALECT, name=NAME)


def _requests(file: Path, *, parse: Parse, skip: int) -> Iterator[Row]:
    for number, line in enumerate(_lines(file), start=1):
        if number <= skip:
            continue
        if len(line) > LONGEST_LINE:
            yield _wrong(number, "too_long", f"is longer than {LONGEST_LINE:,} bytes")
            continue
        try:
            yield Row(number, parse(line))
        except InputRefused as refused:
            yield Row(number, None, refused.problems)


def _lines(file: Path) -> Iterator[bytes]:
    """Go through the lines that hold something; of one that is too long, its beginning."""
    with file.open("rb") as opened:
        while line := opened.readline(LONGEST_LINE + 2):
            rest = line
            while not rest.endswith(b"\n") and len(rest) > LONGEST_LINE:
                rest = opened.readline(LONGEST_LINE + 2)
            bare = line.strip(b" \t\r\n")
            if bare:
                yield bare if len(line) <= LONGEST_LINE + 1 else line


def _table(
    columns: tuple[str, ...], chunks: Chunks, *, contract: Contract, skip: int
) -> Iterator[Row]:
    places = _places(columns, contract)
    twice = [
        (item.name, part, name)
        for item in contract.features
        if item.same_as
        for part, _, name in [item.same_as.partition(".")]
    ]
    return _bodies(chunks, places, twice, skip=skip)


def _bodies(
    chunks: Chunks, places: list[Place], twice: list[tuple[str, str, str]], *, skip: int
) -> Iterator[Row]:
    for first, cells, ragged, _share in chunks:
        start = max(skip + 1 - first, 0)
        for number, row in enumerate(cells.slice(start).iter_rows(), start=first + start):
            if number in ragged:
                yield _wrong(number, "ragged", ragged[number])
            else:
                yield Row(number, _body(row, places, twice))


def _places(columns: tuple[str, ...], contract: Contract) -> list[Place]:
    """Say what each column is; refuse columns that are nothing, and the lack of needed ones."""
    if len(columns) == 1 and (others := OTHER_DELIMITERS.findall(columns[0])):
        words = f"the header has no comma: separate columns by commas and not by {others[0]!r}"
        raise InputRefused((FieldProblem("", "no_commas", words),))
    known: dict[str, Place] = {
        "product": ("", "product", str),
        "reference": ("", "reference", str),
        "requested.amount": ("requested", "amount", str),
        "applicant.name": ("applicant", "name", str),
        "applicant.address": ("applicant", "address", str),
    }
    if contract.requested.has_term:
        known["requested.term_months"] = ("requested", "term_months", whole)
    for item in contract.protected:
        known[f"monitoring.{item.name}"] = ("monitoring", item.name, str)
    for feature in contract.features:
        known[feature.name] = ("features", feature.name, _reader(feature))
    said = {feature.same_as for feature in contract.features if feature.name in columns}
    needed = [
        "reference",
        *(one for one in known if one.startswith("requested.")),
        *_needed(contract),
    ]
    problems = [
        FieldProblem(_pointer(name), "unknown_column", f"{name[:100]!r} is no column of a batch")
        for name in columns
        if name not in known
    ]
    problems += [
        FieldProblem(_pointer(name), "missing_column", f"the column {name!r} is missing")
        for name in needed
        if name not in columns and name not in said
    ]
    if problems:
        raise InputRefused(tuple(problems[:MOST_NAMED]))
    return [known[name] for name in columns]


def _needed(contract: Contract) -> list[str]:
    return [feature.name for feature in contract.features if not feature.may_be_missing]


def _pointer(column: str) -> str:
    part, _, name = column.rpartition(".")
    if part in {"requested", "monitoring", "applicant"}:
        return f"/{part}/{escaped(name)}"
    return f"/{column}" if column in {"reference", "product"} else f"/features/{escaped(column)}"


def _body(
    cells: tuple[str | None, ...], places: list[Place], twice: list[tuple[str, str, str]]
) -> Body:
    features: dict[str, object] = {}
    parts: dict[str, dict[str, object]] = {
        "requested": {},
        "features": features,
        "monitoring": {},
        "applicant": {},
        "": {},
    }
    for (part, name, read), cell in zip(places, cells, strict=True):
        if cell is not None:
            parts[part][name] = read(cell)
    for name, part, other in twice:
        value = features.get(name)
        if value is not None:
            parts[part].setdefault(other, str(value) if other == "amount" else value)
    if not parts["applicant"]:  # a request names one, or has no such part
        del parts["applicant"]
    return parts.pop("") | parts


def _reader(feature: Feature) -> Callable[[str], object]:
    if feature.kind is Kind.CATEGORY:
        return str
    if feature.kind is Kind.BOOLEAN:
        return lambda cell: WORDS.get(cell, cell)
    return number if feature.kind is Kind.DECIMAL else whole


def whole(cell: str) -> int | str:
    """Read a whole number; what is none stays text, and the contract's check says so."""
    found = WHOLE.fullmatch(cell)
    return int(found[1]) if found else cell


def number(cell: str) -> float | str:
    """Read a number; what is none stays text, and the contract's check says so."""
    return float(cell) if NUMBER.fullmatch(cell) else cell


def _wrong(number: int, code: str, message: str) -> Row:
    return Row(number, None, (FieldProblem("", code, message),))
