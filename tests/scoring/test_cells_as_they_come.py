"""Cells as people write them: numbers, dates, codes, blanks; rows that contradict themselves."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop_loans import CONTRACT, GOOD, HEADER, text_of

from scoring.contract import Contract
from scoring.files.ingestion import ingest, write_rejects


@pytest.fixture
def read(shop_loan, tmp_path):
    def ingested(*changes):
        file = tmp_path / "loans.csv"
        file.write_text(text_of({}, *changes))
        return ingest(file, contract=shop_loan)

    return ingested


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234,50 EUR", 1234.5),
        ("EUR 1.234,50", 1234.5),
        ("  17 % ", 17.0),
        ("1234", 1234.0),
        ("12.345.6", None),
        ("1.23", None),
        ("1,5e+03", 1500.0),
        ("12,34,5", None),
        (",5e2", 50.0),
        ("1.234,50-", -1234.5),
        ("1.234,50- EUR", -1234.5),
        ("(EUR 1.234,50)", -1234.5),
        ("(1)-", None),
        ("-1-", None),
        ("()", None),
        ("USD 12", None),
    ],
)
def test_numbers_are_read_as_the_contract_says_they_are_written(read, cell, value):
    loans = read({"Amount": cell, "Rate": "0"})

    if value is None:
        assert [item.message for item in loans.rejects] == [f"'{cell}' is no number"]
    elif value < 0:
        assert [item.message for item in loans.rejects] == [f"'{cell}' is not 10 to 90000"]
    else:
        assert loans.frame["amount"].to_list() == [1234.5, value]


def test_dates_come_in_several_forms(read):
    loans = read({"Applied": "2020-03-01"}, {"Applied": "1 May"}, {"Applied": ""})

    assert [str(day) for day in loans.frame["applied_on"]] == ["2020-02-01", "2020-03-01"]
    assert [item.row for item in loans.rejects] == [3, 4]
    assert "is no date of the form %d.%m.%Y or %Y-%m-%d" in loans.rejects[0].message


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("%b-%Y", "Dec-2020", "2020-12-01"),
        ("%m/%Y", "3/2020", "2020-03-01"),
        ("%B %d, %Y", "Feb 3, 2020", "2020-02-03"),
        ("%m/%d/%Y %H:%M", "2/27/2020 20:21", "2020-02-27"),
        ("%Y-%m-%dT%H:%M:%S%.fZ", "2020-02-27T20:21:33.5Z", "2020-02-27"),
        ("%m/%d/%y", "2/27/20", "2020-02-27"),
    ],
)
def test_a_month_stands_for_its_first_day_and_a_moment_for_its_day(tmp_path, form, cell, day):
    declared = CONTRACT.replace('["%d.%m.%Y", "%Y-%m-%d"]', f'"{form}"')
    file = tmp_path / "loans.csv"
    file.write_text(text_of({"Applied": cell}))

    loans = ingest(file, contract=Contract.parse(declared.encode()))

    assert str(loans.frame["applied_on"][0]) == day


def test_a_year_of_two_digits_is_not_taken_for_one_of_long_ago(read):
    loans = read({"Applied": "27.02.20"})

    assert "'27.02.20' is no date of the form %d.%m.%Y" in loans.rejects[0].message


def test_a_date_that_two_forms_read_differently_is_refused(shop_loan, tmp_path):
    both = CONTRACT.replace('["%d.%m.%Y", "%Y-%m-%d"]', '["%d/%m/%Y", "%m/%d/%Y"]')
    file = tmp_path / "loans.csv"
    dates = [{"Applied": day} for day in ("05/05/2020", "13/05/2020", "03/05/2020")]
    file.write_text(text_of(*dates))

    loans = ingest(file, contract=Contract.parse(both.encode()))

    assert loans.frame.height == 2
    assert "'03/05/2020' is a different date by each of" in loans.rejects[0].message


def test_codes_for_missing_hold_for_every_feature(read):
    loans = read({"Rate": "?"}, {"Rate": "-1"}, {"Rate": ""}, {"Amount": "?"})

    assert loans.frame["rate"].to_list() == [100.0, None, None, None]
    assert loans.seen.missing["rate"] == {"?": 1, "-1": 1, "": 1}
    assert [(item.field, item.message) for item in loans.rejects] == [("amount", "is missing")]


def test_one_category_takes_what_no_other_lists(read):
    loans = read({"Trade": "1199"}, {"Trade": "47"}, {"Trade": "99"})

    assert loans.frame["trade"].to_list() == ["food", "food", "other", "other"]
    assert loans.seen.rest["trade"] == {"47": 1, "99": 1}


def test_rows_out_of_scope_and_without_an_outcome_are_counted_and_not_used(read):
    loans = read(
        {"Applied": "31.12.2019", "Amount": "x"},
        {"Applied": "01.01.2022"},
        {"Result": "open"},
        {"Result": ""},
        {"Result": "unknown"},
    )

    assert (loans.out_of_scope, loans.indeterminate, loans.rejected) == (2, 2, 1)
    assert loans.frame.height == 1
    assert loans.rejects[0].message == "'unknown' is neither a good nor a bad outcome"


def test_rows_that_contradict_themselves_are_rejected(read):
    loans = read({"Rate": "2000"}, {"Shop": "TEST"}, {"Known": "01.01.2020"})

    assert [item.message for item in loans.rejects] == [
        "the monthly rate is above the loan (Rate must be at most Amount)",
        "was a test (Shop must be other than 'TEST')",
        "is before the application",
    ]


def test_ids_that_contradict_one_another_are_all_rejected(read):
    loans = read({"Nr": "7"}, {"Nr": "7"}, {"Nr": "8"}, {"Nr": "8", "Result": "lost"})

    assert [(item.row, item.message) for item in loans.rejects] == [
        (3, "the id '7' stands twice"),
        (4, "the id '8' stands twice, with different outcomes"),
        (5, "the id '8' stands twice, with different outcomes"),
    ]


def test_blanks_around_cells_are_taken_off_and_counted(read):
    loans = read({"Result": " paid ", "Trade": "10 "}, {"Sex": "  "})

    assert (loans.frame.height, loans.seen.trimmed) == (3, 3)


def test_a_row_of_another_length_is_rejected_and_no_other(shop_loan, tmp_path):
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}, {}) + "9;too;short\n" + ";".join(["x"] * 10) + "\n")

    loans = ingest(file, contract=shop_loan)

    assert loans.frame.height == 2
    assert [(item.row, item.message) for item in loans.rejects] == [
        (3, "has 3 cells, and the header has 9"),
        (4, "has 10 cells, and the header has 9"),
    ]


def test_what_is_wrong_with_a_protected_cell_does_not_show_it(tmp_path):
    text = CONTRACT.replace(
        "[[protected]]",
        '[[features]]\nname = "sexes"\nlabel = "x"\nkind = "category"\nsource = "Sex"\n'
        'legal_basis = "made up"\ncode = "SEX01"\nadverse_text = "x"\nfavourable_text = "x"\n'
        'categories = [{ value = "a", label = "a", source = ["m"] }, '
        '{ value = "b", label = "b", source = ["w"] }]\n[[protected]]',
    )
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}, {"Sex": "a secret"}))

    loans = ingest(file, contract=Contract.parse(text.encode()))

    assert "protected and not shown" in loans.rejects[0].message
    assert "secret" not in str(loans.problems.rows())


def test_the_rejects_file_names_row_column_field_and_reason(read):
    loans = read({"Amount": "=cmd()"}, {"Result": "x"})
    file = io.StringIO()

    write_rejects(loans.problems, file)

    assert file.getvalue().splitlines() == [
        "row,column,field,reason",
        "2,Amount,amount,'=cmd()' is no number",
        "3,Result,bad,'x' is neither a good nor a bad outcome",
    ]


CELLS = st.sampled_from(
    [
        "",
        " ",
        "1",
        "7",
        "?",
        "-1",
        "paid",
        "lost",
        "open",
        "01.02.2020",
        "1999-01-01",
        "x;y",
        "TEST",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_row_has_exactly_one_fate(shop_loan, tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("fates") / "loans.csv"
    good = [GOOD[name] for name in HEADER]
    lines = [HEADER, *rows, *([str(1000 + at), *good[1:]] for at in range(300))]
    file.write_text("\n".join(";".join(line) for line in lines) + "\n")

    loans = ingest(file, contract=shop_loan)

    fates = (loans.frame.height, loans.rejected, loans.out_of_scope, loans.indeterminate)
    assert sum(fates) == loans.rows_in_file == len(rows) + 300
    assert loans.rejected == loans.problems["row"].n_unique()
