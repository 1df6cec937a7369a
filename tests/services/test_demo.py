"""`./run demo`, around a tiny product: from an empty folder to a score, and every refusal."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

import pytest
from service_runs import processes_of
from waiting import LONG, wait_until

from services.places import PortTaken, free_port, is_free


@pytest.fixture
def demo(run, checkout):
    """Run the demo of the tiny product to its first score, on a free port."""

    def demo(**settings):
        settings.setdefault("PORT", str(free_port()))
        return run("demo", "--once", checkout=checkout, **settings)

    return demo


@pytest.fixture
def made(demo, checkout):
    """Let there have been a demo before, and a product that is live."""
    if not (checkout / "onboarded").exists() or not (checkout / "var" / "demo_key").exists():
        assert demo().returncode == 0


@pytest.fixture(autouse=True)
def _nothing_left(checkout):
    yield
    wait_until(lambda: not processes_of(checkout))


def _ago(days):
    return (datetime.now(tz=UTC) - timedelta(days=days)).date().isoformat()


@pytest.mark.long
def test_shows_a_score_and_keeps_what_it_made(demo, checkout):
    shutil.rmtree(checkout / "var", ignore_errors=True)
    for name in ("onboarded", "keys"):
        (checkout / name).unlink(missing_ok=True)

    days = {_ago(430)}
    first, second = demo(), demo()
    days.add(_ago(430))  # another one over midnight

    assert first.returncode == second.returncode == 0, first.stderr
    assert "21.4%" in first.stdout
    assert "561  (band C)" in first.stdout
    assert "-31.2  CHK01   The balance is below zero" in first.stdout
    assert "live already" in second.stdout
    asked, _, day = (checkout / "onboarded").read_text().rpartition(" ")
    assert asked == (
        "contracts/consumer-loan/contract.toml contracts/consumer-loan/loans.csv "
        "--by a-model_developer --approved-by a-model_validator --as-of"
    )
    assert day.removesuffix("\n") in days
    assert (checkout / "var" / "demo_key").stat().st_mode & 0o077 == 0
    assert len((checkout / "keys").read_text().splitlines()) == 1


@pytest.mark.long
def test_a_key_that_no_longer_works_is_issued_anew(made, demo, checkout):
    (checkout / "var" / "demo_key").write_text("of another database")

    assert demo().returncode == 0


def _until(process, words):
    """Read what the demo says up to a line with these words."""
    said = [process.stdout.readline()]
    while words not in said[-1]:
        said.append(process.stdout.readline())
        assert said[-1], said
    return said


@pytest.fixture
def staying(checkout, environment):
    """Let a demo stay up on a port of its own, until the test has seen enough."""
    (checkout / "history").unlink(missing_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "services", "demo"],
        cwd=checkout,
        env={**environment, "PORT": str(free_port())},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)  # as the terminal does
            process.communicate(timeout=LONG)


@pytest.mark.long
def test_stays_until_ctrl_c_and_then_stops_everything(staying, checkout, run):
    said = _until(staying, "Ctrl-C")
    second = run("demo", checkout=checkout, PORT=str(free_port()))
    os.killpg(staying.pid, signal.SIGINT)
    staying.communicate(timeout=LONG)

    assert staying.returncode == 0
    assert second.returncode == 1
    assert "running already at http://127.0.0.1:" in second.stderr
    assert any("a-officer" in line for line in said)


def _history(checkout):
    file = checkout / "history"
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.long
def test_has_its_history_counted_and_reported_on(staying, checkout):
    _until(staying, "small-business-loan has its history")
    wait_until(lambda: len(_history(checkout)) == 5)

    done = _history(checkout)
    year_ago = datetime.now(tz=UTC).replace(day=1) - timedelta(days=360)
    replayed = [line for line in done if "small-business-loan" in line]
    assert [line.split()[0] for line in replayed] == ["simulate", "catch_up", "issue_notices"]
    assert replayed[1:] == [
        "catch_up small-business-loan --anew",
        "issue_notices small-business-loan --by a-officer",
    ]
    asked, counted = (line for line in done if "consumer-loan" in line)
    assert asked.startswith("fairness consumer-loan --all-versions")
    assert f"--since {year_ago:%Y-%m} --json --by a-compliance" in asked
    assert counted == "catch_up consumer-loan --anew"


@pytest.fixture(params=[False, True], ids=["cut off before", "done"])
def reported(request, checkout):
    """Let an earlier run have decided the past, and perhaps have had its report."""
    stamp = checkout / "var" / "past_is_reported"
    stamp.touch() if request.param else stamp.unlink(missing_ok=True)
    (checkout / "past").touch()
    yield request.param
    (checkout / "past").unlink()


@pytest.mark.long
def test_a_past_is_reported_on_once_also_when_that_was_cut_off(made, reported, staying, checkout):
    _until(staying, "small-business-loan has its history")
    wait_until(lambda: len(_history(checkout)) == (3 if reported else 5))

    asked = [line for line in _history(checkout) if line.startswith("fairness consumer-loan")]
    assert len(asked) == (0 if reported else 1)
    assert (checkout / "var" / "past_is_reported").exists()


@pytest.mark.long
def test_what_was_replayed_waits_neither_for_the_other_past_nor_for_what_compares_it(
    staying, checkout
):
    (checkout / "slow").touch()

    _until(staying, "small-business-loan has its history")

    (checkout / "slow").unlink()


@pytest.mark.long
def test_a_history_that_fails_is_said_and_ends_nothing(staying, checkout, run):
    (checkout / "undated").touch()

    said = _until(staying, "The whole story")

    (checkout / "undated").unlink()
    assert any("simulate failed: the loans have no days" in line for line in said)
    assert staying.poll() is None
    assert "catch_up small-business-loan --anew" not in _history(checkout)


def test_ctrl_c_during_the_set_up_stops_cleanly(checkout, environment):
    process = subprocess.Popen(
        [sys.executable, "-m", "services", "demo"],
        cwd=checkout,
        env={**environment, "PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=LONG)

    assert process.returncode == 130
    assert complaints == ""


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(demo, port):
    refused = demo(PORT=port)

    assert refused.returncode == 1
    assert f"PORT={port} is no port" in refused.stderr


def test_a_taken_port_is_refused_before_anything_starts(demo):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = demo(PORT=str(port))

    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert "postgres" not in refused.stdout


def test_a_port_that_only_root_may_open_is_not_called_taken(monkeypatch):
    def refuse(_self, _address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)

    with pytest.raises(PortTaken, match="not yours to open"):
        is_free(1)


def test_the_usual_port_being_taken_names_another(demo):
    with ExitStack() as held:
        with suppress(OSError):  # somebody has it already
            held.enter_context(socket.create_server(("127.0.0.1", 8000)))
        refused = demo(PORT="")

    assert refused.returncode == 1
    assert "Port 8000 is taken" in refused.stderr
    assert "./run demo" in refused.stderr


@pytest.mark.long
def test_a_step_that_fails_says_why_and_names_its_log(made, demo, checkout):
    (checkout / "onboarded").unlink()
    (checkout / "broken").touch()

    failed = demo()

    (checkout / "broken").unlink()
    assert failed.returncode == 1
    assert "onboard failed: row 7, column age: no number" in failed.stderr
    assert "var/log/onboard.log" in failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr


@pytest.mark.long
def test_a_server_that_does_not_start_names_its_log(made, demo, checkout):
    settings = checkout / "var" / "servers" / "postgres" / "postgresql.auto.conf"
    kept = settings.read_text()
    settings.write_text("no_such_setting = 1\n")

    failed = demo()

    settings.write_text(kept)
    assert failed.returncode == 1
    assert "postgres does not start" in failed.stderr
    assert "var/log/postgres.log" in failed.stderr


def test_servers_of_the_environment_win(demo, checkout, start, open_folder):
    theirs = start("servers", open_folder / "var")
    shutil.rmtree(checkout / "var", ignore_errors=True)

    done = demo(
        DATABASE_URL=theirs.facts["database_url"],
        CELERY_BROKER_URL=theirs.facts["celery_broker_url"],
    )

    assert done.returncode == 0, done.stderr
    assert not (checkout / "var" / "servers").exists()
