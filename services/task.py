import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from services.account import Account
from services.places import ROOT, Places, rotate, shown
from services.process import spawn
from services.trouble import Trouble

TAIL = 8000  # bytes of a log that its last lines surely fit in
ERROR = re.compile(r"(?=\w*[a-z])[A-Za-z_][\w.]*: \S")  # but not LINE 1: or CONTEXT:


class StepFailed(Trouble):
    """A command of the product's set-up did not succeed."""


@dataclass(slots=True, kw_only=True)
class Task:
    """A command of the product that runs once, with its output in a log of its own."""

    name: str
    title: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    places: Places
    process: subprocess.Popen[bytes] | None = None
    # Not in the log: the answer may hold a password or a key.
    _answer: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def log(self) -> Path:
        """Return the log of this command."""
        return self.places.log(self.name)

    def start(self) -> int:
        """Start the command; return its process id."""
        rotate(self.log)
        with self.log.open("ab") as log:
            self.process = spawn(
                self.command,
                account=Account(),
                output=self._answer,
                errors=log,
                environment=self.environment,
                folder=ROOT,
            )
        return self.process.pid

    @property
    def is_done(self) -> bool:
        """Tell whether the command has ended."""
        return self.process is not None and self.process.poll() is not None

    def answer(self) -> str:
        """Return what the command printed; refuse when it failed."""
        self._answer.seek(0)
        said = self._answer.read().decode(errors="replace")
        if self.process is None or self.process.returncode:
            why = self._complaint() or self.last_words() or said.strip().rpartition("\n")[2]
            raise StepFailed(f"{self.name} failed: {why}\nThe whole story is in {shown(self.log)}.")
        return said

    def last_words(self) -> str:
        """Return the newest line of the log."""
        return next(reversed(self._tail()), "")

    def _complaint(self) -> str:
        """Return the line of a Python trace that names the error, without what surrounds it."""
        return next((line for line in reversed(self._tail()) if ERROR.match(line)), "")

    def _tail(self) -> list[str]:
        """Return the last lines that say something; progress bars end theirs with a return."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL))
            text = log.read().decode(errors="replace")
        return [line for line in text.replace("\r", "\n").splitlines() if line.strip()]
