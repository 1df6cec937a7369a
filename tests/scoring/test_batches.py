"""Whole files of applications: each row as it would be scored alone, whatever the others are."""

import gzip
import json
import os
import signal
from concurrent.futures import BrokenExecutor
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import toy_release

from scoring.contract import Contract, hash_of
from scoring.engine import Engine
from scoring.features import InputRefused, example, validate
from scoring.files import batch_workers
from scoring.files.batch import COLUMNS, Lines, Rows, score_rows
from scoring.files.batch_columns import typed
from scoring.files.batch_files import applications, harmless
from scoring.files.batch_workers import scorer
from scoring.files.reading import FileRefused
from scoring.reasons import principal_reasons, principal_texts

CELLS = [
    *(None, "", " ", "0", "1", "-1", "+7", "36", " 36 ", "36.0", "36.5", "1e1", "1e400", "-0"),
    *("-0.0", "inf", "-inf", "nan", "NaN", "Infinity", "0x10", "1_000", "1,5", "true", "false"),
    *("True", "yes", "rent", "own", "Rent", "Ä", "9" * 30, "5.", ".5", "e5", "--1", "٣"),
]


@pytest.fixture(scope="module")
def strange():
    """Give a contract that has decimals, and a category that may be missing."""
    text = toy_release.CONTRACT_FILE.read_text()
    text = text.replace('kind = "integer"\nunit = "DM"', 'kind = "decimal"\nunit = "DM"', 1)
    text = text.replace(
        'source = "housing"',
        'source = "housing"\nmay_be_missing = true\nmissing_text = "Housing was not stated"',
    )
    return Contract.parse(text.encode())


@pytest.fixture(scope="module")
def engine():
    return Engine(toy_release.release())


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "bundle.zip"
    content = toy_release.packed()
    file.write_bytes(content)
    return file, hash_of(content)


def texts_of(rows):
    """Write values as a file has them."""
    return pl.DataFrame(
        {
            name: [None if row[name] is None else str(row[name]).lower() for row in rows]
            for name in rows[0]
        },
        schema=dict.fromkeys(rows[0], pl.String),
    )


def some_rows(contract, n, *, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        row = example(contract)
        row["duration_months"] = int(rng.integers(3, 85))
        row["checking_status"] = str(rng.choice(["below_0", "0_to_200", "none"]))
        rows.append(row)
    return rows


def as_json(feature, cell):
    """Say what a cell means, as the one who wrote a request in JSON would have."""
    bare = (cell or "").strip()
    if not bare:
        return None
    if feature.categories:
        words = {"true": True, "false": False} if feature.kind == "boolean" else {}
        return words.get(bare, bare)
    try:
        number = float(bare) if bare.isascii() and "_" not in bare else bare
    except ValueError:
        return bare
    is_whole = feature.kind == "integer" and isinstance(number, float) and number.is_integer()
    return int(number) if is_whole and "e" not in bare else number


@pytest.mark.parametrize("name", ["duration_months", "amount", "housing", "has_telephone"])
def test_cells_are_held_to_the_contract_as_a_request_is(strange, name):
    feature = strange.feature(name)
    whole = texts_of([example(strange)] * len(CELLS))
    cells = whole.with_columns(pl.Series(name, CELLS, dtype=pl.String))

    values, problems = typed(strange, cells)

    for at, cell in enumerate(CELLS):
        right, wrong = outcome(strange, {name: as_json(feature, cell)})
        if wrong is None:
            assert (problems[at], values[name][at]) == (None, right[name]), cell
        elif "finite" in wrong or "number" in wrong:  # the words differ for huge ones
            assert problems[at].startswith(f"{name}: must be"), cell
        else:
            assert problems[at] == wrong, cell


def outcome(contract, changes):
    """Hold an application to the contract: its values, or what is wrong with them."""
    try:
        return validate(contract, example(contract) | changes), None
    except InputRefused as refused:
        return None, str(refused).replace("/features/", "")  # a table names its columns


def test_every_problem_of_a_row_is_told(strange):
    cells = texts_of([example(strange)]).with_columns(
        duration_months=pl.lit("400"), purpose=pl.lit("bribes")
    )

    _, problems = typed(strange, cells)

    _, wrong = outcome(strange, {"duration_months": 400, "purpose": "bribes"})
    assert problems[0] == wrong


def test_a_row_gets_the_bits_that_it_gets_alone(engine):
    rows = some_rows(engine.contract, 200)
    chunk = Rows(first=1, cells=texts_of(rows), unread={})

    told = score_rows(engine, chunk)

    for at, row in enumerate(rows):
        alone = engine.score(row)
        reasons = principal_reasons(engine.contract, row, alone.contributions)
        assert told["pd"][at] == round(alone.pd, 6)
        assert (told["score"][at], told["band"][at]) == (alone.score, alone.band)
        assert told["reasons"][at] == "; ".join(f"{one.code} {one.text}" for one in reasons)


def test_figures_without_reasons_are_the_same(engine):
    chunk = Rows(first=1, cells=texts_of(some_rows(engine.contract, 50)), unread={})

    plain = score_rows(engine, chunk, with_reasons=False)

    same = [name for name in COLUMNS if name != "reasons"]
    assert plain.select(same).equals(score_rows(engine, chunk).select(same))
    assert plain["reasons"].null_count() == 50


def test_lines_of_json_come_out_as_the_table_does(engine):
    rows = some_rows(engine.contract, 20)
    lines = [json.dumps({"reference": "A", "features": row}) for row in rows]
    cells = texts_of(rows).with_columns(reference=pl.lit("A"))

    by_lines = score_rows(engine, Lines(first=1, lines=lines))

    assert by_lines.equals(score_rows(engine, Rows(first=1, cells=cells, unread={})))


def test_a_row_that_is_wrong_keeps_its_place(engine):
    rows = some_rows(engine.contract, 4)
    rows[1]["housing"] = "castle"
    chunk = Rows(first=11, cells=texts_of(rows), unread={13: "has 3 cells"})

    told = score_rows(engine, chunk)

    assert told["row"].to_list() == [11, 12, 13, 14]
    assert told["problem"].to_list() == [
        None,
        "housing: must be one of: rent, own, free",
        "has 3 cells",
        None,
    ]
    assert told["pd"].is_null().to_list() == [False, True, True, False]


@pytest.mark.parametrize(
    ("line", "says"),
    [("{", "is no JSON"), ("[]", "is no JSON object"), ('{"features": 5}', "is missing")],
)
def test_a_line_that_is_no_request_is_told(engine, line, says):
    told = score_rows(engine, Lines(first=1, lines=[line]))

    assert says in told["problem"][0]


def test_nothing_right_is_no_reason_to_fail(engine):
    told = score_rows(engine, Lines(first=1, lines=["{", "["]))

    assert told.columns == list(COLUMNS)
    assert told["pd"].null_count() == 2


def test_reasons_of_many_are_those_of_each(contract):
    grouped = Contract.parse(
        contract.text.replace('code = "CHK01"', 'group = "money"\ncode = "CHK01"')
        .replace('code = "SAV01"', 'group = "money"\ncode = "SAV01"')
        .encode()
    )
    rng = np.random.default_rng(3)
    values = {name: [value] * 300 for name, value in example(contract).items()}
    points = rng.integers(-3, 3, (300, len(contract.features))).astype(np.float32)  # many ties

    for one in (contract, grouped):
        lines = principal_texts(one, values, points)
        for at in range(300):
            alone = principal_reasons(one, example(contract), tuple(points[at].tolist()))
            assert lines[at] == "; ".join(f"{reason.code} {reason.text}" for reason in alone)


def test_processes_give_what_one_process_gives_in_order(engine, place):
    file, bundle_hash = place
    rows = texts_of(some_rows(engine.contract, 60))
    chunks = [Rows(first=1 + at, cells=rows.slice(at, 7), unread={}) for at in range(0, 60, 7)]

    with scorer(file, bundle_hash=bundle_hash, workers=2) as score:
        told = pl.concat(score(chunks))
    with scorer(file, bundle_hash=bundle_hash, workers=1) as score:
        alone = pl.concat(score(chunks))

    assert told.equals(alone)
    assert told["row"].to_list() == list(range(1, 61))


def test_only_a_few_chunks_are_under_way(engine, place):
    file, bundle_hash = place
    taken = 0

    def chunks():
        nonlocal taken
        for at in range(20):
            taken += 1
            cells = texts_of(some_rows(engine.contract, 1))
            yield Rows(first=1 + at, cells=cells, unread={})

    with scorer(file, bundle_hash=bundle_hash, workers=2) as score:
        next(score(chunks()))

    assert taken <= 2 * batch_workers.UNDER_WAY


def test_a_worker_that_dies_is_told_and_not_waited_for(engine, place):
    file, bundle_hash = place
    cells = texts_of(some_rows(engine.contract, 1))

    def chunks():
        for at in range(1, 4):  # both processes are up
            yield Rows(first=at, cells=cells, unread={})
        for child in active_children():
            os.kill(child.pid, signal.SIGKILL)
        for at in range(4, 30):
            yield Rows(first=at, cells=cells, unread={})

    with scorer(file, bundle_hash=bundle_hash, workers=2) as score, pytest.raises(BrokenExecutor):
        list(score(chunks()))


def write(folder, name, rows):
    table = texts_of(rows).with_columns(pl.lit("A").alias("reference"))
    file = folder / name
    if name.endswith(".parquet"):
        table.with_columns(pl.col("duration_months").cast(pl.Float64)).write_parquet(file)
    elif name.endswith(".gz"):
        file.write_bytes(gzip.compress(table.write_csv().encode()))
    else:
        table.write_csv(file, separator=";" if name.endswith(".tsv") else ",")
    return file


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz", "a.parquet"])
def test_tables_of_every_kind_are_read(engine, tmp_path, name):
    file = write(tmp_path, name, some_rows(engine.contract, 5))

    with applications(file, contract=engine.contract) as chunks:
        told = pl.concat([score_rows(engine, chunk) for chunk in chunks])

    assert told["problem"].null_count() == 5
    assert told["reference"].to_list() == ["A"] * 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.drop("housing"), r"lacks the columns 'housing'"),
        (lambda table: table.rename({"housing": "housng"}), r"the unknown columns 'housng'"),
    ],
)
def test_a_slip_in_the_header_is_seen_before_anything_is_scored(engine, tmp_path, change, says):
    file = tmp_path / "a.csv"
    change(texts_of(some_rows(engine.contract, 1))).write_csv(file)

    with pytest.raises(FileRefused, match=says), applications(file, contract=engine.contract):
        pass


def test_lines_that_are_no_utf8_are_refused(engine, tmp_path):
    file = tmp_path / "a.ndjson"
    file.write_bytes(b'{"reference": "\xff"}\n')

    with (
        pytest.raises(FileRefused, match="is not UTF-8"),
        applications(file, contract=engine.contract) as chunks,
    ):
        list(chunks)


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless():
    told = pl.DataFrame({"reference": ["=1", "A", None], "problem": ["+x", None, "-"]})

    assert harmless(told).to_dict(as_series=False) == {
        "reference": ["'=1", "A", None],
        "problem": ["'+x", None, "'-"],
    }


def test_an_altered_bundle_is_refused_before_any_row(place, tmp_path):
    other = Path(tmp_path) / "other.zip"
    other.write_bytes(place[0].read_bytes() + b" ")

    with (
        pytest.raises(ValueError, match="as registered"),
        scorer(other, bundle_hash=place[1], workers=2),
    ):
        pass
