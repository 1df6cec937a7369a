"""Codes that are written as numbers: categories, sectors, yes and no."""

import numpy as np
import polars as pl
import pytest
from made_up_loans import N, loans, parts

from scoring.contract import Contract, Kind
from scoring.drafting.names import names_codes
from scoring.files.ingestion import ingest

RNG = np.random.default_rng(3)
SECTORS = ["11", "23", "44", "72", "81"]


@pytest.fixture
def feature(drafted):
    def of(name, cells):
        file, found = drafted(loans(**{name: cells}))
        contract = Contract.parse(found.text.encode())
        read = ingest(file, contract=contract)
        assert (read.frame.height, read.rejected) == (N, 0)
        return next(item for item in contract.features if item.source == name), found

    return of


def industries():
    return [f"{RNG.choice(SECTORS)}{RNG.integers(1_000, 9_999)}" for _ in range(N - 300)] + [
        "0"
    ] * 300


def test_a_few_codes_written_as_numbers_are_a_category(feature):
    branch, found = feature("branch", RNG.choice([1010, 2020, 3030, 4040, 5050], N))

    assert branch.kind is Kind.CATEGORY
    assert branch.values == ("1010", "2020", "3030", "4040", "5050")
    assert "5 numbers, but codes by the name" in found.text


def test_many_industries_are_cut_to_their_sector(feature):
    naics, found = feature("NAICS", industries())

    assert (naics.kind, naics.first_characters) == (Kind.CATEGORY, 2)
    assert naics.values == ("0", *SECTORS)
    assert "0 stands in 300 rows" in found.text


def test_sectors_of_decimal_codes_are_cut_too(feature):
    nace, _ = feature("nace_code", [f"{at % 40 + 10}.{at % 7 + 1}" for at in range(N)])

    assert nace.first_characters == 2
    assert len(nace.values) == 40


def test_few_industries_stay_whole(feature):
    sic, _ = feature("sic", RNG.choice([111, 1521, 5812, 7011], N))

    assert sic.first_characters is None
    assert sic.values == ("111", "1521", "5812", "7011")


def test_the_common_of_many_codes_are_listed_and_the_rest_gathered(feature):
    codes = np.where(RNG.random(N) < 0.8, 1, RNG.integers(10_000, 99_999, N))

    franchise, _ = feature("FranchiseCode", codes)

    assert franchise.values == ("1", "other")


def test_codes_whose_common_ones_are_few_of_the_rows_are_left_out(drafted):
    codes = np.where(np.arange(N) % 10 < 3, 1, RNG.integers(10_000, 99_999, N))

    _, found = drafted(loans(dealer_code=codes))

    assert parts(found)["dealer_code"] == "left out"
    assert "the common ones (1) are in 30% of the rows, and no hierarchy" in found.text


def test_one_code_written_in_two_ways_is_one_category(feature):
    cells = pl.Series(["1", "2.0", "3", "3.0", "2"]).sample(N, with_replacement=True, seed=1)

    kind, _ = feature("kind_of_loan", cells)

    assert [(item.value, item.label, item.source) for item in kind.categories] == [
        (code, code, (code, f"{code}.0")) for code in "123"
    ]


def test_a_draft_of_decimals_reads_the_same_codes_without_them(drafted, tmp_path):
    frame = loans(new=RNG.choice([1.0, 0.0], N), kind=RNG.choice([1.0, 2.0, 3.0], N))
    _, found = drafted(frame)
    frame.write_parquet(tmp_path / "loans.parquet")

    contract = Contract.parse(found.text.encode())

    assert ingest(tmp_path / "loans.parquet", contract=contract).rejected == 0
    assert contract.feature("new").kind is Kind.BOOLEAN


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("1.0", "0.0"), ("Y", "N"), ("yes", "no"), ("TRUE", "FALSE")]
)
def test_yes_and_no_are_a_boolean(feature, yes, no):
    owner, _ = feature("owner", RNG.choice([yes, no, ""], N, p=[0.2, 0.7, 0.1]))

    assert owner.kind is Kind.BOOLEAN
    assert [(item.value, item.label) for item in owner.categories] == [
        ("true", "yes"),
        ("false", "no"),
    ]
    assert (yes in owner.categories[0].source, no in owner.categories[1].source) == (True, True)
    assert owner.may_be_missing


def test_two_codes_that_are_not_yes_and_no_stay_a_category(feature):
    assert feature("kind", RNG.choice([1, 2], N))[0].values == ("1", "2")


def test_a_raised_digit_is_no_number(feature):
    assert len(feature("size", RNG.choice(["m²", "m³"], N))[0].values) == 2


def test_negative_codes_have_names_of_their_own(feature):
    assert feature("step", RNG.choice([-1, 0, 1], N))[0].values == ("0", "minus_1", "1")


@pytest.mark.parametrize(
    ("name", "is_code"),
    [
        ("NAICS", True),
        ("industry_code", True),
        ("msa", True),
        ("purpose_cd", True),
        ("num_branches", False),
        ("industry_years", False),
        ("codebtor_income", False),
        ("PAY_0", False),
        ("NoEmp", False),
    ],
)
def test_names_of_codes_are_told_from_names_of_quantities(name, is_code):
    assert names_codes(name) is is_code
