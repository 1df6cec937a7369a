"""A file of past loans, read through the contract: typed rows, and every row that is not right.

Nothing is coerced or dropped in silence: every row of the file is used, or rejected with its
number, column and reason, or outside the contract's scope, or of an indeterminate outcome, and
each of the four is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from scoring.contract import Contract
from scoring.files.ingestion_rows import (
    NUMBER,
    ROW,
    Gathered,
    add,
    listed,
    needed_columns,
    plan_of,
    sourced,
)
from scoring.files.reading import FileRefused, Table, open_table
from scoring.files.rejects import PROBLEM_SCHEMA, RowProblem, first_of, write_rejects

__all__ = ["Ingested", "IngestionRefused", "RowProblem", "Seen", "ingest", "write_rejects"]

Progress = Callable[[float], None]


class IngestionRefused(ValueError):
    """The file is not one of past loans of this product, or too much of it is not right."""

    def __init__(self, message: str, *, problems: pl.DataFrame | None = None) -> None:
        self.problems = pl.DataFrame(schema=PROBLEM_SCHEMA) if problems is None else problems
        super().__init__(message)

    @property
    def rejects(self) -> tuple[RowProblem, ...]:
        """The first of the problems."""
        return first_of(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the reading noticed beside the values."""

    trimmed: int = 0  # cells with blanks at their ends
    missing: dict[str, dict[str, int]] = field(default_factory=dict)  # feature, code, used rows
    rest: dict[str, dict[str, int]] = field(default_factory=dict)  # feature, code taken as the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """Past loans by the contract.

    `frame` has `row` (text: the contract's id column, or the row's number), the features by name
    in contract order (integers Int64, decimals Float64, categories String, booleans Boolean,
    date differences Int64; null where missing), `bad` (Int8, 0 or 1), and the date columns
    `applied_on` and `outcome_known_on` where the contract names them. `protected` has `row`,
    `attribute` and `group` (null where the cell is in no group), and never meets the features.
    `problems` has `row`, `column`, `field` and `message`, by row.
    """

    frame: pl.DataFrame
    protected: pl.DataFrame
    problems: pl.DataFrame
    rows_in_file: int
    rejected: int
    out_of_scope: int
    indeterminate: int
    file_sha256: str  # bare hexadecimal
    encoding: str
    delimiter: str
    seen: Seen

    @property
    def rejects(self) -> tuple[RowProblem, ...]:
        """The first of the problems, at most a thousand."""
        return first_of(self.problems)


def ingest(file: Path, *, contract: Contract, progress: Progress | None = None) -> Ingested:
    """Read a file of past loans.

    Parameters
    ----------
    file : Path
        CSV with a header, Parquet, or gzip of either.
    contract : Contract
        Says which column means what, and how the file is written.
    progress : callable or None
        Told how much of the file is read, 0 to 1.

    Returns
    -------
    Ingested

    Raises
    ------
    IngestionRefused
        A column that the contract needs is missing; the file holds no rows or cannot be read;
        or more than the contract's share of rows is bad.

    Examples
    --------
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> loans = ingest(Path("contracts/consumer-loan/loans.csv"), contract=contract)
    >>> loans.frame.shape, int(loans.frame["bad"].sum()), len(loans.rejects)
    ((1000, 19), 300, 0)
    """
    rules = contract.ingestion
    try:
        with open_table(
            file,
            encoding=rules.encoding,
            delimiter=rules.delimiter,
            date_format=contract.columns.date_formats[0],
        ) as table:
            _check_columns(table, contract)
            gathered = _gather(table, contract, progress or _silence)
    except FileRefused as refused:
        raise IngestionRefused(str(refused)) from refused
    if gathered.rows == 0:
        raise IngestionRefused(f"{file.name} holds no rows")
    frame, protected = _whole(gathered, contract)
    _check_share(gathered, file.name, most=rules.max_rejected_share)
    if frame.is_empty():
        raise IngestionRefused(_nothing_left(gathered, file.name))
    return Ingested(
        frame=frame,
        protected=_long(protected, contract),
        problems=gathered.listed_problems(),
        rows_in_file=gathered.rows,
        rejected=gathered.rejected,
        out_of_scope=gathered.out_of_scope,
        indeterminate=gathered.indeterminate,
        file_sha256=table.sha256,
        encoding=table.encoding,
        delimiter=table.delimiter,
        seen=Seen(
            trimmed=gathered.trimmed,
            missing={name: dict(counts) for name, counts in gathered.missing.items()},
            rest={name: dict(counts) for name, counts in gathered.rest.items()},
        ),
    )


def _silence(share: float) -> None:
    """Tell nobody."""


def _check_columns(table: Table, contract: Contract) -> None:
    missing = [
        f"{column!r} ({why})"
        for column, why in needed_columns(contract)
        if column not in table.columns
    ]
    if missing:
        raise IngestionRefused(
            f"{table.name} lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(map(repr, table.columns[:60]))}"
        )


def _gather(table: Table, contract: Contract, progress: Progress) -> Gathered:
    plan, gathered = plan_of(contract), Gathered()
    for chunk in table.chunks:
        add(gathered, chunk, plan)
        progress(chunk.share)
    return gathered


def _whole(gathered: Gathered, contract: Contract) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put the chunks together; now ids can be compared."""
    frame, protected = pl.concat(gathered.frames), pl.concat(gathered.protected)
    gathered.frames.clear()
    gathered.protected.clear()
    if contract.columns.id is None:
        frame = frame.with_columns(pl.col(NUMBER).cast(pl.String).alias(ROW))
        return frame.drop(NUMBER), protected.with_columns(frame[ROW])
    messages = _id_problems(frame)
    twice = messages.is_not_null()
    found = pl.DataFrame({ROW: messages.filter(twice)})
    gathered.add_problems(listed(found, frame[NUMBER].filter(twice), {ROW: contract.columns.id}))
    gathered.rejected += int(twice.sum())
    kept = frame.filter(~twice).drop(NUMBER)
    return kept, protected.filter(~twice).with_columns(kept[ROW])


def _id_problems(frame: pl.DataFrame) -> pl.Series:
    """Refuse every row but the first of one id; all of them where their outcomes contradict."""
    contradict = pl.col("bad").n_unique().over(ROW) > 1
    message = (
        pl.when(contradict)
        .then(pl.format("the id '{}' stands twice, with different outcomes", ROW))
        .when(~pl.col(ROW).is_first_distinct())
        .then(pl.format("the id '{}' stands twice", ROW))
    )
    return frame.select(message.alias(ROW)).to_series()


def _check_share(gathered: Gathered, name: str, *, most: float) -> None:
    if gathered.rejected <= most * gathered.rows and gathered.rejected < gathered.rows:
        return
    problems = gathered.listed_problems()
    worst = ", ".join(
        f"{column or 'the row itself'} ({count:,})"
        for column, count in gathered.by_column.most_common(5)
    )
    first = problems.row(0, named=True)
    column = f"column {first['column']}, " if first["column"] else ""
    raise IngestionRefused(
        f"{name}: {gathered.rejected:,} of {gathered.rows:,} rows are not right, and the contract "
        f"allows {most:.0%}; most often: {worst}; first: row "
        f"{first['row']}, {column}{first['message']}",
        problems=problems,
    )


def _nothing_left(gathered: Gathered, name: str) -> str:
    return (
        f"{name} leaves no row to learn from: {gathered.out_of_scope:,} are out of scope, "
        f"{gathered.indeterminate:,} have an indeterminate outcome and {gathered.rejected:,} "
        "are rejected"
    )


def _long(wide: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    names = [attribute.name for attribute in sourced(contract)]
    return wide.unpivot(
        names, index=ROW, variable_name="attribute", value_name="group"
    ).with_columns(pl.col("group").cast(pl.String))
