"""`./run test`, `load` and `check`, around a tiny product."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from services import __main__ as commands
from services import testing
from services.account import Account
from services.places import Places
from services.postgres import Postgres
from services.trouble import Trouble

A_TEST = """
import os

def test_its_environment():
    assert "evenhand_worker:" in os.environ["DATABASE_URL"]
    assert "evenhand_owner:" in os.environ["OWNER_DATABASE_URL"]
    assert os.environ["CELERY_BROKER_URL"].startswith("redis://:")
    assert os.environ["EVENHAND_VAR"].endswith("var/test")
    assert "{}" == "good"
"""
LONG_ONES = """
import pytest

@pytest.mark.long
def test_that_takes_minutes():
    pass

def test_that_does_not():
    raise AssertionError
"""
A_LOAD_TEST = """
import json, os, sys, urllib.request

if sys.argv[-1] == "--help":  # asked whether it understands the rest
    sys.exit(0)
assert sys.argv[1] == "--base-url" and sys.argv[3:] == ["--seconds", "5"]
assert os.environ["EVENHAND_LOAD_KEY"].startswith("key-")
assert "DATABASE_URL" not in os.environ
assert "evenhand_worker:" in os.environ["EVENHAND_LOAD_DATABASE"]
assert os.environ["EVENHAND_LOAD_STACK"].endswith("var/load/stack")
assert {user["role"] for user in json.loads(os.environ["EVENHAND_LOAD_USERS"])} >= {"officer"}
with urllib.request.urlopen(sys.argv[2]) as answer:
    raise SystemExit(int(answer.headers["Content-Type"] == "application/json") * 7)
"""


@pytest.mark.long
@pytest.mark.parametrize(("outcome", "code"), [("good", 0), ("bad", 1)])
def test_tests_get_servers_and_give_their_exit_code(run, checkout, outcome, code):
    (checkout / "test_it.py").write_text(A_TEST.format(outcome))

    done = run("test", "-c", "/dev/null", "test_it.py", checkout=checkout)

    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("asked", "added"),
    [([], ("-m", "not long")), (["-k", "walk"], ("-m", "not long")), ([__file__], ())],
)
def test_long_tests_are_left_out_where_no_file_is_chosen(asked, added):
    assert testing.which(asked) == added


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"A": "1"}, {"A": "1"}),
        ({"PYTHONDONTWRITEBYTECODE": ""}, {"PYTHONDONTWRITEBYTECODE": ""}),
        (
            {"A": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            {"A": "1", "PYTHONPYCACHEPREFIX": "/var/test/compiled"},
        ),
    ],
)
def test_processes_of_tests_compile_once_where_nothing_is_kept_beside_sources(given, told):
    assert testing.compiled_once(given, places=Places(Path("/var/test"))) == told


def test_only_the_tests_own_server_may_forget_what_a_power_cut_takes(tmp_path):
    def fsync(**told):
        server = Postgres(
            places=Places(tmp_path),
            account=Account(),
            home=tmp_path,
            socket=tmp_path,
            programs=tmp_path,
            **told,
        )
        return {part for part in server.service().command if part.startswith("fsync")}

    assert fsync() == {"fsync=on"}
    assert fsync(may_forget=True) == {"fsync=off"}


@pytest.mark.long
def test_long_tests_have_a_command_of_their_own(run, checkout):
    (checkout / "test_long_ones.py").write_text(LONG_ONES)

    done = run("long", "-c", "/dev/null", "test_long_ones.py", checkout=checkout)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 deselected" in done.stdout


@pytest.mark.long
def test_a_load_test_gets_a_fresh_stack_and_gives_its_exit_code(run, checkout):
    (checkout / "loadtests").mkdir(exist_ok=True)
    (checkout / "loadtests" / "run_load.py").write_text(A_LOAD_TEST)

    done = run("load", "--seconds", "5", checkout=checkout, DATABASE_URL="postgresql:///theirs")

    assert done.returncode == 7, done.stdout + done.stderr


def test_only_a_stacks_folder_is_ever_emptied(run, checkout, tmp_path):
    (tmp_path / "thesis.txt").touch()

    refused = run("servers", "--var", tmp_path, "--fresh", checkout=checkout)

    assert refused.returncode == 1
    assert "it is not emptied" in refused.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_every_check_runs_whatever_the_others_say(run, checkout):
    done = run("check", checkout=checkout)

    assert done.returncode == 1
    for name in ("ruff check", "mypy", "import-linter", "deptry"):
        assert f"  {name} " in done.stdout
    assert "passed  migrations" in done.stdout
    assert "Failed: " in done.stdout


def test_one_check_can_be_chosen(run, checkout):
    done = run("check", "migrations", checkout=checkout)

    assert done.returncode == 0
    assert "mypy" not in done.stdout


@pytest.mark.parametrize(("megabytes", "is_said"), [(16, True), (5_000, False)])
def test_a_full_disk_is_named_where_something_failed(megabytes, is_said, monkeypatch, capsys):
    """A step whose log cannot be written either has nothing to say for itself."""
    usage = SimpleNamespace(free=megabytes * 1_000_000)
    monkeypatch.setattr(commands.shutil, "disk_usage", lambda _folder: usage)

    assert commands._run(_fails, []) == 1

    said = capsys.readouterr().err
    assert "migrate failed" in said
    assert ("only 16 MB left" in said) == is_said


def _fails(_arguments):
    raise Trouble("migrate failed: Running migrations:")
