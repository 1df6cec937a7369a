"""Files as lenders have them: encodings, separators, gzip, dates, ids, scope, contradictions."""

import datetime as dt
import gzip
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.contract import Contract
from scoring.files import reading
from scoring.files.ingestion import IngestionRefused, ingest, write_rejects

CONTRACT = """
format = 1
slug = "shop-loan"
name = "Shop loan"
currency = "EUR"
jurisdictions = ["EU"]
source_note = "Made up."
[columns]
id = "Nr"
applied_on = "Applied"
outcome_known_on = "Known"
date_format = ["%d.%m.%Y", "%Y-%m-%d"]
[ingestion]
max_rejected_share = 0.9
decimal_separator = ","
thousands_separator = "."
number_signs = ["EUR", "%"]
missing_codes = ["?", "-1"]
applied_from = 2020-01-01
applied_until = 2021-12-31
[[ingestion.checks]]
name = "pays_less_than_it_lends"
left = "Rate"
relation = "at_most"
right = "Amount"
text = "the monthly rate is above the loan"
[[ingestion.checks]]
name = "no_test_shop"
left = "Shop"
relation = "differs"
value = "TEST"
text = "was a test"
[outcome]
column = "Result"
bad = ["lost"]
good = ["paid"]
indeterminate = ["open", ""]
meaning = "default"
word = "probability of default"
window_months = 12
maturity = "A year."
[requested]
amount = { minimum = "10", maximum = "90000" }
[economics]
loss_given_default = 0.5
margin = 0.1
review_cost = "5"
[scale]
base_points = 600
base_odds = 50
points_to_double_odds = 20
[[bands]]
name = "A"
pd_below = 1.0
[policy]
approve_pd_at_most = 0.2
decline_pd_at_least = 0.4
[fairness]
minimum_air = 0.8
minimum_group = 30
blocks_promotion = false
[training]
seed = 1
rounds = 10
max_depth = 2
learning_rate = 0.1
subsample = 1
colsample = 1
min_child_weight = 1
folds = 2
repeats = 1
minimum_bads = 2
[[features]]
name = "amount"
label = "Amount"
kind = "decimal"
minimum = 10
maximum = 90000
source = "Amount"
code = "AMT01"
adverse_text = "{value}"
favourable_text = "{value}"
[[features]]
name = "rate"
label = "Rate"
kind = "decimal"
minimum = 0
maximum = 9000
source = "Rate"
may_be_missing = true
missing_text = "No rate"
code = "RAT01"
adverse_text = "{value}"
favourable_text = "{value}"
[[features]]
name = "trade"
label = "Trade"
kind = "category"
source = "Trade"
first_characters = 2
code = "TRA01"
adverse_text = "{value}"
favourable_text = "{value}"
categories = [
  { value = "food", label = "food", source = ["10", "11"] },
  { value = "other", label = "other", source = ["*"] },
]
[[protected]]
name = "sex"
label = "Sex"
source = "Sex"
assessable = true
reference = "men"
groups = [
  { value = "men", label = "men", source = ["m"] },
  { value = "women", label = "women", source = ["w"] },
]
[[officer_reasons]]
code = "OFF01"
label = "x"
"""
HEADER = ["Nr", "Applied", "Known", "Amount", "Rate", "Trade", "Shop", "Sex", "Result"]
GOOD = dict(
    zip(
        HEADER,
        ["1", "01.02.2020", "", "1.234,50 EUR", "100", "1012", "Düren", "w", "paid"],
        strict=True,
    )
)


@pytest.fixture(scope="module")
def shop_loan():
    return Contract.parse(CONTRACT.encode())


def text_of(*changes, header=HEADER, delimiter=";"):
    """Write a file of one good row a change, with that change made; ids are the rows' numbers."""
    rows = [{**GOOD, "Nr": str(at), **change} for at, change in enumerate(changes, start=1)]
    lines = [delimiter.join(header)]
    lines += [delimiter.join(row[name] for name in header) for row in rows]
    return "\n".join(lines) + "\n"


@pytest.fixture
def read(shop_loan, tmp_path):
    def ingested(*changes):
        file = tmp_path / "loans.csv"
        file.write_text(text_of({}, *changes))
        return ingest(file, contract=shop_loan)

    return ingested


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_any_encoding_is_found_out(shop_loan, tmp_path, encoding, told, packed):
    content = text_of({}, {"Shop": "Köln"}).encode(encoding)
    file = tmp_path / "loans.txt"
    file.write_bytes(gzip.compress(content) if packed else content)

    loans = ingest(file, contract=shop_loan)

    assert (loans.encoding, loans.delimiter) == (told, ";")
    assert loans.frame["amount"].to_list() == [1234.5, 1234.5]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_found_out_without_its_mark(shop_loan, tmp_path, encoding):
    file = tmp_path / "loans.csv"
    file.write_bytes(text_of({}, {"Shop": "Köln"}).encode(encoding))

    assert ingest(file, contract=shop_loan).encoding == encoding


def test_a_column_without_a_name_is_numbered(tmp_path):
    declared = CONTRACT.replace('id = "Nr"', 'id = "column 1"')
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}).removeprefix("Nr"))

    assert ingest(file, contract=Contract.parse(declared.encode())).frame["row"].to_list() == ["1"]


def test_blanks_around_the_names_of_columns_are_taken_off_parquet_too(shop_loan, tmp_path):
    file = tmp_path / "loans.parquet"
    pl.DataFrame({f" {name} ": [cell] for name, cell in GOOD.items()}).write_parquet(file)

    assert ingest(file, contract=shop_loan).frame.height == 1


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_delimiter_is_found_out(shop_loan, tmp_path, delimiter):
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}, {"Shop": '"Dü,ren\nam Rhein"'}, delimiter=delimiter))

    loans = ingest(file, contract=shop_loan)

    assert (loans.delimiter, loans.rows_in_file) == (delimiter, 2)


def test_what_the_contract_declares_is_not_guessed(tmp_path):
    declared = CONTRACT.replace("[ingestion]", '[ingestion]\nencoding = "cp1250"\ndelimiter = "~"')
    file = tmp_path / "loans.csv"
    file.write_bytes(text_of({"Shop": "Łódź"}, delimiter="~").encode("cp1250"))

    loans = ingest(file, contract=Contract.parse(declared.encode()))

    assert (loans.encoding, loans.delimiter) == ("cp1250", "~")


def test_parquet_and_gzip_of_it_are_told_by_their_content(shop_loan, tmp_path):
    columns = [pl.Series(name, [GOOD[name]] * 3) for name in HEADER if name not in {"Nr", "Known"}]
    frame = pl.DataFrame([pl.Series("Nr", [1.0, 2.0, 3.0]), *columns]).with_columns(
        Applied=pl.lit("2020-02-01").str.to_datetime(), Known=pl.lit(None, dtype=pl.Date)
    )
    held = io.BytesIO()
    frame.write_parquet(held)
    plain, packed = tmp_path / "loans.bin", tmp_path / "loans.gz"
    plain.write_bytes(held.getvalue())
    packed.write_bytes(gzip.compress(held.getvalue()))

    for file in (plain, packed):
        loans = ingest(file, contract=shop_loan)
        assert loans.frame["row"].to_list() == ["1", "2", "3"]
        assert str(loans.frame["applied_on"][0]) == "2020-02-01"


@pytest.mark.parametrize("cells", [[b"\xff"], [[1, 2]], [dt.timedelta(days=1)]])
def test_a_column_of_parquet_that_holds_no_value_is_named(shop_loan, tmp_path, cells):
    file = tmp_path / "loans.parquet"
    pl.DataFrame({"Photo": cells}).write_parquet(file)

    with pytest.raises(IngestionRefused, match=r"loans\.parquet: the column 'Photo' .*leave"):
        ingest(file, contract=shop_loan)


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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(b"Nr;x" * 100, mtime=0)[:-9], "cannot be unpacked"),
        (b"Nr;Nr;Known", "more than one column of the name 'Nr'.*if line 1 holds values"),
        (b"Loans of 2020\n" + text_of({}, {}).encode(), "line 1 has 1 of the 9 .*above the names"),
        (b"Nr;Applied\n1;2;3\n2;3;4\n", "line 1 has 2 of the 3 cells.*add those that are missing"),
        (b"PK\x03\x04 and more", "is a ZIP archive or an Excel workbook: bring what is in it as"),
        (gzip.compress(b"%PDF-1.7", mtime=0), "is a PDF document"),
        (b'{"Nr": 1}\n', "is a file of JSON"),
        (b"Nr;Applied\n1;\0\n", "holds zero bytes, which no text does"),
        (b'Nr;"open\n1;2\n', "a quote that is not closed"),
        (b"Nr;Applied\n1;2\n", "lacks the columns .*'Result' .the outcome.*it has 'Nr', 'Applied'"),
        (text_of().encode(), "holds no rows"),
        (text_of({"Result": "open"}).encode(), "leaves no row .* 1 have an indeterminate outcome"),
    ],
)
def test_what_is_no_file_of_loans_is_refused(shop_loan, tmp_path, content, says):
    file = tmp_path / "loans.csv"
    file.write_bytes(content)

    with pytest.raises(IngestionRefused, match=says):
        ingest(file, contract=shop_loan)


def test_a_file_that_is_not_as_declared_is_refused(tmp_path):
    declared = CONTRACT.replace("[ingestion]", '[ingestion]\nencoding = "ascii"')
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}))

    with pytest.raises(IngestionRefused, match="is not ascii"):
        ingest(file, contract=Contract.parse(declared.encode()))


def test_a_gzip_file_may_not_unpack_without_end(shop_loan, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 1_000)
    file = tmp_path / "loans.csv.gz"
    file.write_bytes(gzip.compress(b"x" * 5_000_000))

    with pytest.raises(IngestionRefused, match="unpacks to more than 1,000 bytes"):
        ingest(file, contract=shop_loan)


def test_progress_is_told_to_the_end(shop_loan, tmp_path):
    told = []
    file = tmp_path / "loans.csv"
    file.write_text(text_of({}, {}))

    ingest(file, contract=shop_loan, progress=told.append)

    assert told[-1] == 1.0


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


def test_a_file_of_many_chunks_reads_as_one_does(shop_loan, tmp_path, monkeypatch):
    changes = [
        {"Amount": ["100,5", "x", "1.000"][at % 3], "Result": ["paid", "lost"][at % 2]}
        for at in range(500)
    ]
    file = tmp_path / "loans.csv"
    file.write_text(text_of(*changes) + "1;2\n")
    at_once = ingest(file, contract=shop_loan)
    monkeypatch.setattr("scoring.files.reading_csv.ROWS_AT_ONCE", 7)

    in_parts = ingest(file, contract=shop_loan)

    assert in_parts.frame.equals(at_once.frame)
    assert in_parts.problems.equals(at_once.problems)
