"""What may be lost is done after the answer, in a bounded queue: never waited for, never unseen."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from waiting import LONG, wait_until

from credit import shadow_queue
from credit.shadow_queue import Queue

pytestmark = pytest.mark.behind
CHECKOUT = Path(__file__).parents[2]


class Worker:
    """Remembers what it was given; does nothing before it may."""

    def __init__(self, *, most=4):
        self.done, self.dropped, self.left = [], [], []
        self.may_work, self.is_busy = threading.Event(), False
        self.may_work.set()
        self.queue = Queue(
            self._work,
            drop=lambda item, why: self.dropped.append((item, why)),
            most=lambda: most,
            is_busy=lambda: self.is_busy,
            leave=lambda: self.left.append(threading.get_ident()),
        )

    def _work(self, some):
        for item in some:
            self.may_work.wait(LONG)
            if item == "breaks":
                raise ArithmeticError("the test broke it")
            self.done.append(item)

    def go_on_at_the_end(self):
        wait_until(lambda: self.queue._is_ending)
        self.may_work.set()

    def wait_for(self, *items):
        wait_until(lambda: self.done == list(items))


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.may_work.set()
    worker.queue.end()


def test_what_is_offered_is_done_in_order(worker):
    assert all(worker.queue.offer(item) for item in "abc")

    worker.wait_for(*"abc")
    assert worker.dropped == []


def test_it_rests_until_its_answer_is_sent(worker, monkeypatch):
    monkeypatch.setattr(shadow_queue, "REST", 3600)

    worker.queue.offer("early")
    time.sleep(0.1)

    assert worker.done == []
    monkeypatch.setattr(shadow_queue, "REST", 0)
    worker.wait_for("early")


def test_what_does_not_fit_is_dropped_at_once_and_told(worker):
    worker.may_work.clear()
    worker.queue.offer("under way")
    wait_until(lambda: not worker.queue._waiting)

    with capture_logs() as lines:
        taken = [worker.queue.offer(number) for number in range(6)]

    assert worker.done == []  # nobody waited for the one under way
    assert taken == [True] * 4 + [False] * 2
    assert worker.dropped == [(4, "dropped_full"), (5, "dropped_full")]
    (line,) = lines  # one a minute, however many
    assert line["event"] == "shadow_scores_dropped"
    worker.may_work.set()
    worker.wait_for("under way", 0, 1, 2, 3)


def test_nothing_is_begun_while_the_process_is_busy(worker):
    worker.is_busy = True

    worker.queue.offer("patient")
    time.sleep(0.2)

    assert worker.done == []
    worker.is_busy = False
    worker.wait_for("patient")


def test_at_the_end_what_is_under_way_is_finished_and_the_rest_is_dropped(worker, monkeypatch):
    monkeypatch.setattr(shadow_queue, "SECONDS_TO_END", LONG)
    worker.may_work.clear()
    for item in "abc":
        worker.queue.offer(item)
    wait_until(lambda: len(worker.queue._waiting) == 2)

    threading.Thread(target=worker.go_on_at_the_end).start()
    worker.queue.end()

    assert worker.done == ["a"]
    assert worker.dropped == [("b", "dropped_at_exit"), ("c", "dropped_at_exit")]
    assert worker.queue.offer("late") is False
    assert worker.left == [worker.queue._thread.ident]


ENDING = """
import multiprocessing, sys, threading, time
from credit.shadow_queue import Queue

is_under_way = threading.Event()

def work(some):
    for item in some:
        try:
            print("done", item, flush=True)
        finally:  # nobody listens any more where the tests were stopped
            is_under_way.set()
        while not queue._is_ending:  # the process ends while the first is under way
            time.sleep(0.01)

queue = Queue(
    work,
    drop=lambda item, why: print(why, item, flush=True),
    most=lambda: 9, is_busy=lambda: False, leave=lambda: None,
)

def serve():
    for number in range(3):
        queue.offer(number)
    is_under_way.wait()

if sys.argv[1] == "alone":
    serve()
else:
    process = multiprocessing.get_context("fork").Process(target=serve)
    process.start()
    process.join()
"""


@pytest.mark.parametrize("how", ["alone", "as a web server's process"])
def test_a_process_that_ends_says_what_it_drops(how):
    said = subprocess.run(
        [sys.executable, "-c", ENDING, how],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert said == ["done 0", "dropped_at_exit 1", "dropped_at_exit 2"]


def test_the_end_does_not_wait_for_ever(worker, monkeypatch):
    monkeypatch.setattr(shadow_queue, "SECONDS_TO_END", 0.1)
    worker.may_work.clear()
    worker.queue.offer("stuck")
    wait_until(lambda: not worker.queue._waiting)

    worker.queue.end()

    assert worker.queue._thread.is_alive()  # it is stuck still


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_ends_the_thread_and_the_next_offer_begins_another(worker):
    worker.queue.offer("breaks")
    worker.queue._thread.join(LONG)
    assert not worker.queue._thread.is_alive()

    worker.queue.offer("after")

    worker.wait_for("after")


def test_a_forked_process_has_a_queue_of_its_own(worker):
    worker.may_work.clear()
    worker.queue.offer("the parent's")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(len(worker.queue._waiting)).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 10) == b"0"
    os.close(reading)
    os.close(writing)
