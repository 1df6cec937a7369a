import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from services.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
KEPT_LOGS = 3
PORTS = range(20_000, 32_768)  # no system takes one of these for a connection that goes out


class PortTaken(Trouble):
    """Another program answers where ours should."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where one running product keeps its state; every path starts at `var`."""

    var: Path

    @classmethod
    def usual(cls) -> "Places":
        """Return the folder of the demo, or the one that EVENHAND_VAR names."""
        return cls.at(os.environ.get("EVENHAND_VAR") or "var")

    @classmethod
    def at(cls, folder: str | Path) -> "Places":
        """Return the places in a folder, which is meant from the checkout."""
        return cls(ROOT / Path(folder))

    @property
    def lock(self) -> Path:
        """Return the file that one supervisor at a time holds."""
        return self.var / "lock"

    @property
    def status(self) -> Path:
        """Return the file that says what runs, without secrets."""
        return self.var / "status.json"

    @property
    def environment(self) -> Path:
        """Return the file from which `manage.py` learns about the running servers."""
        return self.var / "environment"

    @property
    def counts(self) -> Path:
        """Return the folder in which web and worker count for `/metrics`."""
        return self.var / "counts"

    def log(self, name: str) -> Path:
        """Return where a process or a step writes."""
        return self.var / "log" / f"{name}.log"


def shown(path: Path) -> str:
    """Return the path as a person standing in the checkout would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def write_atomically(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Replace a file so that a reader, or a power cut, sees the old or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def rotate(log: Path) -> None:
    """Put the last run's log aside."""
    log.parent.mkdir(parents=True, exist_ok=True)
    for number in range(KEPT_LOGS, 0, -1):
        older = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))


def is_free(port: int) -> bool:
    """Tell whether we could listen; connecting too, as some systems let two programs bind."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as refused:
            raise PortTaken(
                f"Port {port} is not yours to open. Choose one above 1023."
            ) from refused
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment, nor soon by accident.

    One that the system chose could be given to a connection before its server begins to listen,
    and while that is started again.
    """
    while not is_free(port := secrets.choice(PORTS)):
        pass
    return port
