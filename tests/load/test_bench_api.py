"""The API's bench: its arithmetic, its reckoning with the database, its load generator."""

import itertools
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from waiting import LONG, wait_until

from loadtests import processes, standing, wire
from loadtests.standing import DRF, EXPLAINS, OURS, SCORES, STORES, TURNS
from services import bench_api, product

CHECKOUT = Path(__file__).parents[2]
KEY = "a-key-of-the-load-test"


def turn(name, connections, **figures):
    usual = {"per_second": 1000.0, "p50_ms": 4.0, "p99_ms": 10.0, "web_us": 700.0}
    chosen = {**usual, "requests": 1000, "database_us": 100.0, **figures}
    return standing.Turn(name=name, connections=connections, **chosen)


def a_round(**changes):
    """All turns alike, but for those named as `name_connections`."""
    return [
        turn(name, connections, **changes.get(f"{name}_{connections}", {}))
        for name, connections in TURNS
    ]


GOOD = {
    f"{OURS}_8": {"per_second": 1500.0},
    f"{OURS}_32": {"per_second": 1500.0},
    f"{STORES}_8": {"per_second": 1500 / 2.2},
    f"{DRF}_8": {"per_second": 1500 / 3.5},
}


def missed(*rounds):
    return {target.name for target in standing.targets(rounds) if not target.is_met}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({f"{EXPLAINS}_8": {"per_second": 1001.0}}, {"requests/s, FastAPI with reasons"}),
        ({f"{STORES}_8": {"per_second": 690.0}}, {"requests/s, the same with storing"}),
        ({f"{DRF}_8": {"per_second": 430.0}}, {"requests/s, DRF + serializer + ORM"}),
        ({f"{EXPLAINS}_8": {"p99_ms": 9.9}}, {"p99, FastAPI with reasons"}),
        (
            {f"{OURS}_8": {"per_second": 1500.0, "web_us": 801.0}},
            {"server CPU a decision"},
        ),
        ({f"{OURS}_1": {"p50_ms": 5.3}}, {"p50 at 1 connection, the same"}),
        ({f"{OURS}_32": {"per_second": 1499.0}}, {"requests/s, 32 against 8"}),
        ({f"{OURS}_32": {"per_second": 1500.0, "p99_ms": 60.1}}, {"p99, 32 against 8"}),
        ({f"{SCORES}_8": {"per_second": 1501.0}}, {"stretch: FastAPI that only scores"}),
    ],
)
def test_a_target_is_missed_exactly_where_its_figure_is(changes, expected):
    assert missed(a_round(**{**GOOD, **changes})) == expected


def test_a_ratio_is_formed_within_each_round():
    """A machine that is ten times slower in one round changes no ratio."""
    rounds = [
        a_round(
            evenhand_8={"per_second": 300.0 * speed},
            fastapi_explains_8={"per_second": 100.0 * speed},
        )
        for speed in (1, 10, 0.1)
    ]

    assert standing.ratio(rounds, "per_second", (OURS, 8), (EXPLAINS, 8)) == pytest.approx(3)


def test_processor_time_is_that_of_all_requests():
    rounds = [
        a_round(evenhand_8={"requests": 300, "web_us": 100.0, "database_us": 10.0}),
        a_round(evenhand_8={"requests": 100, "web_us": 500.0, "database_us": 50.0}),
    ]

    found = standing.typical(rounds, OURS)

    assert found["web_us"] == pytest.approx(200)
    assert found["server_us"] == pytest.approx(220)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([("A", "1"), ("B", "2")], {}),
        ([("A", "1")], {"lost": ("2",)}),
        ([("A", "1"), ("B", "3")], {"lost": ("2",), "invented": ("3",)}),
        ([("A", "1"), ("B", "2"), ("B", "3")], {"doubled": ("B",), "invented": ("3",)}),
        ([("A", "1"), ("B", "2"), ("C", "3")], {"invented": ("3",)}),
        ([("A", "1"), ("A", "1"), ("B", "2")], {"doubled": ("A",)}),
    ],
)
def test_what_is_held_must_be_what_was_told(held, expected):
    found = standing.reckon([("A", "1"), ("B", "2")], held)

    assert found.is_right is not bool(expected)
    assert (found.lost, found.doubled, found.invented) == tuple(
        expected.get(fault, ()) for fault in ("lost", "doubled", "invented")
    )


def test_an_answer_that_was_given_twice_is_a_decision_too_few():
    found = standing.reckon([("A", "1"), ("A", "1")], [("A", "1")])

    assert not found.is_right


def test_nothing_acknowledged_proves_nothing():
    assert not standing.reckon([], []).is_right


@pytest.fixture
def requests():
    bodies = itertools.cycle([{"product": "p", "features": {"a": "ä"}, "reference": ""}])
    return lambda host, key=KEY: wire.Requests(bodies, many=1, host=host, key=key).of("test")


def test_every_request_is_another_and_every_answer_is_kept(api, requests):
    came = wire.send(api.url, requests("127.0.0.1"), connections=4, seconds=1)

    assert not came.failures
    assert len(came.times) == len(came.bodies) == len(api.bodies) > 4
    assert came.in_time == len(came.times) - 4
    told = [(answer["reference"], answer["id"]) for answer in map(json.loads, came.bodies)]
    held = [(each["reference"], each["id"]) for each in api.decisions.values()]
    assert standing.reckon(told, held).is_right
    assert api.bodies[0]["features"] == {"a": "ä"}


def test_another_status_is_a_failure(api, requests):
    came = wire.send(api.url, requests("127.0.0.1", key="no"), connections=1, seconds=0.05)

    assert came.failures[0].startswith(b"HTTP/1.1 401")
    assert not came.bodies


def test_nobody_at_the_address_is_said(requests):
    with pytest.raises(wire.CannotMeasure, match="does not listen"):
        wire.send("http://127.0.0.1:9", requests("127.0.0.1"), connections=1, seconds=1)


def test_the_contract_of_the_bench_differs_in_its_trees_alone(tmp_path):
    shipped = tomllib.loads((CHECKOUT / product.CONTRACT).read_text())

    written = tomllib.loads(bench_api.write_contract(tmp_path / "contract.toml").read_text())

    assert (written["training"]["rounds"], written["training"]["max_depth"]) == (300, 4)
    trees = {name: shipped["training"][name] for name in ("rounds", "max_depth")}
    assert written | {"training": written["training"] | trees} == shipped


BURN = "import time\nwhile time.process_time() < 0.4: pass\n"


def test_processor_time_holds_children_that_have_ended():
    before = processes.cpu_seconds(os.getpid())
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); input()"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE) as process:
        wait_until(lambda: processes.cpu_seconds(process.pid) >= 0.4)
        used = processes.cpu_seconds(process.pid)
        assert processes.cpu_seconds(os.getpid()) - before >= used
        process.communicate(b"\n")


@pytest.mark.parametrize(("busy", "patience", "rests"), [(0.3, 60.0, True), (60.0, 2.0, False)])
def test_what_is_busy_at_first_is_waited_for_until_it_rests(busy, patience, rests):
    work = f"import time\nprint(flush=True)\nwhile time.process_time() < {busy}: pass\ninput()"
    piped = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", work], **piped) as process:
        assert process.stdout.readline()  # it has begun
        found = processes.settle([process.pid], most=0.02, seconds=1.0, patience=patience)
        used = processes.cpu_seconds(process.pid)
        process.kill()

    assert found is rests
    assert not rests or used >= busy - 0.02


A_CONTESTANT = """
import sys
from pathlib import Path
from services import bench_api
from services.places import Places
from services.supervisor import Supervisor
from services.terminal import Progress
from services.trouble import Trouble

broken = (sys.executable, "-c", "raise SystemExit('there is no module fastapi')")
with Supervisor(Places(Path(sys.argv[1])), progress=Progress(quiet=True)) as supervisor:
    supervisor.start(bench_api.alternative("fastapi_scores", broken, {}))
    try:
        supervisor.wait_until_ready("fastapi_scores")
    except Trouble as trouble:
        print(trouble)
"""


def test_a_contestant_that_does_not_start_is_named_with_its_log(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", A_CONTESTANT, str(tmp_path / "var")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    assert "fastapi_scores does not start" in done.stdout, done.stdout + done.stderr
    log = tmp_path / "var" / "log" / "fastapi_scores.log"
    assert str(log) in done.stdout
    assert "no module fastapi" in log.read_text()
