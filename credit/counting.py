"""Where a process counts: in files of its own that outlive it, so that a scrape can sum them all.

A process takes the first place that no living one holds, and counts on where a dead one stopped.
So the counts of a killed worker are not lost, and there are never more files than processes were
alive at once. The kernel frees a place with its process, however that ends.
"""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# The library's own variable. Without it a process counts in its memory, for nobody but itself.
_named = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
FOLDER = Path(_named) if _named else None
REGISTRY = CollectorRegistry()


@dataclass(slots=True)
class _Place:
    process: int = 0
    name: str = ""
    lock: int = -1


_mine = _Place()


def place_in(folder: Path) -> str:
    """Name this process's place; a forked one takes another than its parent's."""
    if _mine.process != os.getpid():
        _take(folder)
    return _mine.name


class Counts(Collector):
    """What all processes have counted, the dead ones included."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterable[Metric]:
        """Sum the files; one that another process is about to begin is still empty."""
        files = [str(path) for path in self.folder.glob("*.db") if path.stat().st_size]
        found: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return found


def everywhere() -> Collector:
    """Give what was counted by every process of this machine, or by this one where it is alone."""
    return REGISTRY if FOLDER is None else Counts(FOLDER)


def _take(folder: Path) -> None:
    if _mine.lock >= 0:
        os.close(_mine.lock)  # the parent's, which keeps it
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            _mine.process, _mine.name, _mine.lock = os.getpid(), str(number), lock
            return


if FOLDER is not None:
    values.ValueClass = values.MultiProcessValue(  # type: ignore[no-untyped-call]
        partial(place_in, FOLDER)
    )
