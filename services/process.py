import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from services.account import Account

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    account: Account,
    output: IO[bytes] | None,
    errors: IO[bytes] | int | None = subprocess.STDOUT,
    environment: Mapping[str, str] | None = None,
    when_orphaned: signal.Signals = signal.SIGTERM,
    folder: Path = Path("/"),
    own_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a child that ends when we do.

    In a session of its own, so that Ctrl-C in the terminal reaches only the supervisor, which
    stops its children in the right order.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL if own_session else None,
        stdout=output,
        stderr=errors if output else None,
        env=environment,
        cwd=folder,
        start_new_session=own_session,
        # Safe here: the supervisor has one thread, which also keeps the death signal right, as
        # Linux sends it when the thread that forked ends.
        preexec_fn=_end_with_parent(when_orphaned),  # noqa: PLW1509
        **account.popen_arguments,
    )


def _end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Make the kernel send a signal when the parent is gone, even by kill -9 (Linux only)."""
    if LIBC is None:
        return None
    libc, parent = LIBC, os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it went before we asked
            os._exit(1)

    return arrange


def run_quietly(
    command: Sequence[str | Path],
    *,
    account: Account,
    environment: Mapping[str, str] | None = None,
    sends: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end, out of Ctrl-C's reach, and return what it said."""
    return subprocess.run(
        [str(part) for part in command],
        input=sends,
        env=environment,
        cwd="/",
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_end_with_parent(signal.SIGKILL),
        **account.popen_arguments,
    )


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie that nobody collects does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    """Return the kernel's letter, or nothing where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def command_line(pid: int) -> str:
    """Return what a process was started with, arguments parted by spaces."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except FileNotFoundError:
        shown = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout


def end_group(pid: int) -> None:
    """Kill what is left of the group that a process led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
