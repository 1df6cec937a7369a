"""Faults made on purpose while load runs: processes are paused and killed, and come back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from processes import children_of
from stack import Stack

PAUSE = 5.0  # seconds that PostgreSQL hangs
HANG = 3.0  # seconds that the broker hangs
STEADY_BEFORE = 5.0  # seconds of load before the first fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is done, and whether clients' connections end with the process."""

    name: str
    make: Callable[[Stack], None]
    breaks_connections: bool = False
    stops_work: bool = False  # the worker's; whether it works again is asked with a batch


def pause_postgres(stack: Stack) -> None:
    """Stop every process of the server, as a disk or a machine that hangs does."""
    with _stopped([stack.pid("postgres"), *children_of(stack.pid("postgres"))]):
        time.sleep(PAUSE)


def kill_backend(stack: Stack) -> None:
    """Kill a process that serves the web; the postmaster then restarts all of them."""
    for pid in children_of(stack.pid("postgres")):
        if b"evenhand_web" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            return


def kill_postgres(stack: Stack) -> None:
    """Kill the postmaster; its supervisor brings it back."""
    os.kill(stack.pid("postgres"), signal.SIGKILL)


def lose_broker(stack: Stack) -> None:
    """Let the broker hang, then kill it."""
    broker = stack.pid("broker")
    with _stopped([broker]):
        time.sleep(HANG)
        os.kill(broker, signal.SIGKILL)


def kill_worker(stack: Stack) -> None:
    """Kill the Celery worker."""
    os.kill(stack.pid("worker"), signal.SIGKILL)


def kill_web_worker(stack: Stack) -> None:
    """Kill one of the processes that answer."""
    os.kill(stack.workers("web")[-1], signal.SIGKILL)


FAULTS = {
    "pause": Fault(name="PostgreSQL paused for 5 s", make=pause_postgres),
    "backend": Fault(name="a PostgreSQL backend killed", make=kill_backend),
    "postgres": Fault(name="PostgreSQL killed", make=kill_postgres),
    "broker": Fault(name="broker hangs for 3 s, then killed", make=lose_broker, stops_work=True),
    "worker": Fault(name="Celery worker killed", make=kill_worker, stops_work=True),
    "web": Fault(name="a web worker killed", make=kill_web_worker, breaks_connections=True),
}


def timetable(names: list[str], *, seconds: float) -> list[tuple[float, Fault]]:
    """Spread faults over the time, with as much after the last as between two.

    Examples
    --------
    >>> [at for at, _ in timetable(["pause", "web"], seconds=45)]
    [5.0, 25.0]
    """
    gap = (seconds - STEADY_BEFORE) / len(names)
    return [(STEADY_BEFORE + number * gap, FAULTS[name]) for number, name in enumerate(names)]


@contextmanager
def _stopped(pids: list[int]) -> Iterator[None]:
    """Hold processes; whatever happens, let them go in the end."""
    try:
        for pid in pids:
            _tell(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            _tell(pid, signal.SIGCONT)


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
