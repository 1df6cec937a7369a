"""The stack under load as an operator sees it: processes, commands, database.

Only what `./run load` brought up itself is looked into; another server is measured from outside.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from processes import children_of
from slo import CannotMeasure

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)  # it holds passwords
class Stack:
    """Where its supervisor writes, and what opens its database and its pages."""

    folder: Path
    database: str
    users: tuple[Mapping[str, str], ...]

    @classmethod
    def from_environment(cls) -> Self | None:
        """Find the stack that `./run load` brought up; None of a server of somebody else's."""
        folder = os.environ.get("EVENHAND_LOAD_STACK")
        if not folder:
            return None
        return cls(
            folder=Path(folder),
            database=os.environ["EVENHAND_LOAD_DATABASE"],
            users=tuple(json.loads(os.environ["EVENHAND_LOAD_USERS"])),
        )

    def pid(self, name: str) -> int:
        """Return a service's present process."""
        status = json.loads((self.folder / "status.json").read_text())
        pid = next(each["pid"] for each in status["services"] if each["name"] == name)
        if pid is None:
            raise CannotMeasure(f"{name} does not run; why is in {self.folder / 'log'}")
        return int(pid)

    def workers(self, name: str) -> list[int]:
        """Return the child processes of a service that do its work."""
        return [
            pid
            for pid in children_of(self.pid(name))
            if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]

    def manage(self, *arguments: str) -> Any:
        """Run a command of the product's, as an operator does; give what it says as JSON."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=CHECKOUT,
            env={**os.environ, "EVENHAND_VAR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            said = json.loads(done.stdout[done.stdout.index("{") :])
        except ValueError:
            said = None
        if done.returncode and said is None:
            raise CannotMeasure(f"manage.py {arguments[0]} failed: {done.stderr[-300:].strip()}")
        return said

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database what it holds."""
        with psycopg.connect(self.database, connect_timeout=10) as connection:
            connection.execute("SET ROLE evenhand_app")
            return connection.execute(sql.encode(), list(values)).fetchall()

    def user(self, role: str) -> str:
        """Name the account of a role."""
        return next(each["username"] for each in self.users if each["role"] == role)
