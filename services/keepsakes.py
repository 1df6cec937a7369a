"""Passwords and keys made once and kept in files that only their owner reads."""

import secrets
from pathlib import Path

from services.places import write_atomically


def remembered(path: Path, *, length: int = 24) -> str:
    """Return the secret kept at a path, made on first use."""
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(length))
    return path.read_text().strip()
