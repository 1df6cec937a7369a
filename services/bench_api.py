"""The scoring API beside the usual ways to serve a model, on one machine and in one run."""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services import product, stack
from services.load import USAGE, is_understood, lift_limits
from services.places import LOOPBACK, ROOT, Places, free_port, shown
from services.postgres_roles import query
from services.product import Product
from services.programs import is_up, module
from services.service import Service
from services.settings import OWNER, WORKER, without_servers
from services.supervisor import Supervisor
from services.task import Task
from services.terminal import say
from services.trouble import Trouble

SCRIPT = "loadtests/bench_api.py"
ALTERNATIVES = ROOT / "loadtests" / "alternatives"
DATABASE = "alternatives"
TREES, DEPTH = 300, 4
WORKERS = "2"  # of every contestant, as ours
UVICORN = (*module("uvicorn"), "fastapi_app:app", "--workers", WORKERS, "--no-access-log")
GUNICORN = (
    *(*module("gunicorn"), "drf_app:application", "--workers", WORKERS),
    *("--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
)
DOES = {"fastapi_scores": "scores", "fastapi_explains": "explains", "fastapi_stores": "stores"}


def run(arguments: Sequence[str]) -> int:
    """Bring every contestant up, then measure them in turns; arguments go on to the bench."""
    if not sys.platform.startswith("linux"):
        raise Trouble("This bench reads processor time from /proc, which only Linux has.")
    if not is_understood(SCRIPT, arguments):
        return USAGE
    lift_limits()
    var = Places.usual().var / "bench-api"
    with stack.fresh(argparse.Namespace(var=var, fresh=True, json=False)) as supervisor:
        contract = write_contract(var / "contract.toml")
        running = product.bring_up(supervisor, port=free_port(), contract=str(contract))
        contestants = _bring_up_alternatives(running, contract)
        say(f"\nEverybody answers; their logs are in {shown(var / 'log')}/\n")
        return supervisor.run_in_foreground(
            [sys.executable, SCRIPT, *arguments],
            environment={
                **without_servers(),
                "EVENHAND_VAR": str(Places.usual().var),
                "EVENHAND_LOAD_KEY": running.key(),
                "BENCH_STATUS": str(running.places.status),
                "BENCH_CONTRACT": str(contract),
                "BENCH_ADDRESSES": json.dumps({"evenhand": running.base_url, **contestants}),
                "BENCH_DATABASE": running.settings.database_url(WORKER),
                "BENCH_ALTERNATIVES_DATABASE": database_url(running),
            },
        )


def write_contract(path: Path) -> Path:
    """Write the shipped contract with trees as many and as deep as the figures are stated for."""
    text = (ROOT / product.CONTRACT).read_text()
    for name, value in (("rounds", TREES), ("max_depth", DEPTH)):
        text, changed = re.subn(rf"(?m)^{name} = \d+$", f"{name} = {value}", text)
        if changed != 1:
            raise Trouble(f"{product.CONTRACT} states {name} {changed} times, not once.")
    path.write_text(text)
    return path


def database_url(running: Product) -> str:
    """Return the address of the alternatives' database, on the product's own server."""
    if running.settings.postgres is None:
        raise Trouble("The bench needs the database server of its own stack.")
    return running.settings.database_url(OWNER).replace("/evenhand?", f"/{DATABASE}?")


def _bring_up_alternatives(running: Product, contract: Path) -> dict[str, str]:
    """Start every alternative; return their addresses by name."""
    supervisor = running.supervisor
    model = running.places.var / "alternatives"
    if running.settings.postgres is not None:
        query(running.settings.postgres, f"CREATE DATABASE {DATABASE} OWNER {OWNER};")
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database_url(running),
        "ALTERNATIVE_MODEL": str(model),
        "ALTERNATIVE_CONTRACT": str(contract),
    }
    supervisor.progress.line("Fitting the alternatives' trees")
    supervisor.finish(
        Task(
            name="alternatives",
            title="Fitting:",
            command=(
                *(sys.executable, str(ALTERNATIVES / "prepare.py")),
                *(str(contract), product.LOANS, str(model)),
            ),
            environment=environment,
            places=running.places,
        )
    )
    supervisor.progress.line("Starting the alternatives")
    return start_alternatives(supervisor, environment)


def start_alternatives(supervisor: Supervisor, environment: Mapping[str, str]) -> dict[str, str]:
    """Start the servers and wait until each answers."""
    services = [
        alternative(name, UVICORN, {**environment, "ALTERNATIVE_DOES": does})
        for name, does in DOES.items()
    ]
    services.append(alternative("drf_stores", GUNICORN, environment))
    supervisor.start(*services)
    supervisor.wait_until_ready(*(service.name for service in services))
    return {service.name: service.address for service in services}


def alternative(name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> Service:
    """Describe an alternative's server to the supervisor."""
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    is_uvicorn = "uvicorn" in command
    where = ("--port", str(port)) if is_uvicorn else ("--bind", f"{LOOPBACK}:{port}")
    return Service(
        name=name,
        command=(*command, *where),
        address=address,
        environment=environment,
        folder=ALTERNATIVES,
        is_ready=lambda _pid: is_up(f"{address}/healthz"),
    )
