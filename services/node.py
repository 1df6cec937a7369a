"""The packages of Node that make TypeScript of the API's document, where the machine has npm.

Nothing but a test uses them. Without npm, or without its index, that test is skipped and says so.
"""

import shutil
import subprocess

from services.places import ROOT
from services.terminal import Progress

LOCKED = ROOT / "tests" / "clients" / "typescript"
FOLDER = ROOT / "var" / "node"
SECONDS = 120
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")


def set_up(progress: Progress) -> None:
    """Install what is locked, in a folder of its own."""
    npm = shutil.which("npm")
    if npm is None or not LOCKED.exists():
        return
    progress.line("Fetching what makes TypeScript clients (npm)")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKED / name, FOLDER / name)
    if not _is_installed(npm):
        shutil.rmtree(FOLDER)
        progress.line("That failed, so the test of TypeScript clients will be skipped")


def _is_installed(npm: str) -> bool:
    try:
        installed = subprocess.run([npm, "ci", *QUIET], cwd=FOLDER, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return installed.returncode == 0
