"""Web, worker and beat under the supervisor: what dies comes back, what must go goes."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from service_runs import environment_of_a_person, processes_of
from waiting import LONG, children_of, wait_until

from services.process import is_alive

NAMES = ("postgres", "broker", "web", "worker", "beat")
SEND = "import sys; from credit import celery; getattr(celery, sys.argv[1]).delay(sys.argv[2])"


@pytest.fixture(scope="module")
def product(checkout, start_for_long):
    """Bring the fake product up."""
    return start_for_long("stack", checkout / "stack", checkout=checkout)


def standing(product):
    """Give each process once all are up: a lost broker may end a worker well after it is back."""
    found = []

    def all_run():
        found[:] = product.status()["services"]
        return all(each["state"] == "running" for each in found)

    wait_until(all_run)
    return {each["name"]: each["pid"] for each in found}


def answers(product):
    port = urlsplit(product.facts["base_url"]).port
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=LONG) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def send_a_task(product, checkout, name, *, task="leave"):
    url = product.url("CELERY_BROKER_URL")
    subprocess.run(
        [sys.executable, "-c", SEND, task, name],
        cwd=checkout,
        env={**environment_of_a_person(), "CELERY_BROKER_URL": url},
        check=True,
    )


@pytest.fixture(scope="module")
def another(checkout):
    """Name the folder of a second product, whose database is made once."""
    return checkout / "another"


@pytest.fixture
def mark(checkout):
    folder = checkout / "marks"
    folder.mkdir(exist_ok=True)
    return lambda name: folder / name


def test_a_killed_web_server_comes_back_without_leftovers(product):
    killed = product.service("web")["pid"]
    workers = children_of(killed)

    os.kill(killed, signal.SIGKILL)
    product.wait_for_restart("web", of=killed)

    assert answers(product)
    wait_until(lambda: not any(is_alive(pid) for pid in workers))


def test_a_killed_process_of_the_web_server_is_replaced(product):
    web = product.service("web")["pid"]
    killed = children_of(web)[-1]

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: killed not in children_of(web) and len(children_of(web)) >= 2)

    wait_until(lambda: answers(product))
    assert product.service("web")["pid"] == web


def test_a_killed_worker_comes_back_and_works(product, checkout, mark):
    killed = product.service("worker")["pid"]

    os.kill(killed, signal.SIGKILL)
    product.wait_for_restart("worker", of=killed)
    send_a_task(product, checkout, "after-the-worker")

    wait_until(lambda: mark("after-the-worker").exists())


def test_a_task_outlives_the_broker_that_held_it(product, checkout, mark):
    worker, broker = product.service("worker")["pid"], product.service("broker")["pid"]
    os.kill(worker, signal.SIGSTOP)  # so that the task is still in the queue
    send_a_task(product, checkout, "in-the-broker")
    product.wait_until_the_broker_has_written()

    os.kill(broker, signal.SIGKILL)
    product.wait_for_restart("broker", of=broker)
    os.kill(worker, signal.SIGCONT)

    wait_until(lambda: mark("in-the-broker").exists())


def test_a_worker_that_was_busy_when_the_broker_died_works_again(product, checkout, mark):
    broker = product.service("broker")["pid"]
    send_a_task(product, checkout, "busy", task="dawdle")
    wait_until(lambda: mark("busy").exists())

    os.kill(broker, signal.SIGKILL)
    product.wait_for_restart("broker", of=broker)
    mark("busy").unlink()
    send_a_task(product, checkout, "after-being-busy")

    wait_until(lambda: mark("after-being-busy").exists())


def test_restart_brings_one_service_back_under_a_new_process(product, run):
    before = product.service("web")["pid"]

    done = run("restart", "web", "--var", product.var)

    assert done.returncode == 0, done.stderr
    assert product.service("web")["pid"] != before
    assert answers(product)


def test_restart_names_what_it_knows(product, run):
    refused = run("restart", "database", "--var", product.var)

    assert refused.returncode == 1
    assert ", ".join(NAMES) in refused.stderr


def test_status_says_what_runs_and_where(product, run):
    told = []

    def nothing_is_started_meanwhile():
        before = standing(product)
        told[:] = [run("status", "--var", product.var), before]
        return standing(product) == before

    wait_until(nothing_is_started_meanwhile)

    said, pids = told
    assert said.returncode == 0
    assert product.facts["base_url"] in said.stdout
    assert set(pids) == set(NAMES)
    for name in NAMES:
        assert re.search(rf"^  {name} +running +{pids[name]} ", said.stdout, re.MULTILINE)


def test_the_web_does_not_know_the_owners_password(product):
    pids = standing(product)
    web = Path(f"/proc/{pids['web']}/environ").read_bytes()
    worker = Path(f"/proc/{pids['worker']}/environ").read_bytes()

    assert b"evenhand_web:" in web
    assert b"evenhand_owner" not in web
    assert b"evenhand_worker:" in worker


def test_stop_leaves_nothing(start, run, checkout, another):
    product = start("stack", another, checkout=checkout)

    done = run("stop", "--var", product.var)

    assert done.returncode == 0
    assert product.process.wait(LONG) == 0
    wait_until(lambda: not processes_of(product.var))
    assert run("status", "--var", product.var).returncode == 3


def test_a_killed_supervisor_takes_the_grandchildren_along(start, checkout, another):
    product = start("stack", another, checkout=checkout)
    assert children_of(product.service("web")["pid"])

    product.kill()

    wait_until(lambda: not processes_of(product.var))
    assert not answers(product)


@pytest.mark.long
def test_a_stack_ends_with_whoever_started_it(checkout, open_folder):
    script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).stdout; input()"
    var = open_folder / "var"
    command = [sys.executable, "-m", "services", "servers", "--var", str(var), "--json"]
    starter = subprocess.Popen(
        [sys.executable, "-c", script, *command],
        cwd=checkout,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with starter:
        assert starter.stdout.readline()
        starter.communicate(b"\n")

    wait_until(lambda: not processes_of(var))
