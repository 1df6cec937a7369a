"""Collecting static files takes a while (they are compressed), so it is done when they change."""

import hashlib
from typing import Protocol

from services.places import ROOT, write_atomically
from services.supervisor import Supervisor
from services.task import Task

STAMP = "static.sha256"
FOLDERS = ("frontend/static", "monitoring/static", "credit/static")


class Manage(Protocol):
    """Describes a `manage.py` command."""

    def __call__(self, command: str, *arguments: str, title: str) -> Task: ...  # noqa: D102


def begin(manage: Manage, supervisor: Supervisor) -> Task | None:
    """Start collecting, unless everything is as it was the last time."""
    places = supervisor.places
    stamp = places.var / STAMP
    if (places.var / "static").exists() and stamp.exists() and stamp.read_text() == _fingerprint():
        return None
    stamp.unlink(missing_ok=True)
    task = manage("collectstatic", "--noinput", title="Compressing static files:")
    supervisor.begin(task)
    return task


def finish(task: Task, supervisor: Supervisor) -> None:
    """Wait for the files, and note what they were made from."""
    supervisor.finish(task)
    write_atomically(supervisor.places.var / STAMP, _fingerprint(), mode=0o644)


def _fingerprint() -> str:
    """Return what the collected files are made from: ours, the libraries' and the settings."""
    digest = hashlib.sha256()
    ours = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    for path in [*ours, ROOT / "requirements.txt", ROOT / "credit" / "settings.py"]:
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
