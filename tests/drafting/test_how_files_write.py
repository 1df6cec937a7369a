"""Numbers, dates and codes for missing as files write them: a draft reads them, and says so."""

from collections import Counter

import numpy as np
import polars as pl
import pytest

from scoring.contract import Contract, Kind
from scoring.drafting import Wishes, draft
from scoring.drafting.apart import codes_apart
from scoring.drafting.forms import date_forms_of, number_format_of, other_reading
from scoring.files.ingestion import ingest

N = 400
RNG = np.random.default_rng(11)
NUMBERS = RNG.integers(1_000, 9_999, N)
BAD = (RNG.random(N) < 0.3).astype(int)


@pytest.fixture
def read(drafted):
    """Draft from an amount and some columns, and read the file by the draft."""

    def of(**columns):
        file, found = drafted(pl.DataFrame({"amount": NUMBERS, **columns, "bad": BAD}))
        contract = Contract.parse(found.text.encode())
        loans = ingest(file, contract=contract)
        assert (loans.frame.height, loans.rejected) == (N, 0)
        return {item.source: item for item in contract.features}, loans.frame, found.text

    return of


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,50", "12,5", "7"], (",", ".")),
        (["12,5", "0,25"], (",", None)),
        (["1,234.50", "12.5"], (".", ",")),
        (["$28,101", "$1,234"], (".", ",")),
        (["1'234.50", "12.5"], (".", "'")),
        (["1 234,50 €", "12,5 €"], (",", " ")),
        (["1.234.567", "2.345.678"], (",", ".")),
        (["12.5%", "7.25%", "1200"], (".", None)),
        (["01.02.2020", "12.11.2021"], (".", None)),
    ],
)
def test_the_way_numbers_are_written_is_told_by_what_can_be_read_one_way(cells, expected):
    assert number_format_of(pl.DataFrame({"cell": cells})) == expected


def test_commas_in_free_text_say_nothing_of_numbers():
    notes = ["added on 12/22/11 > I need, now 8742", "2 cars, 1 loan,50"]

    found = number_format_of(pl.DataFrame({"note": notes, "rate": ["13.56%", "7.5%"]}))

    assert found == (".", None)


def test_words_behind_numbers_are_taken_off_and_named_as_the_unit(read):
    term = [f" {months} months" for months in RNG.choice([36, 60], N)]
    rate = [f"{number / 100:.2f}%" for number in NUMBERS]

    features, frame, text = read(term=term, use=rate)

    assert (features["term"].kind, features["term"].unit) == (Kind.INTEGER, "months")
    assert features["term"].same_as == "requested.term_months"
    assert (features["use"].kind, features["use"].unit) == (Kind.DECIMAL, "%")
    assert set(frame["term"]) == {36, 60}
    assert 'number_signs = ["%", "months"]' in text


def test_one_column_of_two_units_is_not_a_number(read):
    features, _, _ = read(term=RNG.choice(["3 years", "5 years", "36 months"], N))

    assert features["term"].kind is Kind.CATEGORY


def test_bounds_written_as_codes_keep_their_order_and_their_names(read):
    features, _, text = read(tenure=RNG.choice(["10+ years", "1 year", "< 1 year", "2 years"], N))

    assert features["tenure"].values == ("under_1_year", "1_year", "2_years", "10_years_plus")
    assert '# encoding = "ordinal"' in text


def test_a_code_in_large_and_small_letters_is_one(read):
    features, frame, _ = read(home=RNG.choice(["Yes", "yes", "NO", "no"], N))

    assert features["home"].kind is Kind.BOOLEAN
    assert frame["home"].dtype == pl.Boolean


def test_a_word_that_is_no_number_is_missing_whatever_the_language(read):
    rent = np.where(np.arange(N) % 9 == 0, "neuvedeno", (NUMBERS / 10).astype(str))

    features, frame, text = read(rent=rent)

    assert features["rent"].missing_codes == ("neuvedeno",)
    assert frame["rent"].null_count() == 45
    assert "are no numbers" not in text


def test_a_word_that_hardly_any_row_has_is_rejected_and_not_taken_for_missing(drafted):
    cells = pl.Series(["Total", *map(str, NUMBERS[1:])])

    file, found = drafted(pl.DataFrame({"amount": NUMBERS, "income": cells, "bad": BAD}))

    contract = Contract.parse(found.text.encode())
    assert contract.feature("income").missing_codes == ()
    assert "# 1 cell is no number; its row will be rejected" in found.text
    assert ingest(file, contract=contract).rejects[0].message == "'Total' is no whole number"


@pytest.mark.parametrize("bad", [BAD.astype(float), BAD == 1])
def test_an_outcome_reads_alike_from_csv_and_parquet(drafted, tmp_path, bad):
    frame = pl.DataFrame({"amount": NUMBERS, "bad": bad})
    as_text = frame.with_columns(pl.Series("bad", [str(cell) for cell in bad]))
    frame.write_parquet(tmp_path / "loans.parquet")

    file, found = drafted(as_text)

    contract = Contract.parse(found.text.encode())
    for one in (file, tmp_path / "loans.parquet"):
        assert ingest(one, contract=contract).frame["bad"].sum() == BAD.sum()


def test_encoding_and_delimiter_may_be_declared(tmp_path):
    kinds = RNG.choice(["Möbel", "Küche"], N)
    file = tmp_path / "loans.csv"
    lines = [f"{NUMBERS[at]}~{kinds[at]}~{BAD[at]}" for at in range(N)]
    file.write_bytes("\n".join(["amount~kind~bad", *lines]).encode("cp850"))

    found = draft(file, wishes=Wishes(outcome="bad", encoding="cp850", delimiter="~"))

    contract = Contract.parse(found.text.encode())
    assert (contract.ingestion.encoding, contract.ingestion.delimiter) == ("cp850", "~")
    assert {item.label for item in contract.feature("kind").categories} == {"Möbel", "Küche"}


@pytest.mark.parametrize(
    ("others", "codes"),
    [
        (range(80), (-9.0, -8.0, -7.0)),
        (range(80), (-1.0,)),
        (range(80), (-2.0, -1.0)),
        (range(8), (-9.0, -7.0)),
        (range(13), (96.0, 98.0)),
        (range(80), (998.0, 999.0)),
        (range(-17_000, 0, 50), (365_243.0,)),
        (range(-500, 500, 10), (-999_999.0,)),
    ],
)
def test_codes_that_stand_apart_are_found_together(others, codes):
    numbers = pl.Series([*others, *codes * 20], dtype=pl.Float64)

    assert codes_apart(numbers) == codes


@pytest.mark.parametrize(
    "numbers",
    [
        [-2, -1, 0, 1, 2, 3, 4],  # months late
        [*range(100)],
        [*range(-60, 61)],
        [-5_000, *range(0, 90_000, 1_000)],  # owes more than is owned
        [0, 1, 2, 9],
        [*range(30), *[400] * 3],  # far, but nobody's code
    ],
)
def test_what_may_be_a_value_is_no_code(numbers):
    assert codes_apart(pl.Series(numbers, dtype=pl.Float64)) == ()


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["Dec-2015", "Jan-2016"], "%b-%Y"),
        (["12/2015", "1/2016"], "%m/%Y"),
        (["2/27/2019 20:21", "11/3/2020 7:05"], "%m/%d/%Y %H:%M"),
        (["2019-02-27T20:21:33Z", "2020-01-05T00:00:00Z"], "%Y-%m-%dT%H:%M:%SZ"),
        (["27.02.19", "03.11.20"], "%d.%m.%y"),
        (["27FEB2019", "03NOV2020"], "%d%b%Y"),
        (["2021年11月3日", "2022年1月30日"], "%Y年%m月%d日"),
    ],
)
def test_forms_of_dates_are_told_from_the_cells(cells, form):
    assert date_forms_of(Counter(cells)) == (form,)


@pytest.mark.parametrize("cells", [["36 months", "60 months"], ["A11", "A12"], ["1.5", "2.25"], []])
def test_what_is_no_date_has_no_form(cells):
    assert date_forms_of(Counter(cells)) == ()


def test_days_that_may_be_months_are_left_to_a_person(read):
    days = [f"{1 + at % 12:02}/{1 + at % 11:02}/2020" for at in range(N)]

    _, _, text = read(applied_on=days)

    assert "# FINISH: applied_on reads as %m/%d/%Y too: is the day first or the month?" in text
    assert other_reading(Counter(["27/02/2019"]), ("%d/%m/%Y",)) is None


def test_dates_that_nothing_reads_are_left_out_with_what_to_do(read):
    moved = [f"{1 + at % 28}-{('ene', 'abr', 'dic')[at % 3]}-2020" for at in range(N)]

    features, _, text = read(fecha=moved)

    assert set(features) == {"amount"}
    assert "left out: fecha looks like a date that no form reads: write it as in 2020-01-31" in text


def test_a_date_beside_that_of_the_application_comes_with_its_difference(read):
    _, _, text = read(
        applied_on=[f"2020-03-{1 + at % 28:02}" for at in range(N)],
        employed_since=[f"{1990 + at % 25}-03-01" for at in range(N)],
    )

    assert "source = 'applied_on', source_from = 'employed_since'" in text


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("months_since_last_loan", "months"),
        ("years_employed", "years"),
        ("Laufzeit Monate", "months"),
        ("monthly_income", None),
        ("inq_last_6mths", None),
        ("count_of_days", None),
        ("utilisation_rate", "%"),
        ("total_credit_utilized", None),
    ],
)
def test_a_number_has_the_unit_of_its_name_and_no_other(read, name, unit):
    features, _, _ = read(**{name: NUMBERS // 100})

    assert features[name].unit == unit
    assert features[name].unit_of_one == {"months": "month", "years": "year"}.get(unit)


def test_a_share_of_0_to_1_is_no_percentage(read):
    features, _, _ = read(utilisation_rate=(NUMBERS / 10_000))

    assert features["utilisation_rate"].unit is None


def test_tiny_numbers_stay_within_their_bounds(read):
    tiny = NUMBERS / 1e13

    features, frame, _ = read(tiny=tiny)

    assert features["tiny"].minimum == pytest.approx(1e-10)
    assert frame["tiny"].to_list() == pytest.approx(tiny.tolist())


def test_names_in_another_script_have_names_of_their_own_in_the_contract(read):
    features, _, text = read(
        月收入=NUMBERS * 3,
        学历=RNG.choice(["本科", "硕士"], N),
        婚姻=["已婚"] * 200 + ["未婚"] * 200,
    )

    assert [item.name for item in features.values()] == ["amount", "column", "column_2"]
    assert features["学历"].values == ("code", "code_2")
    assert 'name = "column_3"\nlabel = "婚姻"' in text
