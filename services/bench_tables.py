"""What it costs to decide and to ask beside few stored decisions and beside millions."""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from services import bench_contract, product, servers, stack, static_files
from services.load import lift_limits
from services.places import ROOT, Places, shown, write_atomically
from services.postgres_roles import query
from services.product import Product, parsed
from services.settings import WORKER
from services.terminal import say
from services.trouble import Trouble

FEW, MANY, ROUNDS = 5_000, 5_000_000, 5
BYTES_A_ROW = 6_000  # with indexes, and with the log of writing them
TARGET = 1.2  # of the latency with few
PAGE_US = 150_000  # in which 95 of 100 pages are made, however many are stored
OVERSIGHT_US = 300_000  # the same of the pages on fairness and monitoring
USUAL = 250  # wait for officers, however many are stored
EXAMPLE = f"{product.FOLDER}/example.json"

MEASURES = {
    "wall_us": "wall, us",
    "p95_us": "95 of 100, us",
    "database_cpu_us": "database CPU",
    "web_cpu_us": "web CPU",
}

Figures = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Database:
    """One of the two, and how to run the bench's command there."""

    product: Product
    name: str

    def run(self, *arguments: str, superuser: bool = False) -> dict[str, Any]:
        """Run the bench's command; as the superuser where it fills."""
        return self._run("bench_tables", EXAMPLE, *arguments, superuser=superuser)

    def oversee(self) -> dict[str, Any]:
        """Count and report as the worker does, and measure the pages that show it."""
        return self._run("bench_monitoring", superuser=False)

    def _run(self, *command: str, superuser: bool) -> dict[str, Any]:
        task = self.product.manage(*command, "--json", title=f"{self.name}:", login=WORKER)
        task.environment = {**task.environment, **self._addresses(superuser=superuser)}
        return parsed(task, self.product.supervisor.finish(task))

    def _addresses(self, *, superuser: bool) -> Mapping[str, str]:
        settings = self.product.settings
        if settings.postgres is None:
            raise Trouble("The bench needs the database server of its own stack.")
        logins = {"DATABASE_URL": WORKER, "OWNER_DATABASE_URL": "postgres"}
        return {
            variable: settings.postgres.url(login).replace("@/evenhand?", f"@/{self.name}?")
            for variable, login in logins.items()
            if superuser or variable == "DATABASE_URL"
        }


def run(arguments: Sequence[str]) -> int:
    """Fill two databases, measure them in turns, print the ratios; 1 where one is too large."""
    asked = _parse(arguments)
    if not sys.platform.startswith("linux"):
        raise Trouble("This bench reads processor time from /proc, which only Linux has.")
    lift_limits()
    var = Places.usual().var / "bench-tables"
    var.parent.mkdir(parents=True, exist_ok=True)
    _check_room(asked.rows, free=shutil.disk_usage(var.parent).free)
    options = argparse.Namespace(var=var, fresh=True, json=False)
    try:
        with stack.fresh(options) as supervisor:
            contract = var / "contract.toml"
            write_atomically(
                contract, bench_contract.changed((ROOT / product.CONTRACT).read_text())
            )
            running = product.prepare(supervisor, servers.start(supervisor), contract=str(contract))
            files = static_files.begin(running.manage, supervisor)
            if files is not None:  # the queue's page names them
                static_files.finish(files, supervisor)
            found = _measured(running, asked)
    finally:
        stack.empty(Places.at(var))  # gigabytes
    return _told(found)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench-tables", description=__doc__)
    parser.add_argument("--rows", type=int, default=MANY, help="stored decisions; default 5000000")
    parser.add_argument("--waiting", type=int, default=USUAL, help="of them, for officers")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each database")
    return parser.parse_args(arguments)


def _check_room(rows: int, *, free: int) -> None:
    needed = rows * BYTES_A_ROW
    if free < needed:
        raise Trouble(
            f"{rows:,} decisions need {needed / 1e9:.0f} GB of disk, and {free / 1e9:.0f} GB are "
            "free. Take fewer with --rows."
        )


def _measured(running: Product, asked: argparse.Namespace) -> dict[str, Any]:
    progress = running.supervisor.progress
    few, many = Database(running, "evenhand"), Database(running, "many")
    progress.line(f"Storing {FEW:,} decisions")
    few.run("--rows", str(FEW), superuser=True)
    if running.settings.postgres is not None:
        query(running.settings.postgres, "CREATE DATABASE many TEMPLATE evenhand;")
        query(
            running.settings.postgres, "GRANT CONNECT, TEMPORARY ON DATABASE many TO evenhand_app;"
        )
    progress.line(f"Storing {asked.rows:,} decisions in another database")
    filled = many.run("--rows", str(asked.rows), "--waiting", str(asked.waiting), superuser=True)
    rounds = []
    for number in range(asked.rounds):
        progress.line(f"Measuring, round {number + 1} of {asked.rounds}")
        rounds.append((few.run(), many.run()))
    sizes = {"few": FEW, "many": asked.rows, "waiting": asked.waiting, "bytes": filled["bytes"]}
    found = {**sizes, **standing(rounds)}
    _tell_questions(found)  # the jobs beside millions take longer than all the rest
    progress.line("Counting and reporting, and measuring the pages that show it")
    return {**found, "oversight": many.oversee()}


def standing(rounds: Sequence[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Form each ratio within a round, and take the median over the rounds."""
    first, _ = rounds[0]
    return {
        "questions": {
            name: {
                measure: {
                    "few": median(few[name][measure] for few, _ in rounds),
                    "many": median(many[name][measure] for _, many in rounds),
                    "ratio": median(
                        many[name][measure] / few[name][measure] for few, many in rounds
                    ),
                }
                for measure in measures
            }
            for name, measures in first.items()
        }
    }


def _tell_questions(found: Mapping[str, Any]) -> None:
    say(f"\n{found['many']:,} decisions ({found['bytes'] / 1e9:.1f} GB) beside {found['few']:,}:\n")
    say(f"  {'':<16}" + "".join(f"{words:>18}{'ratio':>7}" for words in MEASURES.values()))
    for name, measures in found["questions"].items():
        cells = [
            f"{measures[key]['few']:>9,.0f}{measures[key]['many']:>9,.0f}"
            f"{measures[key]['ratio']:>7.2f}"
            for key in MEASURES
            if key in measures
        ]
        say(f"  {name:<16}{''.join(cells)}")


def _told(found: dict[str, Any]) -> int:
    _tell_oversight(found["oversight"])
    slower, late = missed(found)
    say(f"\n  Latency at most {TARGET} times that beside few: {_verdict(slower)}.")
    say(
        f"  95 of 100 pages in at most {PAGE_US // 1000} ms of the server's, on fairness and"
        f" monitoring in {OVERSIGHT_US // 1000}: {_verdict(late)}."
    )
    into = Places.usual().var / "bench-tables.json"
    write_atomically(into, json.dumps(found, indent=1) + "\n")
    say(f"  The figures are in {shown(into)}")
    return 1 if slower or late else 0


def _tell_oversight(found: Mapping[str, Figures]) -> None:
    say(f"\n  {'a job of the worker':<28}{'all, s':>10}{'again, s':>10}")
    for name, figures in found["jobs"].items():
        say(f"  {name:<28}{figures['all_s']:>10,.1f}{figures['again_s']:>10,.1f}")
    say(f"\n  {'a page':<28}{'wall, us':>10}{'95 of 100':>10}{'web CPU':>10}")
    for name, figures in found["pages"].items():
        say(
            f"  {name:<28}{figures['wall_us']:>10,.0f}{figures['p95_us']:>10,.0f}"
            f"{figures['web_cpu_us']:>10,.0f}"
        )


def missed(found: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Name the questions that many rows make slower, and the pages that take too long."""
    asked = found["questions"].items()
    slower = [
        name
        for name, measures in asked
        if measures["wall_us"]["ratio"] > TARGET
        and (found["waiting"] == USUAL or not name.startswith("queue"))
    ]
    late = [
        name
        for name, measures in asked
        if name.endswith(" page") and measures["p95_us"]["many"] > PAGE_US
    ]
    overseen = found["oversight"]["pages"].items()
    late += [name for name, figures in overseen if figures["p95_us"] > OVERSIGHT_US]
    return slower, late


def _verdict(names: Sequence[str]) -> str:
    return f"MISSED by {', '.join(names)}" if names else "reached"
