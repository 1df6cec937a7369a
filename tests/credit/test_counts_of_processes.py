"""Processes count apart and are summed; a killed one leaves what it counted."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from credit.counting import Counts

CHECKOUT = Path(__file__).parents[2]
THREADS, EACH = 8, 500
COUNTING = f"""
import os, sys, threading
from prometheus_client import Counter
from credit import counting
counter = Counter("seen", "What was seen.", ["what"], registry=counting.REGISTRY)

def several():
    for _ in range({EACH}):
        counter.labels("thread").inc()

def say():
    print(counting.place_in(counting.FOLDER), flush=True)

counter.labels("process").inc()
say()
for line in sys.stdin:
    if line == "threads\\n":
        threads = [threading.Thread(target=several) for _ in range({THREADS})]
        for each in threads: each.start()
        for each in threads: each.join()
    elif line == "fork\\n":
        if os.fork() == 0:
            counter.labels("child").inc()
            say()
            os._exit(0)
        os.wait()
        counter.labels("after").inc()
    say()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "counts"


@pytest.fixture
def counting(folder):
    """Start a process that counts; give it, and the place that it took."""
    started = []

    @contextmanager
    def counting():
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
        process = subprocess.Popen(
            [sys.executable, "-c", COUNTING],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        with process:
            yield process, heard(process)
            process.kill()

    return counting


def heard(process):
    return process.stdout.readline().strip()


def told(process, word):
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return heard(process)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def summed(folder):
    """Give how often each thing was seen, by all."""
    registry = CollectorRegistry()
    registry.register(Counts(folder))
    lines = generate_latest(registry).decode().splitlines()
    found = [line.split(" ") for line in lines if line.startswith("seen_total")]
    return {json.loads(name[name.index("=") + 1 : -1]): float(figure) for name, figure in found}


def test_processes_count_in_places_of_their_own_and_are_summed(counting, folder):
    with counting() as (_, first), counting() as (_, second):
        assert {first, second} == {"0", "1"}
        assert summed(folder) == {"process": 2}


def test_threads_lose_no_count(counting, folder):
    with counting() as (process, _):
        told(process, "threads")

        assert summed(folder) == {"process": 1, "thread": THREADS * EACH}


def test_the_counts_of_a_killed_process_stay_and_its_place_is_taken_again(counting, folder):
    with counting() as (killed, place), counting():
        kill(killed)
        assert summed(folder) == {"process": 2}

        with counting() as (_, taken):
            assert taken == place
            assert summed(folder) == {"process": 3}

    assert len(list(folder.glob("*.db"))) == 2


def test_a_forked_process_counts_in_another_place_than_its_parent(counting, folder):
    with counting() as (process, own):
        forked = told(process, "fork")

        assert (own, forked, heard(process)) == ("0", "1", "0")
        assert summed(folder) == {"process": 1, "child": 1, "after": 1}


def test_a_file_that_was_only_just_made_holds_nothing_up(counting, folder):
    with counting():
        (folder / "counter_9.db").touch()

        assert summed(folder) == {"process": 1}
