"""A partner's file is read by a child with nothing to lose; what it says is checked here."""

import os
from pathlib import Path

import factories
import pytest
from confined import may_give_up_network
from waiting import children_of

from credit import untrusted_rows
from credit.untrusted_rows import ReaderLost, RowsRefused


@pytest.fixture
def read(tmp_path):
    def rows(content, kind="ndjson", *, skip=0):
        file = tmp_path / "file"
        file.write_bytes(content)
        contract = factories.SOURCE.decode()
        with untrusted_rows.opened(file, kind=kind, contract=contract, skip=skip) as opened:
            return [(row.number, row.body, row.problems) for row in opened.rows]

    return rows


@pytest.fixture
def child_says(monkeypatch, tmp_path):
    """Put a program in the child's place that has been taken over."""

    def say(program):
        (tmp_path / "taken_over.py").write_text(program)
        monkeypatch.setattr(untrusted_rows, "PROGRAM", "taken_over")
        monkeypatch.setattr(untrusted_rows.settings, "BASE_DIR", tmp_path)

    return say


def test_rows_come_one_by_one_with_what_is_wrong_with_some(read):
    body = factories.body()
    twice = b'{"reference": "A-1", "reference": "A-2"}\n'

    rows = read(factories.ndjson(body, body) + twice, skip=1)

    assert rows[0] == (2, body, ())
    assert (rows[1][0], rows[1][1]) == (3, None)
    assert (rows[1][2][0].pointer, rows[1][2][0].code) == ("/reference", "duplicate_key")


def test_each_row_says_how_long_it_was(tmp_path):
    file = tmp_path / "file"
    bodies = [factories.body(), factories.body(reference="A" * 100)]
    file.write_bytes(factories.ndjson(*bodies))

    with untrusted_rows.opened(
        file, kind="ndjson", contract=factories.SOURCE.decode(), skip=0
    ) as opened:
        short, long = (row.bytes for row in opened.rows)

    assert 0 < short < long
    assert long - short == 100 - len(bodies[0]["reference"])


def test_what_is_wrong_with_a_line_is_said_of_the_line(read):
    ((_, body, problems),) = read(b"[" + factories.ndjson(factories.body()).strip() + b"]")

    assert body is None
    assert [problem.message for problem in problems] == ["The line must be a JSON object."]


def test_a_file_that_is_none_is_refused_in_words(read):
    with pytest.raises(RowsRefused, match="The file cannot be read"):
        read(b"PAR1" + os.urandom(1000) + b"PAR1", "parquet")
    with pytest.raises(RowsRefused, match="'reference' is missing"):
        read(b"a,b\n1,2\n", "csv")


SAID = {
    "nothing": "",
    "no JSON": "print('oops')",
    "no total": "print('[1, {}]')",
    "too many rows": "print('[\"total\", 2000000]')",
    "another row": "print('[\"total\", 2]'); print('[2, {}]')",
    "fewer rows": "print('[\"total\", 2]'); print('[1, {}]'); print('[\"end\"]')",
    "no request": "print('[\"total\", 2]'); print('[1, 7]')",
    "a number that is none": "print('[\"total\", 1]'); print('[1, {\"a\": NaN}]')",
    "an endless line": "while True: print('x' * 100000, end='')",
    "death": "import os; print('[\"total\", 1]', flush=True); os.abort()",
    "endless work": "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\n"
    "while True: pass",
}


@pytest.mark.parametrize("program", SAID.values(), ids=SAID)
def test_a_child_that_was_taken_over_is_believed_nothing(read, child_says, program):
    child_says(program)

    with pytest.raises(RowsRefused, match="damaged"):
        read(b"{}")


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGKILL"])
@pytest.mark.parametrize("said", ["", "print('[\"total\", 1]', flush=True)"])
def test_a_child_that_somebody_ended_says_nothing_of_the_file(read, child_says, said, number):
    ends = f"signal.signal(signal.SIGINT, signal.SIG_DFL)\nos.kill(os.getpid(), signal.{number})"
    child_says(f"import os, signal\n{said}\n{ends}")

    with pytest.raises(ReaderLost):
        read(b"{}")


def test_a_silent_child_is_not_waited_for(read, child_says, monkeypatch):
    monkeypatch.setattr(untrusted_rows, "SILENT_FOR", 0.1)
    child_says("import time; time.sleep(60)")

    with pytest.raises(RowsRefused, match="damaged"):
        read(b"{}")


def test_the_child_knows_none_of_our_secrets(read, child_says, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    child_says("import json, os; print('[\"total\", 1]'); print(json.dumps([1, dict(os.environ)]))")

    ((_, known, _),) = read(b"{}")

    assert set(known) <= {"PATH", "LANG", "LC_CTYPE", "PWD", "SHLVL", "_"}


@pytest.fixture
def reading(tmp_path):
    """Let a child be in the middle of a file: it cannot go on while nobody reads what it says."""
    file = tmp_path / "file"
    file.write_bytes(factories.ndjson(*[factories.body()] * 1_000))
    contract = factories.SOURCE.decode()
    with untrusted_rows.opened(file, kind="ndjson", contract=contract, skip=0) as opened:
        next(opened.rows)
        name = untrusted_rows.PROGRAM.encode()
        yield next(pid for pid in children_of(os.getpid()) if name in _command_line(pid))


def _command_line(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_the_child_has_little_memory_and_time_and_writes_nothing(reading):
    lines = Path(f"/proc/{reading}/limits").read_text().splitlines()
    limits = {line[:25].strip(): line[26:].split()[:2] for line in lines}

    assert limits["Max address space"] == ["1500000000"] * 2
    assert limits["Max cpu time"] == ["900", "901"]  # SIGXCPU, and soon after what none survives
    assert limits["Max file size"] == limits["Max core file size"] == ["0"] * 2


@pytest.mark.skipif(not may_give_up_network(), reason="this kernel lets nobody give up the network")
def test_the_child_has_no_network(reading):
    own, its = (Path(f"/proc/{pid}/ns/net").readlink() for pid in ("self", reading))

    assert own != its
