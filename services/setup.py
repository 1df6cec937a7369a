"""Makes `.venv` and installs the locked packages: `python3 -m services.setup runtime|dev`.

Runs under the system's Python, when nothing is installed yet.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services import node
from services.places import ROOT, write_atomically
from services.terminal import Progress, say
from services.trouble import Trouble

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / "unfinished"  # there from the first file to the last package
LOCKS = {"runtime": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
INSTALLER = ROOT / "services" / "uv.txt"
ALSO_INSTALLS = {"runtime": ("runtime",), "dev": ("runtime", "dev")}


def main(arguments: Sequence[str]) -> int:
    """Bring `.venv` up to the locks, unless it is already."""
    wanted = ALSO_INSTALLS[arguments[0]]
    try:
        if not all(_is_current(name) for name in wanted):
            with _alone():
                _set_up(wanted, Progress())
    except Trouble as trouble:
        say(f"\n{trouble}", to_stderr=True)
        return 1
    except OSError as error:
        say(
            f"\nThe set-up cannot write here: {error}. Free some space, or move the "
            "checkout to a folder of yours.",
            to_stderr=True,
        )
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run it again to go on.", to_stderr=True)
        return 130
    return 0


def _is_current(name: str) -> bool:
    return _is_stamped(name) and not UNFINISHED.exists()


def _is_stamped(name: str) -> bool:
    stamp = _stamp(name)
    return stamp.exists() and stamp.read_text() == _fingerprint(name)


def _stamp(name: str) -> Path:
    return VENV / f"installed-{name}"


def _fingerprint(name: str) -> str:
    """Return what an installation stands on: the lock, and where the environment was made."""
    digest = hashlib.sha256(LOCKS[name].read_bytes() + INSTALLER.read_bytes())
    digest.update(os.fsencode(ROOT))
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Let one set-up at a time work; the second waits, and then finds everything done."""
    path = ROOT / "var" / "setup.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./run is setting up; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _set_up(wanted: Sequence[str], progress: Progress) -> None:
    if all(_is_current(name) for name in wanted):  # the other one did it
        return
    if not _is_whole():
        _make_venv(progress)  # begins with the mark: pip may be half there, too
    UNFINISHED.touch()
    _install_uv(progress)
    for name in wanted:
        if not _is_stamped(name):
            _install(name, progress)
    UNFINISHED.unlink()
    if "dev" in wanted:
        node.set_up(progress)
    progress.line("Set up")


def _is_whole() -> bool:
    """Tell a usable environment from a half-made, moved or outlived one."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    check = "import pip, sys; raise SystemExit(sys.version_info[:2] < (3, 11))"
    tried = subprocess.run([PYTHON, "-c", check], capture_output=True, check=False)
    made_for = VENV / "pyvenv.cfg"
    return tried.returncode == 0 and made_for.exists() and _is_made_here(made_for.read_text())


def _is_made_here(configuration: str) -> bool:
    command = [line for line in configuration.splitlines() if line.startswith("command = ")]
    return not command or command[0].endswith(f" {VENV}")


def _make_venv(progress: Progress) -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if VENV.exists():
        progress.line("The environment in .venv is half-made or from elsewhere; making it anew")
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    progress.line(f"Making an environment in .venv with Python {version}")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        said = (made.stdout + made.stderr).strip()
        raise Trouble(
            f"Python could not make a virtual environment:\n{said}\n"
            f"See that the disk has room: {_free()} MB are free. On Debian and Ubuntu "
            "`apt install python3-venv` brings what else may be missing."
        )


def _free() -> int:
    return shutil.disk_usage(ROOT).free // 1_000_000


def _install_uv(progress: Progress) -> None:
    progress.line("Fetching the installer (uv)")
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _fetch([*pip, "--require-hashes", "-r", INSTALLER])


def _install(name: str, progress: Progress) -> None:
    count = sum(line[:1].isalnum() for line in LOCKS[name].read_text().splitlines())
    progress.line(f"Installing up to {count} packages from {LOCKS[name].name}")
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    uv: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "--python", PYTHON, *quiet]
    _fetch([*uv, "--require-hashes", "-r", LOCKS[name]])
    write_atomically(_stamp(name), _fingerprint(name), mode=0o644)


def _fetch(command: Sequence[str | Path]) -> None:
    environment = dict(os.environ)
    if not os.access(Path.home(), os.W_OK):  # uv's usual cache is there
        environment.setdefault("UV_CACHE_DIR", str(ROOT / "var" / "cache"))
    before = _last_change()
    # pip knows the index from its own configuration, which uv does not read.
    if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:
        if _last_change() == before:  # it only fetched: what is there is as good as it was
            UNFINISHED.unlink()
        raise Trouble(
            "The packages could not be fetched or installed; what went wrong stands above. "
            f"Check the network and the free space ({_free()} MB), then run the same command "
            "again: it goes on where it stopped."
        )


def _last_change() -> list[int]:
    """Say when a package last came or went, as one does first of all when it is installed."""
    return [folder.stat().st_mtime_ns for folder in VENV.glob("lib/python*/site-packages")]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
