import polars as pl
import pytest
import toy_release

from scoring.contract import Contract
from scoring.files.ingestion import IngestionRefused, ingest

HEADER, *ROWS = toy_release.LOANS_FILE.read_text().splitlines()[:101]


@pytest.fixture
def file_of(tmp_path):
    """Write rows of the shipped data, with some cells of some rows replaced."""

    def write(changes=(), *, header=HEADER):
        rows = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in ROWS]
        for number, column, cell in changes:
            rows[number - 1][column] = cell
        file = tmp_path / "loans.csv"
        lines = [",".join(row.values()) for row in rows]
        file.write_text("\n".join([header, *lines]) + "\n")
        return file

    return write


def test_rows_are_typed_and_named(contract, file_of):
    loans = ingest(file_of(), contract=contract)

    assert loans.frame.columns == ["row", *contract.feature_names, "bad"]
    assert loans.frame.schema["duration_months"] == pl.Int64
    assert loans.frame.schema["has_telephone"] == pl.Boolean
    assert loans.frame.schema["bad"] == pl.Int8
    assert loans.frame.row(0, named=True)["checking_status"] == "below_0"
    assert loans.frame["row"].to_list()[:2] == ["1", "2"]
    assert loans.rows_in_file == 100


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("duration", "", "is missing"),
        ("duration", "six", "'six' is no whole number"),
        ("duration", "6.5", "'6.5' is no whole number"),
        ("duration", "1e-1", "'1e-1' is no whole number"),
        ("duration", "1e999", "'1e999' is no whole number"),
        ("duration", "nan", "'nan' is no whole number"),
        ("duration", "6 0", "'6 0' is no whole number"),
        ("duration", "1,000", "has 22 cells, and the header has 21"),
        ("duration", "٦", "'٦' is no whole number"),
        ("duration", "99", "'99' is not 3 to 84"),
        ("duration", "9" * 60, f"'{'9' * 40}' is not 3 to 84"),
        ("status", "A15", "'A15' is not a code of the contract"),
        ("status", "a11", "'a11' is not a code of the contract"),
        ("status", "", "is missing"),
        ("telephone", "yes", "'yes' is not a code of the contract"),
        ("bad", "2", "'2' is neither a good nor a bad outcome"),
        ("bad", "", "'' is neither a good nor a bad outcome"),
    ],
)
def test_a_bad_cell_rejects_its_row_with_the_reason(contract, file_of, column, cell, says):
    loans = ingest(file_of([(7, column, cell)]), contract=contract)

    (problem,) = loans.rejects
    assert (problem.row, problem.message) == (7, says)
    assert problem.column == ("" if "cells" in says else column)
    assert loans.frame.height == 99
    assert "7" not in loans.frame["row"]
    assert "7" not in loans.protected["row"]


def test_every_bad_cell_of_a_row_is_listed(contract, file_of):
    loans = ingest(
        file_of([(7, "duration", "x"), (7, "bad", "x"), (3, "job", "x")]), contract=contract
    )

    assert [(item.row, item.column) for item in loans.rejects] == [
        *((3, "job"), (7, "duration"), (7, "bad"))
    ]
    assert loans.frame.height == 98


def test_more_bad_rows_than_the_contract_allows_stop_everything(contract, file_of):
    changes = [(number, "duration", "x") for number in range(1, 7)]

    with pytest.raises(IngestionRefused, match=r"6 of 100 rows .* allows 5%.*duration \(6\)") as no:
        ingest(file_of(changes), contract=contract)

    assert len(no.value.rejects) == 6


def test_missing_columns_are_named_with_what_they_are_for(contract, file_of):
    header = HEADER.replace("status,", "x,", 1).replace(",age,", ",y,").replace(",bad", ",z")

    with pytest.raises(IngestionRefused) as no:
        ingest(file_of(header=header), contract=contract)

    assert "'status' (the feature checking_status)" in str(no.value)
    assert "'age' (the protected attribute age_group)" in str(no.value)
    assert "'bad' (the outcome)" in str(no.value)


def test_a_protected_value_in_no_group_is_unknown_and_keeps_its_row(contract, file_of):
    loans = ingest(file_of([(7, "age", "?"), (8, "age", "")]), contract=contract)

    groups = dict(loans.protected.select("row", "group").iter_rows())
    assert (groups["7"], groups["8"]) == (None, None)
    assert loans.frame.height == 100


def test_an_empty_cell_may_be_an_outcome(contract_text, file_of):
    text = contract_text.replace('good = ["0"]', 'good = [""]')

    blank = [(at, "bad", "") for at, row in enumerate(ROWS, start=1) if row.endswith(",0")]
    loans = ingest(file_of(blank), contract=Contract.parse(text.encode()))

    assert (loans.rejected, loans.frame["bad"].sum()) == (0, len(ROWS) - len(blank))


def test_codes_for_missing_become_null_where_the_contract_says_so(contract_text, file_of):
    text = contract_text
    for code in ("DUR01", "HOU01", "TEL01"):
        text = text.replace(
            f'code = "{code}"',
            f'code = "{code}"\nmay_be_missing = true\nmissing_codes = ["?", "-1"]\n'
            'missing_text = "Not said"',
        )
    cells = [(1, "duration", "-1"), (2, "duration", ""), (3, "housing", "?"), (4, "telephone", "")]

    loans = ingest(file_of(cells), contract=Contract.parse(text.encode()))

    assert loans.rejects == ()
    assert loans.frame["duration_months"][:2].to_list() == [None, None]
    assert loans.frame["housing"][2] is None
    assert loans.frame["has_telephone"][3] is None


def test_ids_name_the_rows_and_may_not_repeat(contract_text, file_of):
    contract = Contract.parse(contract_text.replace("[columns]", '[columns]\nid = "age"').encode())
    changes = [(number, "age", str(1000 + number)) for number in range(1, 101)]
    changes += [(4, "age", "1003"), (6, "age", "")]

    loans = ingest(file_of(changes), contract=contract)

    assert [(item.row, item.message) for item in loans.rejects] == [
        *((4, "the id '1003' stands twice"), (6, "has no id"))
    ]
    assert loans.frame["row"][0] == "1001"


DATED = """\
[columns]
applied_on = "applied"
outcome_known_on = "known"
date_format = "%d.%m.%Y"
"""


def test_dates_and_the_time_between_them_are_read(contract_text, tmp_path):
    text = contract_text.replace("[columns]", DATED).replace(
        'kind = "integer"\nunit = "years"\nunit_of_one = "year"\nminimum = 1\nmaximum = 4\n'
        'source = "present_residence"',
        'kind = "date_difference"\nunit = "years"\nminimum = 0\nmaximum = 90\nsource = "applied"\n'
        'source_from = "moved"\n',
    )
    dates = [
        *(("29.02.2024", "", "01.03.2020"), ("28.02.2025", "01.06.2025", "28.02.2020")),
        *(("31.02.2024", "", "01.01.2020"), ("01.01.2024", "x", "01.01.2020")),
        *(("01.01.2024", "", "1 May 2020"), ("01.01.2024", "", "02.01.2024")),
    ]
    rows = [",".join([row, *date]) for row, date in zip(ROWS, dates * 20, strict=False)]
    rows = [*rows[:6], *[",".join([row, *dates[0]]) for row in ROWS[6:]]]
    file = tmp_path / "loans.csv"
    file.write_text("\n".join([HEADER + ",applied,known,moved", *rows]))

    loans = ingest(file, contract=Contract.parse(text.encode()))

    assert loans.frame["residence_years"][:2].to_list() == [3, 5]
    assert str(loans.frame["applied_on"][0]) == "2024-02-29"
    assert loans.frame["outcome_known_on"][0] is None
    assert {item.row for item in loans.rejects} == {3, 4, 5, 6}
    assert [item.message for item in loans.rejects if item.row == 6] == [
        "'02.01.2024 to 01.01.2024' is not 0 to 90"
    ]


def test_a_share_of_two_columns_is_divided_and_nothing_by_zero(contract_text, tmp_path):
    text = contract_text.replace(
        'kind = "integer"\nunit = "years"\nunit_of_one = "year"\nminimum = 1\nmaximum = 4\n'
        'source = "present_residence"',
        'kind = "decimal"\nminimum = 0\nmaximum = 1\nsource = "covered"\nsource_per = "asked"\n'
        'may_be_missing = true\nmissing_text = "No cover is known"\nmissing_codes = ["?"]',
    )
    pairs = ["50,200", "?,200", "50,", "50,0", "50,many", "300,200", *["1,2"] * (len(ROWS) - 6)]
    file = tmp_path / "loans.csv"
    rows = [f"{row},{pair}" for row, pair in zip(ROWS, pairs, strict=True)]
    file.write_text("\n".join([HEADER + ",covered,asked", *rows]))

    loans = ingest(file, contract=Contract.parse(text.encode()))

    assert loans.frame["residence_years"][:4].to_list() == [0.25, None, None, 0.5]
    assert [(item.row, item.message) for item in loans.rejects] == [
        (4, "'50 per 0' is no number"),
        (5, "'50 per many' is no number"),
        (6, "'300 per 200' is not 0 to 1"),
    ]


@pytest.mark.parametrize(("unit", "expected"), [("days", 1460), ("months", 47), ("years", 3)])
def test_only_completed_units_count(contract_text, tmp_path, unit, expected):
    text = contract_text.replace(
        'kind = "integer"\nunit = "years"\nunit_of_one = "year"\nminimum = 1\nmaximum = 4\n'
        'source = "present_residence"',
        f'kind = "date_difference"\nunit = "{unit}"\nminimum = 0\nmaximum = 9000\n'
        'source = "applied"\nsource_from = "moved"\n',
    )
    file = tmp_path / "loans.csv"
    rows = [f"{row},2024-02-29,2020-03-01" for row in ROWS]
    file.write_text("\n".join([HEADER + ",applied,moved", *rows]))

    loans = ingest(file, contract=Contract.parse(text.encode()))

    assert loans.frame["residence_years"][0] == expected


def test_parquet_reads_as_csv_does(contract, file_of, tmp_path):
    csv = file_of()
    parquet = tmp_path / "loans.parquet"
    typed = pl.read_csv(csv).with_columns(pl.col("duration").cast(pl.Float64))
    typed.write_parquet(parquet)

    from_csv, from_parquet = ingest(csv, contract=contract), ingest(parquet, contract=contract)

    assert from_parquet.frame.equals(from_csv.frame)
    assert from_parquet.protected.equals(from_csv.protected)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("loans.csv", b"", "is empty"),
        ("loans.csv", HEADER.encode(), "holds no rows"),
        ("loans.csv", HEADER.encode() + b"\n\xff\xfe", "has 1 cells"),
        ("loans.parquet", b"no parquet", "is named as Parquet and is none"),
        ("loans.parquet", b"PAR1 and no more", "cannot be read"),
    ],
)
def test_what_is_no_file_of_loans_is_refused(contract, tmp_path, name, content, says):
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(IngestionRefused, match=says):
        ingest(file, contract=contract)
