"""Processor time of servers, from /proc: a process, its children, and those that ended."""

import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """Return what a process and all its descendants have used since they began.

    A child that ended, and was waited for, is counted by its parent; so the sum never falls.
    """
    stats = {pid: stat for pid in _pids() if (stat := _stat(pid)) is not None}
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    total, left = 0, [root]
    while left:
        pid = left.pop()
        total += stats[pid][1] if pid in stats else 0
        left += children.get(pid, ())
    return total / TICKS


def settle(roots: list[int], *, most: float, seconds: float, patience: float) -> bool:
    """Wait for a stretch in which processes use hardly anything; False where none comes.

    Parameters
    ----------
    roots : list of int
        The processes, whose descendants count.
    most : float
        Seconds of processor time that they may use in a stretch.
    seconds : float
        How long a stretch is.
    patience : float
        How many seconds to wait for one.
    """
    until = time.monotonic() + patience
    seen: deque[tuple[float, float]] = deque()
    while time.monotonic() < until:
        now, used = time.monotonic(), sum(cpu_seconds(root) for root in roots)
        seen.append((now, used))
        while len(seen) > 1 and seen[1][0] <= now - seconds:
            seen.popleft()
        if seen[0][0] <= now - seconds and used - seen[0][1] <= most:
            return True
        time.sleep(min(1.0, seconds / 10))
    return False


def children_of(root: int) -> list[int]:
    """Return the processes that a process started itself."""
    return [pid for pid in _pids() if (stat := _stat(pid)) is not None and stat[0] == root]


@contextmanager
def running(groups: list[int]) -> Iterator[None]:
    """Let process groups that are otherwise held run for a while."""
    _tell(groups, signal.SIGCONT)
    try:
        yield
    finally:
        _tell(groups, signal.SIGSTOP)


@contextmanager
def held(groups: list[int]) -> Iterator[None]:
    """Hold process groups; whatever happens, let them go in the end."""
    _tell(groups, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(groups, signal.SIGCONT)


def _tell(groups: list[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, number)


def _pids() -> list[int]:
    return [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit()]


def _stat(pid: int) -> tuple[int, int] | None:
    """Return the parent, and ticks: own user and system, and those of ended children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(part) for part in fields[11:15])


def resident_bytes(root: int) -> int:
    """Return what a process and all its descendants hold in memory that they share with nobody."""
    parents = {pid: stat[0] for pid in _pids() if (stat := _stat(pid)) is not None}
    family, left = set(), [root]
    while left:
        pid = left.pop()
        family.add(pid)
        left += [child for child, parent in parents.items() if parent == pid]
    return sum(_private_bytes(pid) for pid in family)


def _private_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {name: value for name, _, value in (line.partition(":") for line in lines[1:])}
    return sum(int(sizes[f"Private_{kind}"].split()[0]) for kind in ("Clean", "Dirty")) * 1024
