import sys
from collections.abc import Sequence
from pathlib import Path

from services import servers
from services.places import Places
from services.settings import WORKER
from services.supervisor import Supervisor
from services.terminal import Progress

# tests/conftest.py says who goes with whom, and what begins first.
BOTH_CORES = ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder")


def run(arguments: Sequence[str]) -> int:
    """Run pytest against a database and a broker of its own, kept apart from the demo's."""
    places = Places(Places.usual().var / "test")
    with Supervisor(places, progress=Progress()) as supervisor:
        settings = servers.start(supervisor)
        return supervisor.run_in_foreground(
            [sys.executable, "-m", "pytest", *_processes(arguments), *arguments],
            environment=settings.environment(WORKER),
        )


def _processes(arguments: Sequence[str]) -> tuple[str, ...]:
    """Use both cores for the whole suite; a chosen test is quicker, and clearer, in one process."""
    chosen = [part for part in arguments if Path(part.partition("::")[0]).exists()]
    says_how = [part for part in arguments if part.startswith(("-n", "--numprocesses", "--pdb"))]
    return () if chosen or says_how else BOTH_CORES
