"""Real, dated loans as a lender knew them on a day, and as they come to the door day by day.

What is only known later may not be in a file of an earlier day: neither the rows whose
performance window runs, nor a charge-off that lies ahead, nor any column that the contract does
not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from scoring.contract import Contract
from scoring.features import Value
from scoring.files.ingestion_rows import needed_columns

DAYS = ("applied_on", "outcome_known_on")


class LoansNotDated(ValueError):
    """The loans cannot be replayed: the contract or the file lacks days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """One granted loan that comes to the door, and what became of it, which nobody knows yet."""

    row: str
    applied_on: date
    amount: str
    term_months: int | None
    features: dict[str, Value]
    failed_on: date | None  # when the loss became known; None: it was paid in full

    @property
    def reference(self) -> str:
        """What the product knows the application by."""
        return f"SIM-{self.row}"

    def body(self, product: str) -> dict[str, object]:
        """Write it as a partner would send it."""
        requested: dict[str, object] = {"amount": self.amount}
        if self.term_months is not None:
            requested["term_months"] = self.term_months
        return {
            "product": product,
            "reference": self.reference,
            "requested": requested,
            "features": self.features,
        }


def plain(raw: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Take midnights as days, and an outcome of whole numbers with a point as whole numbers.

    The source's own file has both; the contract's words are days, and `1`.
    """
    days = [
        name
        for name in (contract.columns.applied_on, contract.columns.outcome_known_on)
        if name in raw.columns and isinstance(raw.schema[name], pl.Datetime)
    ]
    raw = raw.with_columns(pl.col(days).cast(pl.Date))
    outcome = contract.outcome.column
    if raw.schema[outcome].is_float() and (raw[outcome].drop_nulls() % 1 == 0).all():
        raw = raw.with_columns(pl.col(outcome).cast(pl.Int64))
    return raw


def check_dated(raw: pl.DataFrame, contract: Contract) -> None:
    """Refuse loans without the two days that everything here stands on."""
    columns = contract.columns
    if columns.applied_on is None or columns.outcome_known_on is None or columns.id is None:
        raise LoansNotDated(
            f"{contract.name} cannot be replayed: its contract must name columns.id, "
            "columns.applied_on and columns.outcome_known_on."
        )
    if not _same_as(contract, "requested.amount"):
        raise LoansNotDated(f"{contract.name} cannot be replayed: no feature is the amount.")
    for column in (columns.applied_on, columns.outcome_known_on):
        if column not in raw.columns or raw.schema[column] != pl.Date:
            raise LoansNotDated(
                f"The loans cannot be replayed: {column} must be a column of dates. Give a "
                "Parquet file."
            )


def decided(raw: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Keep the columns that the contract reads, and the rows of which it is known what became.

    A loss without its day could not be told in time, so such rows go too.
    """
    known = _text(contract)
    is_bad = known.is_in(contract.outcome.bad)
    day = pl.col(str(contract.columns.outcome_known_on))
    names = list(dict.fromkeys(column for column, _ in needed_columns(contract)))
    return raw.select(names).filter(
        (is_bad & day.is_not_null()) | known.is_in(contract.outcome.good)
    )


def sample(raw: pl.DataFrame, *, rows: int | None, seed: int) -> pl.DataFrame:
    """Draw rows by a seed, in the file's order; all of them where there are no more."""
    if rows is None or rows >= raw.height:
        return raw
    kept = np.sort(np.random.default_rng(seed).choice(raw.height, rows, replace=False))
    drawn: pl.DataFrame = raw[kept.tolist()]
    return drawn


def as_known_on(
    raw: pl.DataFrame, contract: Contract, *, before: date, on: date, only_mature: bool = True
) -> pl.DataFrame:
    """Give the loans granted before a day as the lender knew them on another day.

    Those whose performance window still runs are left out. A loan whose loss became known by
    then is bad; any other counts as good so far, without a trace of what came later.

    Parameters
    ----------
    before : date
        Loans applied for on or after it are not the old book's.
    on : date
        The day of the knowledge.
    only_mature : bool
        False keeps the young as well, called good until they fail: what no product model may
        learn from, and the shadow strategy does.
    """
    applied, day = (pl.col(str(getattr(contract.columns, name))) for name in DAYS)
    outcome, good = contract.outcome.column, contract.outcome.good[0]
    is_known = _text(contract).is_in(contract.outcome.bad) & (day <= on)
    window = f"{contract.outcome.window_months}mo"
    is_kept = (applied < before) & (applied <= on)
    if only_mature:
        is_kept &= applied.dt.offset_by(window) <= on
    return raw.filter(is_kept).with_columns(
        pl.when(is_known).then(pl.col(outcome)).otherwise(pl.lit(good).cast(raw.schema[outcome])),
        pl.when(is_known).then(day).otherwise(None),
    )


def applied_in(raw: pl.DataFrame, contract: Contract, *, start: date, end: date) -> pl.DataFrame:
    """Give the loans applied for from one day to another, both included."""
    return raw.filter(pl.col(str(contract.columns.applied_on)).is_between(start, end))


def loans_of(frame: pl.DataFrame, contract: Contract) -> list[Loan]:
    """Make the loans of ingested rows, by day and then id."""
    amounts = _same_as(contract, "requested.amount")
    terms = _same_as(contract, "requested.term_months")
    names = contract.feature_names
    return [
        Loan(
            row=row["row"],
            applied_on=row["applied_on"],
            amount=f"{row[amounts]:.2f}",
            term_months=int(row[terms]) if terms else None,
            features={name: row[name] for name in names},
            failed_on=row["outcome_known_on"] if row["bad"] else None,
        )
        for row in frame.sort("applied_on", "row").iter_rows(named=True)
    ]


def columns_of(loans: Sequence[Loan], contract: Contract) -> dict[str, list[Value]]:
    """Turn loans into columns, as a model takes them."""
    return {name: [loan.features[name] for loan in loans] for name in contract.feature_names}


def _text(contract: Contract) -> pl.Expr:
    return pl.col(contract.outcome.column).cast(pl.String)


def _same_as(contract: Contract, what: str) -> str:
    return next((each.name for each in contract.features if each.same_as == what), "")
