"""Several threads write at once: one statement for all who wait, and each learns of its own row."""

import threading
import time

import pytest
from waiting import LONG, wait_until

from credit.together import Together

SHORT = 0.03  # seconds; all others are waited for as long as a busy machine takes


class Slow:
    """A database that is busy until it is let go, and remembers what came in one statement."""

    def __init__(self, answer=lambda _row: True, *, patience=LONG, back_within=0.0):
        self.answer, self.came, self.free = answer, [], threading.Event()
        self.coming = 0
        self.together = Together(
            self.write,
            most=4,
            coming=lambda: self.coming,
            patience=patience,
            back_within=back_within,
        )

    def write(self, rows):
        self.came.append(list(rows))
        assert self.free.wait(LONG)
        return [self.answer(row) for row in rows]

    def begin(self, *named):
        """Write from a thread each; the first is under way when the others come."""
        self.told = {}
        threads = []
        for name, row in named:
            thread = threading.Thread(target=self._one, args=(name, row))
            thread.start()
            threads.append(thread)
            wait_until(lambda: bool(self.came) and self._number() == len(threads))
        return threads

    def end(self, threads):
        self.free.set()
        for thread in threads:
            thread.join(LONG)
            assert not thread.is_alive()

    def _number(self):
        return sum(map(len, self.came)) + len(self.together._waiting)

    def _one(self, name, row):
        try:
            self.told[row] = self.together.write(name, row)
        except KeyError as fault:
            self.told[row] = fault


def test_who_comes_while_another_writes_is_written_with_those_that_wait():
    slow = Slow()

    slow.end(slow.begin(*[(row, row) for row in "abc"]))

    assert slow.came == [["a"], ["b", "c"]]
    assert slow.told == dict.fromkeys("abc", True)


def test_each_is_told_of_its_own_row():
    slow = Slow(answer=lambda row: row != "b")

    slow.end(slow.begin(*[(row, row) for row in "abc"]))

    assert slow.told == {"a": True, "b": False, "c": True}


def test_no_more_are_written_at_once_than_it_may_be():
    slow = Slow()

    slow.end(slow.begin(*[(row, row) for row in "abcdef"]))

    assert slow.came == [["a"], ["b", "c", "d", "e"], ["f"]]


def test_rows_of_one_name_are_never_in_one_statement():
    slow = Slow()

    slow.end(slow.begin(("a", 1), ("b", 2), ("b", 3), ("c", 4)))

    assert slow.came == [[1], [2, 4], [3]]


def test_where_it_fails_each_is_told_that_nothing_was_written():
    slow = Slow(answer=lambda _row: None)

    slow.end(slow.begin(*[(row, row) for row in "abc"]))

    assert slow.told == dict.fromkeys("abc")


def test_a_fault_of_ours_rises_where_it_was_made_and_leaves_nobody_waiting():
    faults = iter([KeyError("ours")])

    def answer(_row):
        for fault in faults:
            raise fault
        return True

    slow = Slow(answer=answer)

    slow.end(slow.begin(*[(row, row) for row in "abc"]))

    assert isinstance(slow.told["a"], KeyError)
    assert (slow.told["b"], slow.told["c"]) == (True, True)


def test_who_leads_waits_for_those_that_are_about_to_come():
    slow = Slow()
    slow.coming = 2

    def comes(row):
        slow.coming -= 1
        slow.told[row] = slow.together.write(row, row)

    slow.told = {}
    threads = []
    for row in "ab":
        threads.append(threading.Thread(target=comes, args=(row,)))
        threads[-1].start()
    slow.end(threads)

    assert [sorted(rows) for rows in slow.came] == [["a", "b"]]


def test_it_does_not_wait_for_ever_for_one_that_never_comes():
    slow = Slow(patience=SHORT)
    slow.coming = 1
    slow.free.set()

    assert slow.together.write("a", "a")
    assert slow.came == [["a"]]


def answered_both_and_one_comes_back(slow):
    """Have two answered at once, then one come back; give what is told of it, later."""
    slow.coming, slow.told = 2, {}
    slow.free.set()

    def comes(row):
        slow.coming -= 1
        slow.together.comes()
        slow._one(row, row)

    first = [threading.Thread(target=comes, args=(row,)) for row in "ab"]
    for thread in first:
        thread.start()
    slow.end(first)
    slow.coming = 1
    back = threading.Thread(target=comes, args=("c",))
    back.start()
    return comes, back


def test_who_was_answered_with_it_is_expected_back():
    slow = Slow(back_within=LONG)
    comes, back = answered_both_and_one_comes_back(slow)
    wait_until(lambda: slow.together._is_patient)

    slow.coming += 1
    comes("d")
    slow.end([back])

    assert [sorted(rows) for rows in slow.came] == [["a", "b"], ["c", "d"]]


def test_it_is_expected_for_a_stated_time():
    slow = Slow(back_within=SHORT)
    _, back = answered_both_and_one_comes_back(slow)

    slow.end([back])

    assert [sorted(rows) for rows in slow.came] == [["a", "b"], ["c"]]


def test_alone_it_waits_for_nobody():
    slow = Slow(back_within=LONG)
    slow.free.set()
    began = time.monotonic()

    for row in "abc":
        slow.together.comes()
        slow.together.write(row, row)

    assert time.monotonic() - began < LONG
    assert slow.came == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize("threads", [2, 8])
def test_every_row_is_written_exactly_once_however_they_come(threads):
    written = []
    together = Together(
        lambda rows: [written.append(row) is None for row in rows],
        most=3,
        coming=lambda: 0,
        patience=LONG,
    )
    told = []

    def many(number):
        for count in range(200):
            told.append(together.write((number, count), (number, count)))  # noqa: PERF401

    all_ = [threading.Thread(target=many, args=(number,)) for number in range(threads)]
    for thread in all_:
        thread.start()
    for thread in all_:
        thread.join(LONG)

    assert sorted(written) == [(n, c) for n in range(threads) for c in range(200)]
    assert told == [True] * threads * 200
