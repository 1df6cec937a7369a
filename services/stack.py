"""The whole product, or only its servers, for tests and load: one JSON line, then it stays."""

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from services import lock, product, servers
from services.places import Places, free_port
from services.settings import SERVER_SWITCHES, WEB, WORKER
from services.supervisor import Supervisor
from services.terminal import Progress, say
from services.trouble import Trouble


def run(arguments: Sequence[str]) -> int:
    """Bring the whole product up on servers of its own; end when the caller does."""
    options = _parse("stack", arguments)
    with fresh(options) as supervisor:
        port = options.port or free_port()
        running = product.bring_up(supervisor, port=port, contract=options.contract)
        _tell(supervisor, base_url=running.base_url, key=running.key(), users=running.users)
        supervisor.stay(with_parent=True)
    _empty_elsewhere(supervisor.places)
    return 0


def run_servers(arguments: Sequence[str]) -> int:
    """Start the database and the broker only; end when the caller does."""
    options = _parse("servers", arguments)
    with fresh(options) as supervisor:
        settings = servers.start(supervisor)
        settings.leave_for_people()
        _tell(
            supervisor,
            database_url=settings.database_url(WORKER),
            web_database_url=settings.database_url(WEB),
            socket=str(settings.postgres.socket) if settings.postgres else None,
            celery_broker_url=settings.broker.url if settings.broker else None,
        )
        supervisor.stay(with_parent=True)
    _empty_elsewhere(supervisor.places)
    return 0


def _parse(name: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m services {name}")
    parser.add_argument("--var", required=True, help="its state folder")
    parser.add_argument("--contract", default=product.CONTRACT, help="what is onboarded")
    parser.add_argument("--port", type=int, default=0, help="web port; 0 takes a free one")
    parser.add_argument("--fresh", action="store_true", help="empty the state folder first")
    parser.add_argument("--json", action="store_true", help="print nothing but one line of JSON")
    return parser.parse_args(arguments)


def fresh(options: argparse.Namespace) -> Supervisor:
    """Return a supervisor over servers of its own, whatever the environment names."""
    for name in SERVER_SWITCHES:
        os.environ.pop(name, None)
    places = Places.at(options.var)
    if options.fresh:
        empty(places)
    return Supervisor(places, progress=Progress(quiet=options.json))


def empty(places: Places) -> None:
    """Delete the state of a stack that is not running, wherever its servers kept their data."""
    if not places.var.exists():
        return
    if lock.is_held(places.lock):
        raise lock.AlreadyRunning(f"{places.var} is in use.")
    if any(places.var.iterdir()) and not places.lock.exists():
        raise Trouble(f"{places.var} holds files that no stack has made; it is not emptied.")
    _empty_elsewhere(places)
    shutil.rmtree(places.var)


def _empty_elsewhere(places: Places) -> None:
    """Delete what the servers had to keep outside: nobody would look for it there."""
    record = places.var / "servers_elsewhere"
    if record.exists():
        shutil.rmtree(Path(record.read_text().strip()), ignore_errors=True)
        record.unlink()


def _tell(supervisor: Supervisor, **facts: object) -> None:
    pids = {name: child.pid for name, child in supervisor.children.items()}
    pids["supervisor"] = os.getpid()
    environment = str(supervisor.places.environment)
    say(json.dumps({**facts, "environment": environment, "pids": pids}))
