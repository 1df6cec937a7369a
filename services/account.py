import errno
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from services.trouble import Trouble

UNPRIVILEGED = "nobody"


class PopenArguments(TypedDict, total=False):
    """What `subprocess` calls an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a process runs as: the caller, or another when the caller is root."""

    user: int | None = None
    group: int | None = None

    @property
    def popen_arguments(self) -> PopenArguments:
        """Return nothing when there is no need to change: an ordinary user may not ask for it."""
        if self.user is None or self.group is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    @property
    def uid(self) -> int:
        """Return the user that files of this account belong to."""
        return os.geteuid() if self.user is None else self.user

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account gets there; tried, as access lists and mounts have a say."""
        if self.user is None:
            return os.access(folder, os.X_OK)
        try:
            tried = subprocess.run(
                ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)],
                cwd="/",
                check=False,
                **self.popen_arguments,
            )
        except PermissionError as refused:
            raise CannotDropRoot from refused
        return tried.returncode == 0

    def own_folder(self, folder: Path) -> None:
        """Make a folder that only this account may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.take(folder)

    def take(self, path: Path) -> None:
        """Give a file or folder of ours to this account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


class CannotDropRoot(Trouble):
    """PostgreSQL refuses to run as root, and this root may not become anybody else."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL does not run as root, and this root may not start processes as "
            f"{UNPRIVILEGED!r}. Run as an ordinary user, or set DATABASE_URL to a server of yours."
        )


def for_servers() -> Account:
    """Return the caller, or for root the account without rights."""
    if os.geteuid() != 0:
        return Account()
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(user=entry.pw_uid, group=entry.pw_gid)


def is_out_of_reach(error: OSError) -> bool:
    """Tell a program that may not be reached from a root that may not give up being root."""
    if isinstance(error, PermissionError) and error.errno == errno.EPERM:
        raise CannotDropRoot from error
    return isinstance(error, PermissionError)
