"""Files of applications as chunks, whoever wrote them: CSV, Parquet, gzip of either, NDJSON.

A table has a column for each feature, by name, and perhaps `reference`; its other columns are what
a decision needs beside a score, and are not looked at. A line of NDJSON is a request as the API
takes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from scoring.contract import Contract
from scoring.files.batch import Lines, Rows
from scoring.files.reading import Chunk, FileRefused, open_table

LINES = (".ndjson", ".jsonl")
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".gz")
OTHER_KIND = "{name}: a file of applications ends in .csv, .parquet, .gz or .ndjson."
AT_ONCE = 10_000  # rows of a chunk
OTHERS = ("requested.", "monitoring.", "applicant.")
RUNS = r"^[=+\-@\t\r]"  # what makes a spreadsheet run a cell


@contextmanager
def applications(file: Path, *, contract: Contract) -> Iterator[Iterator[Rows | Lines]]:
    """Open a file of applications, to be gone through once.

    Raises
    ------
    FileRefused
        It is of another kind, cannot be read, or lacks the column of a feature that must be
        stated; the message names it.
    """
    if file.suffix in LINES:
        with file.open(encoding="utf-8") as opened:
            yield _lines(opened, file.name)
    elif file.suffix in TABLES:
        with open_table(file) as table:
            _check_columns(file.name, table.columns, contract)
            yield (rows for chunk in table.chunks for rows in _rows(chunk))
    else:
        raise FileRefused(OTHER_KIND.format(name=file.name))


def unknown_columns(columns: tuple[str, ...], contract: Contract) -> list[str]:
    """Name columns that mean nothing here, so that a slip of the pen is seen."""
    known = {*contract.feature_names, "reference", "product"}
    return [name for name in columns if name not in known and not name.startswith(OTHERS)]


def _check_columns(name: str, columns: tuple[str, ...], contract: Contract) -> None:
    needed = [item.name for item in contract.features if not item.may_be_missing]
    missing = [feature for feature in needed if feature not in columns]
    unknown = unknown_columns(columns, contract)
    if missing or unknown:
        parts = [
            f"{said} {', '.join(repr(one) for one in some[:20])}"
            for said, some in (("lacks the columns", missing), ("has the unknown columns", unknown))
            if some
        ]
        raise FileRefused(f"{name} {' and '.join(parts)}.")


def _rows(chunk: Chunk) -> Iterator[Rows]:
    for start in range(0, chunk.cells.height, AT_ONCE):
        first, cells = chunk.first + start, chunk.cells.slice(start, AT_ONCE)
        unread = {
            number: why
            for number, why in chunk.ragged.items()
            if first <= number < first + cells.height
        }
        yield Rows(first=first, cells=cells, unread=unread)


def _lines(opened: Iterator[str], name: str) -> Iterator[Lines]:
    """Go through the lines that hold something."""
    first, held = 1, []
    try:
        for line in opened:
            if line.strip():
                held.append(line)
            if len(held) == AT_ONCE:
                yield Lines(first=first, lines=held)
                first, held = first + len(held), []
    except UnicodeError as error:
        raise FileRefused(f"{name} is not UTF-8: {error}") from error
    if held:
        yield Lines(first=first, lines=held)


def harmless(told: pl.DataFrame) -> pl.DataFrame:
    """Keep a spreadsheet from running what a partner wrote."""
    return told.with_columns(
        [
            pl.when(pl.col(name).str.contains(RUNS))
            .then(pl.concat_str(pl.lit("'"), pl.col(name)))
            .otherwise(pl.col(name))
            .alias(name)
            for name in ("reference", "problem")
        ]
    )
