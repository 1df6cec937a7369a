"""Parquet files: their typed cells, written as a CSV file would have them."""

from pathlib import Path

import polars as pl

from scoring.files.reading_csv import FileRefused, Rows, column_names

ROWS_AT_ONCE = 50_000


def parquet_table(content: Path, *, name: str, date_format: str) -> tuple[tuple[str, ...], Rows]:
    """Read the columns' names and types; give the rows in chunks.

    A number column that holds whole numbers only is written without decimals, and a date or a
    moment as a date: 1.0 is "1", and noon of 2005-01-31 is "2005-01-31".
    """
    try:
        lazy = pl.scan_parquet(content)
        names = lazy.collect_schema().names()
        lazy = lazy.rename(dict(zip(names, column_names(names, name=name), strict=True)))
        schema = lazy.collect_schema()
        height = int(lazy.select(pl.len()).collect().item())
        as_text = [
            _as_text(lazy, column, kind, date_format, name=name) for column, kind in schema.items()
        ]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileRefused(f"{name} cannot be read: {str(error).splitlines()[0]}") from error
    return tuple(schema), _chunks(lazy, as_text, height, name=name)


def parquet_height(content: Path, *, name: str) -> int:
    """Read from the file's end how many rows it says it has."""
    try:
        return int(pl.scan_parquet(content).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileRefused(f"{name} cannot be read: {str(error).splitlines()[0]}") from error


def _chunks(lazy: pl.LazyFrame, as_text: list[pl.Expr], height: int, *, name: str) -> Rows:
    for start in range(0, height, ROWS_AT_ONCE):
        try:
            cells = lazy.slice(start, ROWS_AT_ONCE).select(as_text).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise FileRefused(f"{name} cannot be read: {str(error).splitlines()[0]}") from error
        yield start + 1, cells, {}, (start + cells.height) / height


def _as_text(
    lazy: pl.LazyFrame, column: str, kind: pl.DataType, date_format: str, *, name: str
) -> pl.Expr:
    cell = pl.col(column)
    if kind.is_nested() or kind in {pl.Binary, pl.Object} or isinstance(kind, pl.Duration):
        raise FileRefused(
            f"{name}: the column {column!r} holds {kind}, and not a number, text or date a row: "
            "leave it out of the file"
        )
    if kind in {pl.Date, pl.Datetime} or isinstance(kind, pl.Datetime):
        return cell.dt.strftime(date_format)
    if kind.is_float() and _is_whole(lazy, column):
        return cell.fill_nan(None).cast(pl.Int64).cast(pl.String)
    if kind.is_float():
        return cell.fill_nan(None).cast(pl.String)
    if kind == pl.String:
        return pl.when(cell != "").then(cell).alias(column)
    return cell.cast(pl.String)


def _is_whole(lazy: pl.LazyFrame, column: str) -> bool:
    known = pl.col(column).drop_nulls().drop_nans()
    whole = known.is_finite().all() & (known % 1 == 0).all() & (known.abs() < 2**53).all()
    return bool(lazy.select(whole).collect().item())
