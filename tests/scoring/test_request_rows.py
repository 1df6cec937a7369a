"""Files of applications as requests: each row, and what is said of one that cannot be read."""

import json
import signal
import socket
import subprocess
import sys

import polars as pl
import pytest
import toy_release
from confined import may_give_up_network
from waiting import LONG

from scoring.contract import Contract
from scoring.features import FieldProblem, InputRefused, example
from scoring.files.reading_csv import FileRefused
from scoring.files.request_rows import LONGEST_LINE, Format, number, open_rows, whole

CONTRACT = Contract.load(toy_release.CONTRACT_FILE)
ROW = {"reference": "A-1", **example(CONTRACT), "monitoring.age_group": "under_25"}
NDJSON, CSV, PARQUET = Format.NDJSON, Format.CSV, Format.PARQUET


def strictly(line):
    try:
        return json.loads(line)
    except ValueError as error:
        raise InputRefused((FieldProblem("", "not_json", "is no JSON"),)) from error


def cells(row):
    return ",".join(str(cell).lower() if cell is True else str(cell) for cell in row.values())


def csv_of(*rows):
    return "\n".join([",".join(ROW), *map(cells, rows)]) + "\n"


@pytest.fixture
def read(tmp_path):
    def opened(content, kind=CSV, **options):
        file = tmp_path / "file"
        if isinstance(content, pl.DataFrame):
            content.write_parquet(file, row_group_size=2)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_rows(file, kind, contract=CONTRACT, parse=strictly, **options)

    return opened


def assert_is_the_request(row, *, reference):
    features = example(CONTRACT)
    assert row.body == {
        "reference": reference,
        "requested": {
            "amount": str(features["amount"]),
            "term_months": features["duration_months"],
        },
        "features": features,
        "monitoring": {"age_group": "under_25"},
    }


def test_a_row_of_a_table_is_a_request_and_says_nothing_twice(read):
    rows = read(csv_of(ROW, ROW | {"reference": "Ä 2"}))

    first, second = rows.wanted
    assert (rows.total, first.number, second.number) == (2, 1, 2)
    assert_is_the_request(first, reference="A-1")
    assert_is_the_request(second, reference="Ä 2")


def test_who_applies_is_said_in_columns_and_of_each_row_apart(read):
    head = ",".join([*ROW, "applicant.name", "applicant.address"])
    named, unnamed = f'{cells(ROW)},Ada Lovelace,"1 High Street\nLondon"', f"{cells(ROW)},,"
    rows = read(f"{head}\n{named}\n{unnamed}\n")

    first, second = rows.wanted
    assert first.body["applicant"] == {"name": "Ada Lovelace", "address": "1 High Street\nLondon"}
    assert "applicant" not in second.body


def test_parquet_gives_what_csv_gives(read):
    rows = read(pl.DataFrame([ROW] * 5), PARQUET, skip=2)

    wanted = list(rows.wanted)
    assert (rows.total, [row.number for row in wanted]) == (5, [3, 4, 5])
    assert_is_the_request(wanted[0], reference="A-1")


def test_what_is_done_is_skipped(read):
    lines = "\n\n".join(json.dumps({"reference": f"A-{i}"}) for i in range(1, 6))

    assert [row.number for row in read(csv_of(*[ROW] * 5), skip=3).wanted] == [4, 5]
    assert [row.body["reference"] for row in read(lines, NDJSON, skip=3).wanted] == ["A-4", "A-5"]


def test_a_line_that_is_no_request_stops_no_other(read):
    long = b'{"reference": "' + b"x" * LONGEST_LINE + b'"}'
    content = b'{"reference": "A-1"}\r\n oops \n' + long + b'\n{"reference": "A-4"}'

    rows = list(read(content, NDJSON).wanted)

    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert [row.body and row.body["reference"] for row in rows] == ["A-1", None, None, "A-4"]
    assert [row.problems[0].code for row in rows[1:3]] == ["not_json", "too_long"]


def test_a_row_with_another_number_of_cells_stops_no_other(read):
    content = csv_of(ROW, {"reference": "A-2"}, ROW)

    rows = list(read(content).wanted)

    assert [row.body is None for row in rows] == [False, True, False]
    assert rows[1].problems[0].code == "ragged"


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (csv_of(), CSV, "has 0 rows"),
        ("", NDJSON, "has 0 rows"),
        ("\n \n", NDJSON, "has 0 rows"),
        (csv_of(ROW) + '"never closed', CSV, "line 3"),
        (csv_of(ROW).encode() + b"\xff", CSV, "is not utf-8: it has bytes near its beginning"),
        (b"\x1f\x8b\x08\0", CSV, "The file is compressed"),
        (b"\x1f\x8b\x08\0", NDJSON, "The file is compressed"),
        (b"PK\x03\x04", CSV, "is an archive or a spreadsheet; send it as CSV"),
        (b"PAR1", NDJSON, "is Parquet, and was said to be something else"),
        (csv_of(ROW).replace("reference", "housing"), CSV, "more than one column"),
        (b"PAR1 and nothing", PARQUET, "cannot be read"),
        (pl.DataFrame({"a": [[1]]}), PARQUET, "not a number, text or date a row"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_its_first_row(read, content, kind, says):
    with pytest.raises(FileRefused, match=says):
        read(content, kind)


def test_a_file_of_too_many_rows_is_refused(read, monkeypatch):
    monkeypatch.setattr("scoring.files.request_rows.MOST_ROWS", 2)

    with pytest.raises(FileRefused, match="has 3 rows; it must have 1 to 2"):
        read(csv_of(*[ROW] * 3))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_columns_that_no_commas_separate_are_one_problem_and_not_one_each(read, delimiter):
    with pytest.raises(InputRefused, match="separate columns by commas") as refused:
        read(csv_of(ROW).replace(",", delimiter))

    assert [(each.pointer, each.code) for each in refused.value.problems] == [("", "no_commas")]


def test_each_wrong_column_is_named(read):
    head = {name: ROW[name] for name in ROW if name not in {"reference", "amount", "housing"}}
    wrong = head | {"hausing": "own", "monitoring.iq": "9", "requested.amount": "1"}
    content = ",".join(wrong) + "\n" + cells(wrong)

    with pytest.raises(InputRefused) as refused:
        read(content)

    assert {(each.pointer, each.code) for each in refused.value.problems} == {
        ("/features/hausing", "unknown_column"),
        ("/monitoring/iq", "unknown_column"),
        ("/reference", "missing_column"),
        ("/features/amount", "missing_column"),
        ("/features/housing", "missing_column"),
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [("36", 36), ("-1", -1), ("36.0", 36), ("36.5", "36.5"), ("1e3", "1e3"), ("٣", "٣")],
)
def test_a_cell_is_a_whole_number_or_stays_text(cell, value):
    assert whole(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("36", 36.0), (".5", 0.5), ("1e3", 1e3), ("nan", "nan"), ("1_0", "1_0")]
)
def test_a_cell_is_a_number_or_stays_text(cell, value):
    assert number(cell) == value


ATTEMPTS = """
import resource, sys
from scoring.confinement import confine
confine(memory=400_000_000, cpu_seconds=2)
told = []
for attempt in (
    lambda: bytearray(500_000_000),
    lambda: open(sys.argv[1], "w").write("x" * 10_000) and open(sys.argv[1]).read(),
):
    try:
        attempt()
        told.append("done")
    except (MemoryError, OSError) as error:
        told.append(type(error).__name__)
print(*told, *resource.getrlimit(resource.RLIMIT_CPU))
"""


def test_a_confined_process_can_take_no_more_memory_and_write_no_file(tmp_path):
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ATTEMPTS, str(tmp_path / "file")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == ["MemoryError", "OSError", "2", "3"]


ENDLESS = """
from scoring.confinement import confine
confine(memory=1_000_000_000, cpu_seconds=1)
while True: pass
"""


def test_a_confined_process_ends_when_its_time_is_used_up():
    ended = subprocess.run([sys.executable, "-c", ENDLESS], check=False, timeout=LONG)

    assert ended.returncode == -signal.SIGXCPU


CALLS = """
import socket, sys
from scoring.confinement import confine
confine(memory=1_000_000_000, cpu_seconds=10)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])))
except OSError as refused:
    print(refused.strerror)
"""


@pytest.mark.skipif(not may_give_up_network(), reason="this kernel lets nobody give up the network")
def test_a_confined_process_reaches_nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        told = subprocess.run(
            [sys.executable, "-c", CALLS, port], capture_output=True, text=True, check=True
        )

    assert told.stdout == "Network is unreachable\n"
