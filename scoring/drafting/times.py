"""What tells when an application was made rather than who applied."""

import polars as pl

from scoring.drafting.names import words_of
from scoring.drafting.profile import Column
from scoring.files.dates import read_dates

WHEN = {"fy", "year", "yr", "month", "quarter", "qtr", "vintage", "cohort"}
WHEN |= {"jahr", "jahrgang", "monat", "quartal"}
AGREES = 0.98  # share of rows that are as the date has it
MOVES_WITH = 0.98  # rank correlation
ALIKE = 0.9  # share of rows of one month or year beyond which agreement says nothing
FEWEST_ROWS = 100


def dates_of(column: Column) -> pl.Series:
    """Read a column's dates; null where a cell is none."""
    cell = pl.col("cell")
    read = [read_dates(cell, form) for form in column.date_formats]
    return pl.DataFrame({"cell": column.cells}).select(pl.coalesce(read)).to_series()


def says_when(column: Column, applied: pl.Series) -> str:
    """Say why a column only tells when, not who; "" where it tells something else.

    Parameters
    ----------
    column : Column
        Any column but the date itself.
    applied : pl.Series
        Dates of application, row by row.
    """
    both = pl.DataFrame({"number": _digits(column), "text": column.cells, "date": applied})
    both = both.drop_nulls(["text", "date"])
    if both.height < max(FEWEST_ROWS, column.n // 2):
        return ""
    part = _part_of_the_date(both, is_named=bool(WHEN & set(words_of(column.name))))
    if part:
        return f"is the {part} of the application: it says when, not who"
    together = _rank_correlation(both, "number" if column.is_numeric else "text")
    if together > MOVES_WITH:
        return (
            f"moves with the date of application (rank correlation {together:.3f}): when, not who"
        )
    return ""


def _digits(column: Column) -> pl.Series:
    """Take a column's numbers; of words such as 2010Q1 their digits."""
    if column.is_numeric:
        return column.numbers
    return column.cells.str.replace_all("[^0-9]", "").cast(pl.Float64, strict=False)


def _part_of_the_date(both: pl.DataFrame, *, is_named: bool) -> str:
    """Name the part of the date that the column is, however it is written."""
    date = pl.col("date").dt
    year, month, quarter = date.year(), date.month().cast(int), date.quarter().cast(int)
    parts = {
        "year": [year],
        "month": [month, year * 100 + month, month * 10_000 + year],
        "quarter": [quarter, year * 10 + quarter, quarter * 10_000 + year],
    }
    for name, ways in parts.items():
        near = 1 if is_named and name == "year" else 0  # a fiscal year is one off
        for way in ways:
            off = (pl.col("number") - way).abs() <= near
            if _agrees(both, off) and not _is_alike(both, way):
                return name
    short = pl.col("text").str.to_lowercase().str.head(3) == date.strftime("%b").str.to_lowercase()
    return "month" if _agrees(both, short) and not _is_alike(both, month) else ""


def _agrees(both: pl.DataFrame, same: pl.Expr) -> bool:
    return float(both.select(same.fill_null(value=False).mean()).item()) >= AGREES


def _is_alike(both: pl.DataFrame, way: pl.Expr) -> bool:
    """Whether nearly all applications are of one month or year: anything agrees with that."""
    counts = both.group_by(way.alias("way")).len()
    return int(counts.select(pl.col("len").max()).item()) > ALIKE * both.height


def _rank_correlation(both: pl.DataFrame, column: str) -> float:
    ranks = both.drop_nulls(column).select(pl.col(column).rank(), pl.col("date").rank())
    found = ranks.select(pl.corr(column, "date").fill_nan(None)).item()
    return abs(float(found or 0))
