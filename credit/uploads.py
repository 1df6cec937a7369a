"""Partners' files on their way to the worker: written block by block, gone once they are read.

They hold what applicants stated, so they are readable by this account only and named by ids.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

_COMING = ".coming-"
_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Upload:
    """A whole file that nothing names yet."""

    path: Path
    bytes: int
    sha256: str


@contextmanager
def received(blocks: Iterable[bytes]) -> Iterator[Upload]:
    """Write a file as it comes in; whoever does not `keep` it inside the block loses it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder, prefix=_COMING)
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
            file.flush()
            os.fsync(file.fileno())
        yield Upload(path, size, digest.hexdigest())
    finally:
        path.unlink(missing_ok=True)


def keep(upload: Upload, name: str) -> None:
    """Give it the name under which the worker finds it, for good even if the power goes."""
    upload.path.replace(path_of(name))
    folder = os.open(_folder(), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def path_of(name: str) -> Path:
    """Say where a file stands."""
    return _folder() / name


def remove(name: str) -> None:
    """Delete a file, if it is there."""
    path_of(name).unlink(missing_ok=True)


def leftovers(*, at: datetime) -> list[str]:
    """Name the files that came more than a day ago: a killed process may have left some."""
    before = at - _FORGOTTEN_AFTER
    files = _folder().iterdir() if _folder().is_dir() else ()
    return sorted(
        file.name for file in files if datetime.fromtimestamp(file.stat().st_mtime, tz=UTC) < before
    )


def _folder() -> Path:
    root: Path = settings.EVENHAND_VAR
    return root / "batches"
