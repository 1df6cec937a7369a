"""Waiting for what must come, however slow the machine is."""

import time
from pathlib import Path

LONG = 120  # seconds: ten times what it takes where others use the machine; free where all is well


def wait_until(is_so):
    """Wait until something is so; fail only where it will surely never be."""
    until = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def children_of(parent):
    """Return the processes that a process has started, the youngest last."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
