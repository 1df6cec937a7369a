"""Files named by their content: bundles and Parquet, written once, checked when read."""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_COMING = ".coming-"
_LEFT_AFTER = timedelta(days=1)  # no write takes that long


class FileMissing(LookupError):
    """The store has no file of this hash."""


class FileAltered(ValueError):
    """The file under this hash holds something else."""


def put(content: bytes | Path, suffix: str) -> str:
    """Keep some bytes, or a file's, and say their SHA-256 (64 hexadecimal digits)."""
    held = content.read_bytes() if isinstance(content, Path) else content
    sha256 = sha256_of(held)
    path = path_of(sha256, suffix)
    if not path.exists() or _sha256(path) != sha256:
        _write(path, held)
    return sha256


def sha256_of(content: bytes) -> str:
    """Say under which name some bytes would be kept."""
    return hashlib.sha256(content).hexdigest()


def path_of(sha256: str, suffix: str) -> Path:
    """Say where the file of a hash stands; `sha256:` in front is allowed."""
    return _path(settings.EVENHAND_VAR, sha256.removeprefix("sha256:"), suffix)


@lru_cache(maxsize=256)
def _path(var: Path, digits: str, suffix: str) -> Path:
    """Put a path together once: each decision asks for its bundle's."""
    return var / "store" / digits[:2] / f"{digits}{suffix}"


def get(sha256: str, suffix: str) -> bytes:
    """Read a file, or refuse it: gone or altered."""
    path = path_of(sha256, suffix)
    try:
        held = path.read_bytes()
    except OSError as error:
        raise FileMissing(f"The store has no file {path.name}.") from error
    if hashlib.sha256(held).hexdigest() != sha256.removeprefix("sha256:"):
        raise FileAltered(f"The file {path.name} does not hold what its name says.")
    return held


def sweep(*, at: datetime) -> int:
    """Remove what writes that were killed in the middle have left; says how many files."""
    swept = 0
    for path in (settings.EVENHAND_VAR / "store").glob(f"*/{_COMING}*"):
        with suppress(FileNotFoundError):  # its write has just ended
            if datetime.fromtimestamp(path.stat().st_mtime, tz=UTC) < at - _LEFT_AFTER:
                path.unlink()
                swept += 1
    return swept


def _write(path: Path, held: bytes) -> None:
    """Write beside and rename, so that a reader sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=_COMING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(held)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o444)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
