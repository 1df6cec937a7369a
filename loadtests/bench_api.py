"""The scoring API beside the usual ways to serve a model, taking turns on one machine.

`./run bench-api` brings the contestants up and runs this. A round gives each of them a turn of a
few seconds; a ratio is formed within a round and the median taken over the rounds, so that a busy
moment of a shared machine does not decide it. At the end, what clients were told is compared with
what the database holds.

Exit code 0: measured, and everything acknowledged is stored exactly once. 1: it is not. 2: it could
not be measured, as when an answer is no 201. A missed target is said, and changes no exit code.
"""

import argparse
import json
import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bodies
import psycopg
from processes import cpu_seconds, held, running, settle
from standing import (
    DRF,
    EXPLAINS,
    MANY,
    ONE,
    OURS,
    SCORES,
    STORES,
    TURNS,
    Reckoning,
    Round,
    Target,
    Turn,
    percentile,
    reckon,
    targets,
    typical,
)
from wire import CannotMeasure, Requests, Sent, send

HERE = Path(__file__).resolve().parent
LOANS = HERE.parent / "contracts" / "consumer-loan" / "loans.csv"
BODIES = 1_000
BACKGROUND = ("worker", "beat")  # ours alone; they seal the audit trail
# Onboarding leaves the worker reports to make, once. Held between our turns it made them in our
# turns alone, and they were a multiple of what it does all the time.
AT_REST = {"most": 2.0, "seconds": 65.0, "patience": 900.0}  # each task of a minute had its turn
WORDS = {
    OURS: "Evenhand: explained, stored, audited",
    SCORES: "FastAPI + XGBoost, score only",
    EXPLAINS: "FastAPI + pred_contribs",
    STORES: "FastAPI + pred_contribs + psycopg row",
    DRF: "DRF + serializer + pred_contribs + ORM row",
}
HELD = {
    OURS: """
        SELECT application.reference, decision.id FROM credit_decision decision
        JOIN credit_application application ON application.id = decision.id
        JOIN credit_score score ON score.application_id = application.id
        JOIN credit_auditevent event ON event.target = 'decision:' || decision.id
        WHERE application.reference LIKE %s""",
    STORES: "SELECT reference, id::text FROM fastapi_decision WHERE reference LIKE %s",
    DRF: "SELECT reference, id::text FROM drf_decision WHERE reference LIKE %s",
}


@dataclass(slots=True)
class Bench:
    """The contestants, and what they have answered so far."""

    addresses: dict[str, str]
    supplies: dict[str, Requests]
    seconds: float
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    sent: dict[str, list[str]] = field(default_factory=dict)

    def turn(self, name: str, connections: int, *, seconds: float) -> Turn:
        """Let a contestant answer for a while; refuse to go on after a wrong answer."""
        pids = _pids()
        trees = {"web": pids[name if name != OURS else "web"], "database": pids["postgres"]}
        background = [pids[part] for part in BACKGROUND] if name == OURS else []
        with running(background):
            before = _used(trees, background)
            came = send(
                self.addresses[name],
                self._requests(name),
                connections=connections,
                seconds=seconds,
            )
            after = _used(trees, background)
        if came.failures:
            raise CannotMeasure(f"{WORDS[name]} answered {came.failures[0][:400]!r}")
        self.answers.setdefault(name, []).extend(came.bodies)
        used = {part: after[part] - before[part] for part in after}
        return _turn_of(name, connections, came, used)

    def _requests(self, name: str) -> Iterator[bytes]:
        return self.supplies[name].of(f"{self.run}-{name}")

    def told(self, name: str) -> list[tuple[str, str]]:
        """Give (reference, id) of every acknowledged decision, as its answer says."""
        answers = [json.loads(body) for body in self.answers.get(name, [])]
        return [(each["reference"], each["id"]) for each in answers]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write `bench-api.json`."""
    asked = _parser().parse_args(arguments)
    try:
        rounds, reckonings = _measure(asked)
    except (CannotMeasure, bodies.RowsRefused) as error:
        print(f"The bench could not measure: {error}", file=sys.stderr)  # noqa: T201
        return 2
    found = list(targets(rounds))
    file = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench-api.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_figures(asked, rounds, found, reckonings), indent=1) + "\n")
    lines = [*_table(rounds), "", *_verdicts(found), "", *_said(reckonings), f"written to {file}"]
    print("\n".join(lines))  # noqa: T201
    return 0 if all(each.is_right for each in reckonings.values()) else 1


def _measure(asked: argparse.Namespace) -> tuple[list[Round], dict[str, Reckoning]]:
    addresses: dict[str, str] = json.loads(os.environ["BENCH_ADDRESSES"])
    contract = Path(os.environ["BENCH_CONTRACT"])
    key = os.environ["EVENHAND_LOAD_KEY"]
    supplies = {
        name: Requests(
            bodies.endless(contract, LOANS), many=BODIES, host=urlsplit(address).netloc, key=key
        )
        for name, address in addresses.items()
    }
    bench = Bench(addresses=addresses, supplies=supplies, seconds=asked.seconds)
    pids = _pids()
    background = [pids[part] for part in BACKGROUND]
    _tell("waiting for the worker to be done with what onboarding left")
    if not settle(background, **AT_REST):
        raise CannotMeasure("the worker is still busy after 15 minutes")
    with held(background):
        for turn in TURNS:
            _tell(f"warming up: {WORDS[turn[0]]}, {turn[1]} connections")
            bench.turn(*turn, seconds=asked.warm_up)
        rounds = [_round(bench, number, asked) for number in range(asked.rounds)]
    return rounds, {name: _reckoning(bench, name) for name in HELD}


def _round(bench: Bench, number: int, asked: argparse.Namespace) -> Round:
    """Give everybody a turn; each round begins with another one."""
    at = number % len(TURNS)
    turns = []
    for name, connections in (*TURNS[at:], *TURNS[:at]):
        turn = bench.turn(name, connections, seconds=asked.seconds)
        turns.append(turn)
        _tell(
            f"round {number + 1} of {asked.rounds}: {WORDS[name]}, {connections} connections: "
            f"{turn.per_second:,.0f} requests/s, {turn.server_us:,.0f} µs"
        )
    return turns


def _turn_of(name: str, connections: int, came: Sent, used: dict[str, float]) -> Turn:
    requests = len(came.times)
    stores = name in HELD
    return Turn(
        name=name,
        connections=connections,
        requests=requests,
        per_second=came.in_time / came.seconds,
        p50_ms=percentile(came.times, 0.50) * 1000,
        p99_ms=percentile(came.times, 0.99) * 1000,
        web_us=used["web"] / requests * 1e6,
        database_us=used["database"] / requests * 1e6 if stores else 0.0,
        background_us=used["background"] / requests * 1e6,
        generator_us=came.own_cpu_seconds / requests * 1e6,
    )


def _used(trees: dict[str, int], background: list[int]) -> dict[str, float]:
    used = {part: cpu_seconds(pid) for part, pid in trees.items()}
    return used | {"background": sum(cpu_seconds(pid) for pid in background)}


def _pids() -> dict[str, int]:
    """Say who runs now, as the supervisor sees it."""
    status = json.loads(Path(os.environ["BENCH_STATUS"]).read_text())
    found = {each["name"]: each["pid"] for each in status["services"]}
    gone = sorted(name for name, pid in found.items() if pid is None)
    if gone:
        raise CannotMeasure(f"{', '.join(gone)} ended; why is in its log")
    return found


def _reckoning(bench: Bench, name: str) -> Reckoning:
    place = "BENCH_DATABASE" if name == OURS else "BENCH_ALTERNATIVES_DATABASE"
    with psycopg.connect(os.environ[place]) as connection:
        if name == OURS:
            connection.execute("SET ROLE evenhand_app")
        rows = connection.execute(HELD[name], [f"{bench.run}-{name}-%"]).fetchall()
    return reckon(bench.told(name), rows)


def _table(rounds: Sequence[Round]) -> list[str]:
    head = f"{'at 8 connections, medians':<44}{'requests/s':>11}{'p50 ms':>8}{'p99 ms':>8}"
    lines = [f"{head}{'web µs':>8}{'db µs':>7}{'CPU µs':>8}"]
    lines += [_row(WORDS[name], typical(rounds, name)) for name in WORDS]
    for name, connections in ((OURS, ONE), (EXPLAINS, ONE), (OURS, MANY)):
        words = f"{WORDS[name].partition(':')[0]}, {connections} connection"
        lines.append(_row(words + "s" * (connections > 1), typical(rounds, name, connections)))
    ours = typical(rounds, OURS)
    generator = [typical(rounds, *turn)["generator_us"] for turn in TURNS]
    return [
        *("", *lines, ""),
        f"our sealing of the audit trail, beside that: {ours['background_us']:,.0f} µs a decision",
        f"the load generator itself: {min(generator):,.0f} to {max(generator):,.0f} µs a request",
    ]


def _row(words: str, found: dict[str, float]) -> str:
    return (
        f"{words:<44}{found['per_second']:>11,.0f}{found['p50_ms']:>8.2f}{found['p99_ms']:>8.2f}"
        f"{found['web_us']:>8,.0f}{found['database_us']:>7,.0f}{found['server_us']:>8,.0f}"
    )


def _verdicts(found: Sequence[Target]) -> list[str]:
    lines = [f"{'target, ours against':<38}{'should be':>18}{'found':>10}"]
    for target in found:
        bound = f"{'at least' if target.is_floor else 'at most'} {target.target:g} {target.unit}"
        verdict = "reached" if target.is_met else "MISSED"
        lines.append(f"{target.name:<38}{bound:>18}{target.found:>10,.2f}  {verdict}")
    return lines


def _said(reckonings: dict[str, Reckoning]) -> Iterator[str]:
    for name, each in reckonings.items():
        verdict = "every one stored exactly once" if each.is_right else "WRONG"
        wrong = "".join(
            f"; {len(ids)} {what}, as {ids[0]}"
            for what, ids in (
                ("lost", each.lost),
                ("doubled", each.doubled),
                ("invented", each.invented),
            )
            if ids
        )
        yield f"{WORDS[name]}: {each.acknowledged:,} acknowledged, {verdict}{wrong}"


def _figures(
    asked: argparse.Namespace,
    rounds: Sequence[Round],
    found: Sequence[Target],
    reckonings: dict[str, Reckoning],
) -> dict[str, Any]:
    return {
        "made_at": datetime.now(UTC).isoformat(),
        "workload": "closed",
        "seconds": asked.seconds,
        "rounds": asked.rounds,
        "medians": [
            {"name": name, "connections": connections, **typical(rounds, name, connections)}
            for name, connections in TURNS
        ],
        "targets": [target.told() for target in found],
        "stored": {
            name: {"is_right": each.is_right, **asdict(each)} for name, each in reckonings.items()
        },
        "turns": [[asdict(turn) for turn in each] for each in rounds],
    }


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench-api",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=_positive, default=4.0, help="of a turn; default 4")
    parser.add_argument("--rounds", type=int, default=6, help="default 6")
    parser.add_argument("--warm-up", type=_positive, default=2.0, help="of each turn; default 2")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1_000:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
