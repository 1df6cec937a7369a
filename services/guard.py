"""Ends everything that a killed supervisor leaves behind.

The kernel tells a supervisor's children that it has gone, but not their children (the web
server's workers, Celery's pool). So a second, idle process knows every group there is; when the
pipe from the supervisor closes, it ends them. It holds the supervisor's lock until it is done.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from services.places import ROOT
from services.process import end_group, is_alive


@dataclass(frozen=True, slots=True)
class Charge:
    """A process group to end, and how."""

    pid: int
    signal: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.pid} {self.signal} {self.seconds}"


@dataclass(slots=True)
class Guard:
    """The supervisor's end of the pipe."""

    lock: IO[str]
    charges: dict[int, Charge] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def watch(self) -> None:
        """Start the guard, or a new one when somebody has killed it."""
        if self.process is not None and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
            pass_fds=(self.lock.fileno(),),
            text=True,
        )
        for charge in self.charges.values():
            self._tell(f"+{charge}")

    def add(self, charge: Charge) -> None:
        """Put a process on the list."""
        self.charges[charge.pid] = charge
        self._tell(f"+{charge}")

    def remove(self, pid: int) -> None:
        """Take a process that has ended off the list, before its id is used again."""
        if self.charges.pop(pid, None):
            self._tell(f"-{pid}")

    def close(self) -> None:
        """Let the guard go; what is still on its list ends now."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
            self.process.wait()

    def _tell(self, line: str) -> None:
        if self.process is not None and self.process.stdin is not None:
            with suppress(OSError):  # a killed guard is replaced at the next look
                self.process.stdin.write(f"{line}\n")
                self.process.stdin.flush()


def main() -> None:
    """Keep the list until the pipe closes, then end what is still on it, newest first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    charges: dict[int, Charge] = {}
    for line in sys.stdin:
        _note(line, charges)
    _end(list(reversed(charges.values())))


def _note(line: str, charges: dict[int, Charge]) -> None:
    if line.startswith("-"):
        charges.pop(int(line[1:]), None)
        return
    pid, number, seconds = line[1:].split()
    charges[int(pid)] = Charge(int(pid), int(number), float(seconds))


def _end(charges: list[Charge]) -> None:
    for charge in charges:
        _signal(charge.pid, charge.signal)
    started = time.monotonic()
    for charge in charges:
        while is_alive(charge.pid) and time.monotonic() < started + charge.seconds:
            time.sleep(0.05)
        end_group(charge.pid)
        if is_alive(charge.pid):  # it led no group: a command that owned the terminal
            _signal(charge.pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


if __name__ == "__main__":
    main()
