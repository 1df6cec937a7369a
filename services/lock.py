import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO

from services.places import Places, shown
from services.process import is_alive
from services.terminal import say
from services.trouble import Trouble

SECONDS_TO_CLEAR_AWAY = 40.0


class AlreadyRunning(Trouble):
    """Another supervisor holds this state folder."""


def take(places: Places) -> IO[str]:
    """Hold the state folder for this process, and for the guard that outlives it."""
    places.var.mkdir(parents=True, exist_ok=True)
    file = places.lock.open("a+")
    if not _try(file):
        _wait_for_the_dead(file, places)
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def is_held(path: Path) -> bool:
    """Tell whether a supervisor, or the guard that clears away after one, is at work."""
    if not path.exists():
        return False
    with path.open() as file:
        return not _try(file)


def holder(path: Path) -> int | None:
    """Return the supervisor's process id while it holds the folder."""
    if not is_held(path):
        return None
    text = path.read_text()
    return int(text) if text.isdigit() else None


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_the_dead(file: IO[str], places: Places) -> None:
    """Wait while the guard of a killed run clears away; refuse when that run is alive."""
    deadline = time.monotonic() + SECONDS_TO_CLEAR_AWAY
    said = False
    while not _try(file):
        pid = holder(places.lock)
        if pid is not None and is_alive(pid):
            raise AlreadyRunning(_refusal(places, pid))
        if time.monotonic() > deadline:
            raise AlreadyRunning(
                f"An earlier run was killed and {places.var} is still held. Try again in a minute."
            )
        if not said:
            say(
                "An earlier run was killed; waiting until its servers have stopped.", to_stderr=True
            )
            said = True
        time.sleep(0.1)


def _refusal(places: Places, pid: int) -> str:
    try:
        address = json.loads(places.status.read_text()).get("base_url")
    except (OSError, ValueError):
        address = None
    where = f" at {address}" if address else ""
    which = "" if places == Places.usual() else f" --var {shown(places.var)}"
    return f"It is running already{where} (process {pid}). `./run stop{which}` stops it."
