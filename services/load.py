import argparse
import json
import os
import sys
from collections.abc import Sequence

from services import product, stack
from services.places import ROOT, Places, free_port, shown
from services.settings import WORKER, without_servers
from services.terminal import say

SCRIPT = "loadtests/run_load.py"
# All load comes by one key: what is measured is the product and not the limit of a key.
LIMITS = {"EVENHAND_RATE_PER_SECOND": "100000", "EVENHAND_RATE_BURST": "100000"}


def run(arguments: Sequence[str]) -> int:
    """Measure a product of its own, on fresh data; arguments go on to the load test."""
    if {"-h", "--help"} & set(arguments):
        os.execv(sys.executable, [sys.executable, str(ROOT / SCRIPT), "--help"])  # noqa: S606 - ours, no shell
    for name, value in LIMITS.items():
        os.environ.setdefault(name, value)
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
