"""The running product, while its database hangs and when one of its processes is killed."""

import http.client
import json
import os
import signal
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from waiting import LONG, children_of, wait_until

EXAMPLE = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "example.json"


@pytest.fixture
def ask(stack):
    """Send a request on a connection of its own; give status, headers and body."""
    server = urlsplit(stack["base_url"])

    def ask(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(server.hostname, server.port, timeout=LONG)
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


@contextmanager
def stopped(server):
    """Stop a server, and then what it has started: it starts no more.

    Where one ends while they are listed, the kernel may leave out others: so until none is new.
    """
    os.kill(server, signal.SIGSTOP)
    children = []
    try:
        while new := set(children_of(server)) - set(children):
            children += new
            tell(new, signal.SIGSTOP)
        yield
    finally:
        tell([*children, server], signal.SIGCONT)


def tell(pids, number):
    for pid in pids:
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, number)


def test_a_database_that_hangs_is_a_503_and_the_request_is_done_once_in_the_end(stack, ask, decide):
    postgres = stack["pids"]["postgres"]
    assert ask("GET", "/api/v1/products")[0] == 200

    with stopped(postgres):
        first = decide()
        began = time.monotonic()
        second = decide()
        refused_after = time.monotonic() - began
    answers = []
    wait_until(lambda: answers.append(decide()) or answers[-1][0] != 503)
    last = answers[-1]
    # Each process notices for itself, and the next request may come to the other one.
    wait_until(lambda: all(ask("GET", "/api/v1/products")[0] == 200 for _ in range(20)))

    for status, headers, body in (first, second):
        assert (status, body["type"]) == (503, "/api/v1/docs/problems/#unavailable")
        assert int(headers["Retry-After"]) > 0
    assert refused_after < LONG / 3
    assert last[0] == 201
    found = ask("GET", f"/api/v1/decisions?reference={decide.reference}")[2]["results"]
    assert [each["id"] for each in found] == [last[2]["id"]]


def test_a_file_is_received_while_the_broker_hangs(stack, ask):
    row = {**json.loads(EXAMPLE.read_text()), "reference": f"recovery-{uuid.uuid4().hex}"}
    product = row.pop("product")
    headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/x-ndjson"}

    with stopped(stack["pids"]["broker"]):
        began = time.monotonic()
        status, _, batch = ask("POST", f"/api/v1/batches?product={product}", row, **headers)
        took = time.monotonic() - began

    assert (status, batch.get("state")) == (202, "queued"), batch
    assert took < LONG / 3
    path = f"/api/v1/batches/{batch['id']}"  # to its end: other tests count what is decided
    wait_until(lambda: ask("GET", path)[2].get("state") == "completed")


def test_who_comes_when_a_web_process_was_killed_is_answered(stack, ask):
    web = stack["pids"]["web"]
    before = children_of(web)
    # The older of the two: the server gives up over one that dies within seconds of its coming.
    killed = before[-2]

    os.kill(killed, signal.SIGKILL)
    # Whoever it was just answering is told nothing; a zombie's threads may still hold the socket.
    wait_until(lambda: not Path(f"/proc/{killed}").exists())
    answers = [ask("GET", "/api/v1/products")[0] for _ in range(20)]

    assert answers == [200] * 20
    wait_until(lambda: set(children_of(web)) - set(before))
