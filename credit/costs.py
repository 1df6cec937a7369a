"""What a piece of work costs this process: processor time of all its threads, and peak memory."""

import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_THE_PEAK = "5"  # to the kernel: proc(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of processor time, and the most memory held at once."""

    cpu_seconds: float
    peak_megabytes: int


def begun() -> Callable[[], Cost]:
    """Begin to measure; what is given says the cost so far.

    Where the kernel does not forget the peak of before, it is the process's since its start.
    """
    before = time.process_time()
    with suppress(OSError):  # another system, or a kernel without it
        _REFERENCES.write_text(_FORGET_THE_PEAK)
    return lambda: Cost(
        cpu_seconds=round(time.process_time() - before, 2), peak_megabytes=_peak() // 1024
    )


def _peak() -> int:
    """Most memory held, in KiB."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        lines = []
    told = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return told[0] if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
