"""`./run status`, `restart` and `stop`: what runs is in `status.json`, and signals do the rest."""

import argparse
import json
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from services import lock
from services.places import Places
from services.process import end_group
from services.terminal import say
from services.trouble import Trouble

NOTHING_RUNS = 3  # the exit code that service managers use for it
SECONDS_TO_STOP = 60.0
SECONDS_TO_RESTART = 60.0
SECONDS_TO_END_NICELY = 20.0


def show_status(arguments: Sequence[str]) -> int:
    """Say what runs, with process ids and addresses."""
    options = _options("status", "--json", arguments)
    report = _report(_places(options))
    if options.json:
        say(json.dumps(report or {"supervisor": None, "services": []}, indent=2))
    elif report is None:
        say("Nothing is running. `./run demo` starts everything.")
    else:
        _print(report)
    return 0 if report else NOTHING_RUNS


def restart(arguments: Sequence[str]) -> int:
    """End one process nicely and wait until the supervisor has brought it back."""
    options = _options("restart", "NAME", arguments)
    places = _places(options)
    old = _entry(places, options.name)
    say(f"Restarting {options.name} (process {old['pid']})")
    _end(places, old)
    deadline = time.monotonic() + SECONDS_TO_RESTART
    while time.monotonic() < deadline:
        new = _entry(places, options.name)
        if new["pid"] not in (None, old["pid"]) and new["state"] == "running":
            say(f"{options.name} is running again (process {new['pid']})")
            return 0
        time.sleep(0.1)
    raise Trouble(f"{options.name} did not come back. The reason is in {old['log']}.")


def stop(arguments: Sequence[str]) -> int:
    """Stop everything, in order, and wait for it."""
    places = _places(_options("stop", None, arguments))
    pid = lock.holder(places.lock)
    if pid is None:
        say("Nothing is running.")
        return 0
    with suppress(ProcessLookupError):  # killed: its guard clears away, and we wait for that
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while lock.is_held(places.lock):
        if time.monotonic() > deadline:
            raise Trouble(f"Process {pid} does not stop. Its logs are in {places.var / 'log'}.")
        time.sleep(0.1)
    say("Stopped.")
    return 0


def _options(command: str, takes: str | None, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./run {command}")
    parser.add_argument("--var", help="state folder of a stack other than the demo's")
    if takes == "--json":
        parser.add_argument("--json", action="store_true", help="for other programs")
    if takes == "NAME":
        parser.add_argument("name", help="postgres, broker, web, worker or beat")
    return parser.parse_args(arguments)


def _places(options: argparse.Namespace) -> Places:
    return Places.at(options.var) if options.var else Places.usual()


def _report(places: Places) -> dict[str, Any] | None:
    """Return the supervisor's report, if there is a supervisor."""
    if lock.holder(places.lock) is None:
        return None
    try:
        report: dict[str, Any] = json.loads(places.status.read_text())
    except FileNotFoundError:
        return None
    return report


def _print(report: dict[str, Any]) -> None:
    say(f"Running since {report['started_at']} (supervisor: process {report['supervisor']})")
    say()
    say(f"  {'name':<10}{'state':<12}{'process':<10}{'restarts':<10}address")
    for entry in report["services"]:
        pid = entry["pid"] or "-"
        say(
            f"  {entry['name']:<10}{entry['state']:<12}{pid:<10}{entry['restarts']:<10}"
            f"{entry['address']}"
        )


def _entry(places: Places, name: str) -> dict[str, Any]:
    report = _report(places)
    if report is None:
        raise Trouble("Nothing is running. `./run demo` starts everything.")
    entries: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in report["services"]}
    if name not in entries:
        raise Trouble(f"There is no {name!r}. What runs: {', '.join(entries)}.")
    return entries[name]


def _end(places: Places, old: dict[str, Any]) -> None:
    """Ask the process to end; force it when it takes too long (a training, say)."""
    if old["pid"] is None:
        return
    number = signal.SIGINT if old["name"] == "postgres" else signal.SIGTERM
    with suppress(ProcessLookupError):
        os.kill(old["pid"], number)
    deadline = time.monotonic() + SECONDS_TO_END_NICELY
    while _entry(places, old["name"])["pid"] == old["pid"]:
        if time.monotonic() > deadline:
            end_group(old["pid"])
            return
        time.sleep(0.1)
