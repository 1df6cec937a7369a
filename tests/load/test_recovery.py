"""The running product, while its database hangs and when one of its processes is killed."""

import http.client
import json
import os
import signal
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from processes import children_of

EXAMPLE = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "example.json"
SECONDS = 30  # for what takes about five on a quiet machine

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def ask(stack):
    """Send a request on a connection of its own; give status, headers and body."""
    server = urlsplit(stack["base_url"])

    def ask(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(server.hostname, server.port, timeout=SECONDS)
        headers = {"Authorization": f"Bearer {stack['key']}", **headers}
        connection.request(method, path, body=body and json.dumps(body), headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(text)

    return ask


@pytest.fixture
def decide(ask):
    """Send one application, always under the same key."""
    reference = f"recovery-{uuid.uuid4().hex}"
    body = {**json.loads(EXAMPLE.read_text()), "reference": reference}
    headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}

    def decide():
        return ask("POST", "/api/v1/decisions", body, **headers)

    decide.reference = reference
    return decide


def wait_until(is_so):
    until = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def stopped(pids):
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_database_that_hangs_is_a_503_and_the_request_is_done_once_in_the_end(stack, ask, decide):
    postgres = stack["pids"]["postgres"]
    assert ask("GET", "/api/v1/products")[0] == 200

    with stopped([postgres, *children_of(postgres)]):
        first = decide()
        began = time.monotonic()
        second = decide()
        refused_after = time.monotonic() - began
    until = time.monotonic() + SECONDS
    while (last := decide())[0] == 503 and time.monotonic() < until:
        time.sleep(0.2)
    # Each process notices for itself, and the next request may come to the other one.
    wait_until(lambda: all(ask("GET", "/api/v1/products")[0] == 200 for _ in range(20)))

    for status, headers, body in (first, second):
        assert (status, body["type"]) == (503, "/api/v1/docs/problems/#unavailable")
        assert int(headers["Retry-After"]) > 0
    assert refused_after < SECONDS / 3
    assert last[0] == 201
    found = ask("GET", f"/api/v1/decisions?reference={decide.reference}")[2]["results"]
    assert [each["id"] for each in found] == [last[2]["id"]]


def test_a_file_is_received_while_the_broker_hangs(stack, ask):
    row = {**json.loads(EXAMPLE.read_text()), "reference": f"recovery-{uuid.uuid4().hex}"}
    product = row.pop("product")
    headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/x-ndjson"}

    with stopped([stack["pids"]["broker"]]):
        began = time.monotonic()
        status, _, batch = ask("POST", f"/api/v1/batches?product={product}", row, **headers)
        took = time.monotonic() - began

    assert (status, batch.get("state")) == (202, "queued"), batch
    assert took < SECONDS / 3


def test_who_comes_when_a_web_process_was_killed_is_answered(stack, ask):
    web = stack["pids"]["web"]
    before = set(children_of(web))
    # The older of the two: the server gives up over one that dies within seconds of its coming.
    killed = sorted(before)[-2]

    os.kill(killed, signal.SIGKILL)
    # Whoever it was just answering is told nothing; a zombie's threads may still hold the socket.
    wait_until(lambda: not Path(f"/proc/{killed}").exists())
    answers = [ask("GET", "/api/v1/products")[0] for _ in range(20)]

    assert answers == [200] * 20
    wait_until(lambda: set(children_of(web)) - before)
