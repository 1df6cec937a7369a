"""What was wrong with which row: kept as a table, written as a file."""

import csv
from dataclasses import dataclass
from typing import TextIO

import polars as pl

MOST_KEPT = 1_000  # problems as objects; the rest are in the frame
PROBLEM_SCHEMA = {"row": pl.Int64, "column": pl.String, "field": pl.String, "message": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row was not used."""

    row: int  # 1 is the first row of data
    column: str  # of the file
    field: str  # of the contract: a feature, "bad", a date, a check
    message: str


def first_of(problems: pl.DataFrame) -> tuple[RowProblem, ...]:
    """Take the first problems as objects."""
    return tuple(RowProblem(**row) for row in problems.head(MOST_KEPT).iter_rows(named=True))


def write_rejects(problems: pl.DataFrame, file: TextIO) -> None:
    """Write problems as CSV: row, column, field, reason; harmless to a spreadsheet."""
    writer = csv.writer(file)
    writer.writerow(("row", "column", "field", "reason"))
    for row, column, name, message in problems.iter_rows():
        writer.writerow((row, _harmless(column), name, _harmless(message)))


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running what a file held."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
