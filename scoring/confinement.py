"""Limits that a process puts on itself before it reads what a stranger wrote."""

import contextlib
import ctypes
import os
import resource
import sys

_NEW_USER, _NEW_NETWORK = 0x1000_0000, 0x4000_0000  # of Linux


def confine(*, memory: int, cpu_seconds: int) -> None:
    """Give up what reading a file does not need, for the rest of this process's life.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    cpu_seconds : int
        After which the kernel ends the process, by SIGXCPU.

    Notes
    -----
    It may write no file. It loses the network where the kernel lets an unprivileged process give
    it up, and libraries that count cores use one.
    """
    os.environ["POLARS_MAX_THREADS"] = "1"
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, cpu_seconds, at_last=cpu_seconds + 1)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, most: int, *, at_last: int | None = None) -> None:
    # A limit that is lower already stays; macOS knows no limit of address space.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most if at_last is None else at_last))
