"""A file of past loans, read through the contract: typed rows, and every row that is not right.

Nothing is coerced or dropped in silence: a cell either means something by the contract or its
row is listed among the rejects, with its number, column and reason.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scoring.contract import Contract, Protected
from scoring.ingestion_columns import Column, date_column, feature_column, outcome_column

ROW = "row"
MOST_LISTED_OF_REFUSED = 100  # problems a column, of a file that is refused anyway


class IngestionRefused(ValueError):
    """The file is not one of past loans of this product, or too much of it is not right."""

    def __init__(self, message: str, *, rejects: tuple["RowProblem", ...] = ()) -> None:
        self.rejects = rejects
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Why a row was not used."""

    row: int  # 1 is the first row of data
    column: str  # of the file
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """Past loans by the contract.

    `frame` has `row` (text: the contract's id column, or the row's number), the features by name
    in contract order (integers Int64, decimals Float64, categories String, booleans Boolean,
    date differences Int64; null where missing), `bad` (Int8, 0 or 1), and the date columns
    `applied_on` and `outcome_known_on` where the contract names them. `protected` has `row`,
    `attribute` and `group` (null where the cell is in no group), and never meets the features.
    """

    frame: pl.DataFrame
    protected: pl.DataFrame
    rejects: tuple[RowProblem, ...]
    rows_in_file: int
    file_sha256: str  # bare hexadecimal


def ingest(file: Path, *, contract: Contract) -> Ingested:
    """Read a file of past loans.

    Parameters
    ----------
    file : Path
        CSV in UTF-8 with a header, or Parquet (`.parquet`).
    contract : Contract
        Says which column means what.

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
    content = file.read_bytes()
    raw = _read(content, name=file.name)
    _check_columns(raw, contract, name=file.name)
    columns = _columns(contract)
    typed = raw.select(_row_id(contract), *(column.value.alias(column.name) for column in columns))
    messages = _messages(raw, columns)
    if contract.columns.id is not None:
        messages = messages.with_columns(_id_problems(typed[ROW]))
    is_bad = messages.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    sources = {ROW: str(contract.columns.id)} | {item.name: item.source for item in columns}
    _check_share(is_bad, messages, sources, most=contract.ingestion.max_rejected_share)

    return Ingested(
        frame=typed.filter(~is_bad),
        protected=_protected(raw, typed[ROW], contract).filter(~is_bad).pipe(_long, contract),
        rejects=_listed(messages, sources),
        rows_in_file=raw.height,
        file_sha256=hashlib.sha256(content).hexdigest(),
    )


def _read(content: bytes, *, name: str) -> pl.DataFrame:
    """Read every cell as text, so that what a code looks like decides and not what was guessed."""
    try:
        if name.endswith(".parquet"):
            raw = _as_text(pl.read_parquet(io.BytesIO(content)))
        else:
            raw = pl.read_csv(io.BytesIO(content), infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise IngestionRefused(f"{name} cannot be read: {str(error).splitlines()[0]}") from error
    if raw.height == 0:
        raise IngestionRefused(f"{name} holds no rows")
    return raw


def _as_text(raw: pl.DataFrame) -> pl.DataFrame:
    """Write typed cells as a CSV would have them; 1.0 of a number column is 1."""
    whole = [
        pl.col(name).cast(pl.Int64)
        for name, kind in raw.schema.items()
        if kind.is_float()
        and raw[name].drop_nulls().drop_nans().is_finite().all()
        and (raw[name].drop_nulls().drop_nans() % 1 == 0).all()
        and not raw[name].is_nan().any()
    ]
    return raw.with_columns(whole).with_columns(pl.all().cast(pl.String))


def _check_columns(raw: pl.DataFrame, contract: Contract, *, name: str) -> None:
    missing = [
        f"{column!r} ({why})" for column, why in _needed(contract) if column not in raw.columns
    ]
    if missing:
        raise IngestionRefused(f"{name} lacks the columns {', '.join(missing)}")


def _needed(contract: Contract) -> Iterator[tuple[str, str]]:
    """Name every column that the contract reads, and what for."""
    yield contract.outcome.column, "the outcome"
    for feature in contract.features:
        yield feature.source, f"the feature {feature.name}"
        if feature.source_from is not None:
            yield feature.source_from, f"the feature {feature.name}"
    for attribute in contract.assessable:
        if attribute.source is not None:
            yield attribute.source, f"the protected attribute {attribute.name}"
    for key in ("id", "applied_on", "outcome_known_on"):
        column = getattr(contract.columns, key)
        if column is not None:
            yield column, f"the contract's columns.{key}"


def _columns(contract: Contract) -> list[Column]:
    dates = contract.columns
    columns = [feature_column(feature, dates.date_format) for feature in contract.features]
    columns.append(outcome_column(contract.outcome))
    if dates.applied_on is not None:
        columns.append(date_column("applied_on", dates.applied_on, dates.date_format))
    if dates.outcome_known_on is not None:
        columns.append(
            date_column(
                "outcome_known_on", dates.outcome_known_on, dates.date_format, may_be_missing=True
            )
        )
    return columns


def _row_id(contract: Contract) -> pl.Expr:
    if contract.columns.id is not None:
        return pl.col(contract.columns.id).alias(ROW)
    return pl.int_range(1, pl.len() + 1).cast(pl.String).alias(ROW)


def _messages(raw: pl.DataFrame, columns: list[Column]) -> pl.DataFrame:
    """Say what is wrong with each cell: a text, or null where it is right."""
    return raw.select(column.problem.alias(column.name) for column in columns)


def _id_problems(ids: pl.Series) -> pl.Series:
    """Refuse rows without an id, and every row but the first of one id."""
    message = (
        pl.when(pl.col(ROW).is_null())
        .then(pl.lit("has no id"))
        .when(~pl.col(ROW).is_first_distinct())
        .then(pl.concat_str(pl.lit("the id '"), pl.col(ROW), pl.lit("' stands twice")))
    )
    return pl.DataFrame([ids]).select(message.alias(ROW)).to_series()


def _check_share(
    is_bad: pl.Series, messages: pl.DataFrame, sources: dict[str, str], *, most: float
) -> None:
    n_bad, n = int(is_bad.sum()), len(is_bad)
    if n_bad < n and n_bad <= most * n:
        return
    counts = {
        sources[name]: len(messages) - messages[name].null_count()
        for name in sources
        if name in messages.columns
    }
    worst = sorted(counts.items(), key=lambda item: -item[1])[:5]
    listed = _listed(messages, sources, most=MOST_LISTED_OF_REFUSED)
    raise IngestionRefused(
        f"{n_bad:,} of {n:,} rows are not right, and the contract allows {most:.0%}; most often: "
        f"{', '.join(f'{column} ({count:,})' for column, count in worst if count)}; first: row "
        f"{listed[0].row}, column {listed[0].column}, {listed[0].message}",
        rejects=listed,
    )


def _listed(
    messages: pl.DataFrame, sources: dict[str, str], *, most: int | None = None
) -> tuple[RowProblem, ...]:
    """List what is wrong by row, then by column of the contract."""
    rejects = [
        RowProblem(row=place + 1, column=sources[name], message=messages[name][place])
        for name in messages.columns
        for place in messages[name].is_not_null().arg_true()[:most]
    ]
    return tuple(sorted(rejects, key=lambda problem: problem.row))


def _protected(raw: pl.DataFrame, rows: pl.Series, contract: Contract) -> pl.DataFrame:
    """Name each row's groups; wide, one column an assessable attribute with a source."""
    groups = []
    for attribute in _sourced(contract):
        cells = raw[attribute.source or ""]
        known = {cell: attribute.group_of(cell) for cell in cells.drop_nulls().unique()}
        named = cells.replace_strict(known, default=None, return_dtype=pl.String)
        groups.append(named.alias(attribute.name))
    return pl.DataFrame([rows, *groups])


def _long(wide: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    names = [attribute.name for attribute in _sourced(contract)]
    return wide.unpivot(
        names, index=ROW, variable_name="attribute", value_name="group"
    ).with_columns(pl.col("group").cast(pl.String))


def _sourced(contract: Contract) -> list[Protected]:
    return [item for item in contract.assessable if item.source is not None]
