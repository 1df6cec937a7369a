"""The real server: two processes of sixteen threads, one of them killed, and every request counted.

Beside them the worker and its children, which count their tasks.
"""

import json
import os
import signal
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import factories
import pytest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families as families
from waiting import LONG, children_of, wait_until

from services.programs import OPENER

AT_ONCE = 8
POSTED = ("evenhand_request_seconds_count", "POST", "api/v1/decisions", "2xx")


@pytest.fixture
def scrape(stack):
    """Give what `/metrics` tells: a figure by its name and the values of its labels."""

    def scrape():
        with OPENER.open(f"{stack['base_url'].rstrip('/')}/metrics", timeout=LONG) as answer:
            text = answer.read().decode()
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in families(text)
            for sample in family.samples
        }

    return scrape


@pytest.fixture
def post(stack):
    """Send so many decisions, each over a connection of its own, some at a time."""

    def one(_number):
        request = urllib.request.Request(  # noqa: S310 - our own stack
            f"{stack['base_url'].rstrip('/')}/api/v1/decisions",
            data=json.dumps(factories.body()).encode(),
            headers={
                "Authorization": f"Bearer {stack['key']}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
                "Connection": "close",
            },
        )
        with OPENER.open(request, timeout=LONG) as answer:
            return answer.status

    def post(times):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert set(pool.map(one, range(times))) == {201}

    return post


def decided(found):
    return sum(count for name, count in found.items() if name[0] == "evenhand_decisions_total")


def counting(stack):
    """Give what each process has counted of posted decisions, by its file."""
    folder = Path(stack["environment"]).parent / "counts"
    found = {}
    for file in [each for each in folder.glob("histogram_*.db") if each.stat().st_size]:
        for key, value, *_ in MmapedDict.read_all_values_from_file(str(file)):
            _, name, labels, _ = json.loads(key)
            if name == "evenhand_request_seconds_bucket" and labels["route"] == "api/v1/decisions":
                found[file.name] = found.get(file.name, 0) + value
    return found


def posted_to_both(stack, post, files):
    """Post until both processes had some: one that another test killed may still be starting."""
    sent, until = 0, time.monotonic() + LONG
    while sum(count > files.get(name, 0) for name, count in counting(stack).items()) < 2:
        assert time.monotonic() < until, "One process took every request."
        post(40)
        sent += 40
        time.sleep(1)  # within the key's rate
    return sent


def test_both_processes_are_summed_exactly_and_a_killed_one_loses_no_count(stack, scrape, post):
    before, files = scrape(), counting(stack)

    sent = posted_to_both(stack, post, files)

    after = scrape()
    assert after[POSTED] - before.get(POSTED, 0) == sent
    assert decided(after) - decided(before) == sent

    web = stack["pids"]["web"]
    # The older of the two: granian gives up on one that dies within seconds of its coming, and the
    # younger may just have come for one that another test killed.
    killed, others = children_of(web)[-2], len(children_of(web))
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: killed not in children_of(web) and len(children_of(web)) == others)

    post(40)

    last = scrape()
    assert last[POSTED] - before.get(POSTED, 0) == sent + 40
    assert decided(last) - decided(before) == sent + 40


def test_the_workers_tasks_are_told_by_the_web(stack, scrape):
    sealed = ("evenhand_task_seconds_count", "SUCCESS", "credit.seal_audit")

    wait_until(lambda: scrape().get(sealed, 0) > 0)
