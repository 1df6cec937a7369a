import hashlib
import os
import re
import secrets
import stat
import sys
from pathlib import Path

from services.account import Account
from services.places import Places, shown, write_atomically
from services.trouble import Trouble
from services.wheels import SYSTEM_FOLDER, make_system_folder

LONGEST_SOCKET = 107 if sys.platform == "linux" else 103  # bytes, the kernel's limit
SOCKET_NAME = ".s.PGSQL.5432"
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")  # a comma would mean a list to PostgreSQL


def of_servers(places: Places, *, account: Account) -> Path:
    """Return the folder where the servers keep their data.

    In the state folder, or, where their account cannot get there (a checkout in root's closed
    home), at a place of the system that the file `servers_elsewhere` names. No parent's mode is
    ever changed for it.
    """
    inside, record = places.var / "servers", places.var / "servers_elsewhere"
    if record.exists():
        return _made(Path(record.read_text().strip()))
    inside.mkdir(parents=True, exist_ok=True)
    if account.can_enter(inside):
        return inside
    if any(inside.iterdir()):
        raise Trouble(
            f"The database is in {shown(inside)}, which the account that runs the servers can no "
            "longer enter. Open the folders above it to other users, or run as an ordinary user."
        )
    outside = _outside(places)
    write_atomically(record, f"{outside}\n")
    return _made(outside)


def _outside(places: Places) -> Path:
    """Name a folder by the checkout's path, and by chance, so that deleting `var` starts anew."""
    digest = hashlib.sha256(os.fsencode(places.var)).hexdigest()[:12]
    return SYSTEM_FOLDER / "data" / f"{digest}-{secrets.token_hex(4)}"


def _made(outside: Path) -> Path:
    make_system_folder()
    outside.parent.mkdir(exist_ok=True)
    outside.parent.chmod(0o755)
    outside.mkdir(exist_ok=True)
    outside.chmod(0o755)
    return outside


def socket_folder(home: Path, *, account: Account) -> Path:
    """Return a folder for the socket whose path fits the kernel's limit."""
    folder = home / "socket"
    if _fits(folder):
        account.own_folder(folder)
        return folder
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = _short_parent(account) / f"evenhand-{account.uid}-{digest}"
    _own_in_public(short, account=account)
    return short


def _fits(folder: Path) -> bool:
    path = str(folder / SOCKET_NAME)
    return len(os.fsencode(path)) <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(path) is not None


def _short_parent(account: Account) -> Path:
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    is_ours = account.user is None and runtime.is_dir() and os.access(runtime, os.W_OK)
    return runtime if is_ours and _fits(runtime / ("x" * 40)) else Path("/tmp")  # noqa: S108


def _own_in_public(folder: Path, *, account: Account) -> None:
    """Make a private folder where everybody may write; refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700)
        account.take(folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
            raise Trouble(f"{folder} belongs to somebody else. Remove it and try again.") from None
        folder.chmod(0o700)
