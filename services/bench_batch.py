"""A file of a million applications through the product, from its sending to its last row."""

import argparse
import sys
from collections.abc import Sequence

from services import product, stack
from services.bench_api import write_contract
from services.load import USAGE, is_understood, lift_limits
from services.places import Places, free_port, shown
from services.settings import WORKER, without_servers
from services.terminal import say
from services.trouble import Trouble

SCRIPT = "loadtests/bench_batch.py"


def run(arguments: Sequence[str]) -> int:
    """Bring a product up and send it a file; arguments go on to the bench."""
    if not sys.platform.startswith("linux"):
        raise Trouble("This bench reads processor time from /proc, which only Linux has.")
    if not is_understood(SCRIPT, arguments):
        return USAGE
    lift_limits()
    var = Places.usual().var / "bench-batch"
    with stack.fresh(argparse.Namespace(var=var, fresh=True, json=False)) as supervisor:
        contract = write_contract(var / "contract.toml")
        running = product.bring_up(supervisor, port=free_port(), contract=str(contract))
        say(f"\nThe product answers; its logs are in {shown(var / 'log')}/\n")
        return supervisor.run_in_foreground(
            [sys.executable, SCRIPT, *arguments],
            environment={
                **without_servers(),
                "EVENHAND_VAR": str(Places.usual().var),
                "EVENHAND_LOAD_KEY": running.key(),
                "BENCH_ADDRESS": running.base_url,
                "BENCH_PRODUCT": product.SLUG,
                "BENCH_CONTRACT": str(contract),
                "BENCH_STATUS": str(running.places.status),
                "BENCH_DATABASE": running.settings.database_url(WORKER),
            },
        )
