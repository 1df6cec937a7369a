"""Style, types and arrows: every tool runs, whatever the others say."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.places import ROOT
from services.settings import without_servers
from services.terminal import say

TEMPLATES = ("frontend/templates", "monitoring/templates", "credit/templates")


def run(arguments: Sequence[str]) -> int:
    """Run each tool and print one line for it, with what it found when it failed."""
    failed = [name for name, command in _tools() if not _passes(name, command, arguments)]
    say()
    say(f"Failed: {', '.join(failed)}" if failed else "Everything passed.")
    return 1 if failed else 0


def _tools() -> Iterator[tuple[str, list[str]]]:
    manage = [sys.executable, "manage.py"]
    templates = [str(path.relative_to(ROOT)) for path in _templates()]
    yield "ruff check", [_program("ruff"), "check", "."]
    yield "ruff format", [_program("ruff"), "format", "--check", "."]
    yield "mypy", [_program("mypy")]
    yield "import-linter", [_program("lint-imports")]
    yield "deptry", [_program("deptry"), "."]
    if templates:
        yield "djangofmt", [_program("djangofmt"), "--check", *templates]
        yield "djangofmt check", [_program("djangofmt"), "check", *templates]
        yield "djade", [_program("djade"), "--target-version", "5.2", "--check", *templates]
    yield "migrations", [*manage, "makemigrations", "--check", "--dry-run"]
    yield "deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"]


def _templates() -> list[Path]:
    return sorted(path for folder in TEMPLATES for path in (ROOT / folder).rglob("*.html"))


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _passes(name: str, command: Sequence[str], chosen: Sequence[str]) -> bool:
    if chosen and name.split(maxsplit=1)[0] not in chosen and name not in chosen:
        return True
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "passed"
    say(f"  {verdict}  {name:<16} {time.monotonic() - started:5.1f} s")
    if done.returncode:
        say("\n".join(f"    {line}" for line in done.stdout.splitlines()))
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Return the settings of production; nothing here needs a server."""
    ours = {name: text for name, text in without_servers().items() if name != "EVENHAND_HTTPS"}
    return {
        **ours,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "DATABASE_URL": "postgresql:///evenhand",
        "EVENHAND_PROXIES": "10.0.0.0/8",
        "NO_COLOR": "1",
    }
