import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from services import product, stack
from services.places import ROOT, Places, free_port, shown
from services.settings import WORKER, without_servers
from services.terminal import say

SCRIPT = "loadtests/run_load.py"
_LIMITS = (
    "EVENHAND_RATE_PER_SECOND",
    "EVENHAND_RATE_BURST",
    "EVENHAND_PAGES_PER_SECOND",
    "EVENHAND_PAGES_BURST",
)

USAGE = 2  # exit code


def lift_limits() -> None:
    """Let one key and one account send it all: the product is measured, and not their limits."""
    for name in _LIMITS:
        os.environ.setdefault(name, "100000")


def is_understood(script: str, arguments: Sequence[str]) -> bool:
    """Have a script read its arguments before a stack is brought up for them, which takes a minute.

    It reads what stands before `--help`, and refuses it in its own words; asked for help, it helps.
    """
    wants_help = bool({"-h", "--help"} & set(arguments))
    command = [sys.executable, str(ROOT / script), *arguments, "--help"]
    done = subprocess.run(command, stdout=None if wants_help else subprocess.DEVNULL, check=False)
    if wants_help:
        raise SystemExit(done.returncode)
    return done.returncode == 0


def run(arguments: Sequence[str]) -> int:
    """Measure a product of its own, on fresh data; arguments go on to the load test."""
    if not is_understood(SCRIPT, ["--base-url", "http://localhost", *arguments]):
        return USAGE
    lift_limits()
    figures = Places.usual().var  # outside of what the next run empties
    var = figures / "load" / "stack"
    options = argparse.Namespace(var=var, fresh=True, json=False)
    with stack.fresh(options) as supervisor:
        running = product.bring_up(supervisor, port=free_port())
        say(f"\nThe stack answers at {running.base_url}; its logs are in {shown(var / 'log')}/\n")
        return supervisor.run_in_foreground(
            [sys.executable, SCRIPT, "--base-url", running.base_url, *arguments],
            environment={
                **without_servers(),
                "EVENHAND_LOAD_KEY": running.key(),
                "EVENHAND_LOAD_STACK": str(var),
                "EVENHAND_LOAD_DATABASE": running.settings.database_url(WORKER),
                "EVENHAND_LOAD_USERS": json.dumps(running.users),
                "EVENHAND_VAR": str(figures),
            },
        )
