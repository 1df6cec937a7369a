"""The tests: quick ones on every run, long ones apart. docs/adr/0038 says which are long."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services import servers
from services.places import Places
from services.settings import WORKER
from services.supervisor import Supervisor
from services.terminal import Progress

# tests/conftest.py says who goes with whom, and what begins first.
BOTH_CORES = ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder")
COMPILES_EACH_TIME = "PYTHONDONTWRITEBYTECODE"
LONG, QUICK = ("-m", "long"), ("-m", "not long")


def run(arguments: Sequence[str]) -> int:
    """Run all tests but the long ones; of chosen files everything."""
    return _run(which(arguments), arguments)


def run_long(arguments: Sequence[str]) -> int:
    """Run what `run` leaves out."""
    return _run(LONG, arguments)


def which(arguments: Sequence[str]) -> tuple[str, ...]:
    """Say which tests are asked for: whoever names a file wants what is in it."""
    return () if _chosen(arguments) else QUICK


def _run(marked: Sequence[str], arguments: Sequence[str]) -> int:
    """Run pytest against a database and a broker of its own, kept apart from the demo's."""
    places = Places(Places.usual().var / "test")
    with Supervisor(places, progress=Progress()) as supervisor:
        settings = servers.start(supervisor, may_forget=True)
        return supervisor.run_in_foreground(
            [sys.executable, "-m", "pytest", *_processes(arguments), *marked, *arguments],
            environment=compiled_once(settings.environment(WORKER), places=places),
        )


def compiled_once(environment: Mapping[str, str], *, places: Places) -> dict[str, str]:
    """Keep compiled modules in a folder of the tests where Python may keep none beside the sources.

    A process of the product takes five seconds to compile what it imports, and tests start dozens.
    """
    if not environment.get(COMPILES_EACH_TIME):
        return dict(environment)
    kept = {"PYTHONPYCACHEPREFIX": str(places.var / "compiled")}
    return {name: value for name, value in environment.items() if name != COMPILES_EACH_TIME} | kept


def _processes(arguments: Sequence[str]) -> tuple[str, ...]:
    """Use both cores for the whole suite; a chosen test is quicker, and clearer, in one process."""
    says_how = [part for part in arguments if part.startswith(("-n", "--numprocesses", "--pdb"))]
    return () if _chosen(arguments) or says_how else BOTH_CORES


def _chosen(arguments: Sequence[str]) -> list[str]:
    return [part for part in arguments if Path(part.partition("::")[0]).exists()]
