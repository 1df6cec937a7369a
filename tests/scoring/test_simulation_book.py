"""Real loans as they were known on a day: nothing that came later."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from scoring.contract import Contract
from scoring.simulation import book as books

FOLDER = Path(__file__).parents[2] / "contracts" / "small-business-loan"
CONTRACT = Contract.load(FOLDER / "contract.toml")
DAY = date(2006, 1, 1)


@pytest.fixture(scope="module")
def raw():
    return pl.read_parquet(FOLDER / "loans.parquet")


@pytest.fixture(scope="module")
def loans(raw):
    return books.decided(raw, CONTRACT)


def test_a_file_with_midnights_and_points_is_read_as_the_same_loans(raw):
    days = [pl.col("ApprovalDate", "ChgOffDate", "DisbursementDate").cast(pl.Datetime("us"))]
    written = raw.with_columns(*days, pl.col("bad").cast(pl.Float64))

    found = books.plain(written, CONTRACT)

    books.check_dated(found, CONTRACT)
    names = ["ApprovalDate", "ChgOffDate", "bad"]
    assert found.select(names).equals(raw.select(names).cast({"bad": pl.Int64}))


def test_an_outcome_in_parts_stays_as_it_is(raw):
    half = raw.with_columns(bad=pl.lit(0.5))

    assert books.plain(half, CONTRACT)["bad"].unique().to_list() == [0.5]


def test_a_loan_inside_its_window_is_not_in_the_book(loans):
    book = books.as_known_on(loans, CONTRACT, before=DAY, on=DAY)

    assert book["ApprovalDate"].max() <= date(2002, 1, 1)
    assert book.height > 1_000


def test_no_loss_is_known_before_its_day(loans):
    book = books.as_known_on(loans, CONTRACT, before=DAY, on=DAY)
    truth = loans.filter(pl.col("LoanNr_ChkDgt").is_in(book["LoanNr_ChkDgt"].to_list()))
    later = truth.filter((pl.col("bad") == 1) & (pl.col("ChgOffDate") > DAY))

    told = book.filter(pl.col("LoanNr_ChkDgt").is_in(later["LoanNr_ChkDgt"].to_list()))

    assert told.height == later.height > 50
    assert told["bad"].sum() == 0
    assert told["ChgOffDate"].null_count() == told.height
    assert book["ChgOffDate"].max() <= DAY


def test_a_book_of_a_later_day_knows_more_and_loses_nothing(loans):
    earlier = books.as_known_on(loans, CONTRACT, before=DAY, on=DAY)
    later = books.as_known_on(loans, CONTRACT, before=DAY, on=date(2008, 1, 1))

    known = later.filter(pl.col("LoanNr_ChkDgt").is_in(earlier["LoanNr_ChkDgt"].to_list()))

    assert known.height == earlier.height < later.height
    assert known["bad"].sum() > earlier["bad"].sum()


def test_the_book_ends_where_the_run_begins(loans):
    book = books.as_known_on(loans, CONTRACT, before=date(1999, 1, 1), on=DAY)

    assert book["ApprovalDate"].max() < date(1999, 1, 1)


@pytest.mark.parametrize("leak", ["Term", "BalanceGross", "ChgOffPrinGr", "MIS_Status"])
def test_what_the_contract_does_not_read_is_in_no_book(raw, loans, leak):
    assert leak in raw.columns
    assert leak not in loans.columns


def test_only_loans_whose_end_is_known_come_to_the_door(raw, loans):
    lost = raw.filter(pl.col("bad") == 1, pl.col("ChgOffDate").is_null())

    assert loans["bad"].null_count() == 0
    assert loans.height == raw.height - raw["bad"].null_count() - lost.height


def test_the_young_are_only_in_the_book_of_who_asks_for_them(loans):
    book = books.as_known_on(loans, CONTRACT, before=DAY, on=DAY, only_mature=False)

    assert book["ApprovalDate"].max() > date(2005, 1, 1)
    assert book["ChgOffDate"].max() <= DAY


def test_a_sample_repeats_with_its_seed(raw):
    one, same, other = (books.sample(raw, rows=100, seed=seed) for seed in (1, 1, 2))

    assert one.equals(same)
    assert not one.equals(other)
    assert books.sample(raw, rows=None, seed=1) is raw


def test_loans_without_days_are_refused(raw):
    undated = raw.with_columns(pl.col("ApprovalDate").cast(pl.String))

    with pytest.raises(books.LoansNotDated, match="ApprovalDate must be a column of dates"):
        books.check_dated(undated, CONTRACT)


def test_a_contract_that_names_no_days_is_refused(raw):
    consumer = Contract.load(FOLDER.parent / "consumer-loan" / "contract.toml")

    with pytest.raises(books.LoansNotDated, match="must name columns"):
        books.check_dated(raw, consumer)
