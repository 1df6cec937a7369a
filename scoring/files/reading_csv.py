"""CSV files: how they are written, and their rows as text."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import polars as pl

ROWS_AT_ONCE = 20_000
LINES_LOOKED_AT = 100
BLOCK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 100_000  # characters; a longer one is a quote that nobody closed
MOST_COLUMNS = 2_000
MOST_LINES = 0.5  # share of lines that differ from the first in the same way: it is no header
LEAST_ZEROS = 0.3  # share of zero bytes at every other place beyond which text is UTF-16
_MARKS = (  # the longer marks first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Rows = Iterator[tuple[int, pl.DataFrame, dict[int, str], float]]


class FileRefused(ValueError):
    """The file cannot be read as a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str
    delimiter: str


def dialect_of(content: Path, *, name: str, encoding: str | None, delimiter: str | None) -> Dialect:
    """Find out what the contract does not say."""
    encoding = encoding or _encoding_of(content)
    try:
        with _opened(content, encoding) as file:
            head = [line for line, _ in zip(file, range(LINES_LOOKED_AT), strict=False)]
    except UnicodeError as error:
        raise FileRefused(f"{name} is not {encoding}: {error}") from error
    if not any(line.strip() for line in head):
        raise FileRefused(f"{name} is empty")
    if any("\0" in line for line in head):
        raise FileRefused(f"{name} holds zero bytes, which no text does: is it a CSV file?")
    delimiter = delimiter or _delimiter_of(head)
    _check_header(head, delimiter, name=name)
    return Dialect(encoding=encoding, delimiter=delimiter)


def csv_table(content: Path, dialect: Dialect, *, name: str) -> tuple[tuple[str, ...], Rows]:
    """Read the header; give the rows in chunks."""
    rows = _rows(content, dialect, name=name)
    try:
        header, _ = next(rows)
    except StopIteration:
        raise FileRefused(f"{name} is empty") from None
    columns = column_names(header, name=name)
    return columns, _chunks(rows, columns)


def csv_height(content: Path, dialect: Dialect, *, name: str) -> int:
    """Count the rows by reading all of them, which also finds what cannot be read."""
    return max(sum(1 for _ in _rows(content, dialect, name=name)) - 1, 0)


def _rows(content: Path, dialect: Dialect, *, name: str) -> Iterator[tuple[list[str], float]]:
    """Go through all lines of cells; lines without any are no rows."""
    size = content.stat().st_size
    csv.field_size_limit(LONGEST_CELL)
    with _opened(content, dialect.encoding) as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, strict=True)
        try:
            for cells in reader:
                if cells:
                    yield cells, min(file.buffer.tell() / size, 1.0)
        except csv.Error as error:
            raise FileRefused(
                f"{name} cannot be read at line {reader.line_num}: {error}; look for a quote "
                "that is not closed"
            ) from error
        except UnicodeError as error:
            where = f"after line {reader.line_num}" if reader.line_num else "near its beginning"
            raise FileRefused(
                f"{name} is not {dialect.encoding.removesuffix('-sig')}: it has bytes {where} that"
                " mean nothing there"
            ) from error


def _chunks(rows: Iterator[tuple[list[str], float]], columns: tuple[str, ...]) -> Rows:
    first, share = 1, 0.0
    held: list[list[str | None]] = []
    ragged: dict[int, str] = {}
    for cells, share in rows:
        if len(cells) != len(columns):
            ragged[first + len(held)] = f"has {len(cells)} cells, and the header has {len(columns)}"
            held.append([None] * len(columns))
        else:
            held.append([*cells])
        if len(held) == ROWS_AT_ONCE:
            yield first, _frame(held, columns), ragged, share
            first, held, ragged = first + len(held), [], {}
    if held:
        yield first, _frame(held, columns), ragged, share


def _frame(rows: list[list[str | None]], columns: tuple[str, ...]) -> pl.DataFrame:
    """Make columns of rows; an empty cell is null."""
    cells = pl.DataFrame(
        {
            name: pl.Series(name, values, dtype=pl.String)
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
    )
    return cells.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())


def _check_header(head: list[str], delimiter: str, *, name: str) -> None:
    """Refuse a first line that most of the others do not go with: a title, or names without one."""
    counts = _cells_by_line(head, delimiter) or [0]
    if counts[0] == 1:  # a title keeps the delimiter of the lines below it from being told
        counts = max((_cells_by_line(head, one) for one in DELIMITERS), key=sum)
    header, others = counts[0], Counter(counts[1:])
    usual, lines = others.most_common(1)[0] if others else (header, 0)
    if usual == header or lines < MOST_LINES * others.total() or lines < 2:
        return
    raise FileRefused(
        f"{name}: line 1 has {header} of the {usual} cells that most lines after it have. It must "
        "name every column: take off what stands above the names, or add those that are missing"
    )


def column_names(header: Sequence[str], *, name: str) -> tuple[str, ...]:
    """Take the names of the columns, blanks at their ends off; one without a name is numbered."""
    columns = tuple(cell.strip() or f"column {at}" for at, cell in enumerate(header, start=1))
    if len(columns) > MOST_COLUMNS:
        raise FileRefused(f"{name} has more than {MOST_COLUMNS:,} columns")
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if twice:
        shown = ", ".join(repr(column) for column in twice[:10])
        raise FileRefused(
            f"{name} has more than one column of the name {shown}: give each its own, or, if line "
            "1 holds values, put a line of names above it"
        )
    return columns


def _encoding_of(content: Path) -> str:
    with content.open("rb") as file:
        first = file.read(1_000)
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if first[offset::2].count(0) > LEAST_ZEROS * len(first) / 2:
            return encoding
    return next(name for name in ("utf-8", "cp1252", "latin-1") if _decodes(content, name))


def _decodes(content: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with content.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _delimiter_of(head: list[str]) -> str:
    """Choose what cuts the lines most evenly, and of those what cuts the most; else a comma."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(head, delimiter))


def _evenness(head: list[str], delimiter: str) -> tuple[bool, float, int]:
    counts = _cells_by_line(head, delimiter)
    if not counts or counts[0] < 2:
        return False, 0.0, 0
    return True, counts.count(counts[0]) / len(counts), counts[0]


def _cells_by_line(head: list[str], delimiter: str) -> list[int]:
    try:
        return [len(cells) for cells in csv.reader(head, delimiter=delimiter) if cells]
    except csv.Error:
        return []


def _opened(content: Path, encoding: str) -> TextIO:
    return content.open(encoding=encoding, newline="")
