import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from services.guard import Charge, Guard
from services.places import Places
from services.process import end_group, spawn
from services.service import Service

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_OF_GOOD_HEALTH = 10.0  # after which a death is a new one, not the last one again
LONGEST_PAUSE = 10.0


@dataclass(slots=True)
class Child:
    """A service and its present process."""

    service: Service
    places: Places
    guard: Guard
    process: subprocess.Popen[bytes] | None = None
    since: datetime | None = None
    is_ready: bool = False
    restarts: int = 0
    ended: str = ""
    _started: float = 0.0
    _looked: float = 0.0
    _not_before: float = 0.0
    _pause: float = 0.0

    @property
    def pid(self) -> int | None:
        """Return the present process, if there is one."""
        return None if self.process is None else self.process.pid

    @property
    def state(self) -> str:
        """Return the word for it in `./run status`."""
        if self.process is None:
            return "restarting" if self.restarts else "stopped"
        return "running" if self.is_ready else "starting"

    def start(self) -> None:
        """Start the process, its output at the end of its log."""
        service = self.service
        service.before_start()
        with self.places.log(service.name).open("ab") as log:
            self.process = spawn(
                service.command,
                account=service.account,
                output=log,
                environment=service.environment,
                when_orphaned=service.stop_signal,
                folder=service.folder,
            )
        self._started, self.since, self.is_ready = time.monotonic(), datetime.now(tz=UTC), False
        self.guard.add(Charge(self.process.pid, service.stop_signal, service.orphan_seconds))

    def look(self) -> str | None:
        """Notice a death, start again after a pause; return what there is to say."""
        if self.process is None:
            if time.monotonic() >= self._not_before:
                self.start()
            return None
        code = self.process.poll()
        if code is not None:
            return self._bury(code)
        if not self.is_ready and time.monotonic() >= self._looked + SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            self.is_ready = self.service.is_ready(self.process.pid)
        return None

    def _bury(self, code: int) -> str:
        lived = time.monotonic() - self._started
        self._forget()
        self.restarts += 1
        healthy = lived > SECONDS_OF_GOOD_HEALTH
        self._pause = 0.0 if healthy else min(LONGEST_PAUSE, 2 * self._pause or 0.25)
        self._not_before = time.monotonic() + self._pause
        self.ended = _how(code)
        return f"{self.service.name} {self.ended}; starting it again"

    def _forget(self) -> None:
        if self.process is not None:
            end_group(self.process.pid)
            self.guard.remove(self.process.pid)
        self.process, self.is_ready = None, False

    def ask_to_stop(self) -> None:
        """Send the signal on which this service ends in good order."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, self.service.stop_signal)

    def await_end(self, *, is_hurried: Callable[[], bool]) -> None:
        """Wait for the end, and force it when the time is up.

        A second Ctrl-C hurries the product's own processes; the servers still stop cleanly.
        """
        if self.process is None:
            return
        deadline = time.monotonic() + self.service.stop_seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if is_hurried() and not self.service.is_server:
                break
            time.sleep(0.02)
        end_group(self.process.pid)
        self.process.wait()
        self._forget()


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
