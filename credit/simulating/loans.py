"""The loans of a run: read once, and given out only as they would have been known."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from credit.simulating.asked import Asked
from credit.simulating.standing import NothingToReplay
from scoring.contract import Contract
from scoring.files import ingestion
from scoring.simulation import book as books
from scoring.simulation.book import Loan


@dataclass(frozen=True, slots=True, kw_only=True)
class Loans:
    """The file's rows by the columns that the contract reads, and the stream made of them."""

    raw: pl.DataFrame
    contract: Contract
    start: date
    stream: list[Loan]
    types: dict[str, Any]  # of the features, as an ingestion gives them
    unusable: int  # rows of the days asked for that the contract refuses or leaves out

    @property
    def old_book(self) -> pl.DataFrame:
        """Loans granted before the run; with what became of them later, so for no model."""
        return self.raw.filter(pl.col(str(self.contract.columns.applied_on)) < self.start)

    def book_known_on(self, day: date) -> pl.DataFrame:
        """Give the old loans as they were known on a day, without any that is immature."""
        return books.as_known_on(self.raw, self.contract, before=self.start, on=day)


def read(asked: Asked, contract: Contract) -> Loans:
    """Read the file, and put the loans of the days asked for in a row.

    Raises `NothingToReplay`, and `LoansNotDated` where the days are missing.
    """
    raw = books.plain(pl.read_parquet(asked.loans), contract)
    books.check_dated(raw, contract)
    raw = books.decided(books.sample(raw, rows=asked.rows, seed=asked.seed), contract)
    coming = books.applied_in(raw, contract, start=asked.start, end=asked.end)
    if coming.is_empty():
        raise NothingToReplay(f"There are no loans from {asked.start} to {asked.end}.")
    stream = typed(coming, contract)
    return Loans(
        raw=raw,
        contract=contract,
        start=asked.start,
        stream=books.loans_of(stream, contract),
        types={name: stream.schema[name] for name in contract.feature_names},
        unusable=coming.height - stream.height,
    )


def typed(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Read rows of the file as an ingestion does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        rows.write_parquet(path)
        return ingestion.ingest(path, contract=contract).frame
