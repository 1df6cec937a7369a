"""Files as lenders have them: encodings, separators, gzip, parquet; and what is no such file."""

import datetime as dt
import gzip
import io

import polars as pl
import pytest
from shop_loans import CONTRACT, GOOD, HEADER, text_of

from scoring.contract import Contract
from scoring.files import reading
from scoring.files.ingestion import IngestionRefused, ingest


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
