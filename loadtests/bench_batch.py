"""A file of applications through the API, from its sending to its last stored row.

`./run bench-batch` brings a product up and runs this: a CSV file of real past loans, each row under
a reference of its own, is posted to `/api/v1/batches`; then its progress is asked for until it is
over. Processor time and memory are the worker's and the database's, from /proc. At the end every
row of the file must stand in the database exactly once, scored and with reasons.

Exit code 0: measured, and every row is stored once. 1: it is not. 2: it could not be measured.
"""

import argparse
import csv
import http.client
import json
import os
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import bodies
import psycopg
from processes import cpu_seconds, resident_bytes
from tqdm import tqdm
from wire import CannotMeasure

LOANS = Path(__file__).resolve().parents[1] / "contracts" / "consumer-loan" / "loans.csv"
PATH = "/api/v1/batches"
FAST_ENOUGH, SMALL_ENOUGH = 3_000, 1 << 30  # rows/s; bytes of the worker
OVER = {"completed", "failed", "cancelled"}
_HELD = """
    SELECT count(*), count(DISTINCT application.reference),
        count(*) FILTER (WHERE score.pd IS NOT NULL AND jsonb_array_length(contributions) > 0)
    FROM credit_batchrow result
    JOIN credit_decision decision ON decision.id = result.decision_id
    JOIN credit_application application ON application.id = decision.id
    JOIN credit_score score ON score.application_id = application.id
    WHERE result.batch_id = %s"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print what came of it, write `bench-batch.json`."""
    asked = _parser().parse_args(arguments)
    var = Path(os.environ.get("EVENHAND_VAR", "var"))
    file = var / "bench-batch.csv"
    try:
        _write(file, rows=asked.rows)
        found = _measure(file)
    except (CannotMeasure, bodies.RowsRefused) as error:
        print(f"The bench could not measure: {error}", file=sys.stderr)  # noqa: T201
        return 2
    finally:
        file.unlink(missing_ok=True)
    found["stored_once"] = _is_stored_once(found["batch"], rows=asked.rows)
    (var / "bench-batch.json").write_text(json.dumps(found, indent=1) + "\n")
    print("\n".join(_told(found)))  # noqa: T201
    return 0 if found["stored_once"] else 1


def _write(file: Path, *, rows: int) -> None:
    """Write past loans over and over, as a partner would send them."""
    requests = bodies.endless(Path(os.environ["BENCH_CONTRACT"]), LOANS)
    first = next(requests)
    features, groups = list(first["features"]), list(first["monitoring"])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out)
        lines.writerow(["reference", *features, *(f"monitoring.{name}" for name in groups)])
        for number in range(rows):
            body = next(requests)
            values = (_cell(body["features"][name]) for name in features)
            lines.writerow(
                [f"bench-{number}", *values, *(body["monitoring"].get(name) for name in groups)]
            )


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _measure(file: Path) -> dict[str, Any]:
    pids = _pids()
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    began = time.perf_counter()
    batch = _sent(file)
    received = time.perf_counter()
    most = 0
    with tqdm(unit=" rows", disable=not sys.stderr.isatty()) as bar:
        while batch["state"] not in OVER:
            time.sleep(2)  # looking costs processor time that the worker has not
            most = max(most, resident_bytes(pids["worker"]))
            batch = _asked("GET", f"{PATH}/{batch['id']}")
            bar.total = batch["rows"]
            bar.update(batch["rows_done"] - bar.n)
    ended = time.perf_counter()
    if batch["state"] != "completed" or batch["rows_refused"]:
        raise CannotMeasure(f"the batch is {batch['state']}: {batch['errors']}")
    rows = batch["rows_done"]
    used = {name: (cpu_seconds(pid) - before[name]) / rows * 1e6 for name, pid in pids.items()}
    return {
        "made_at": datetime.now(UTC).isoformat(),
        "batch": batch["id"],
        "rows": rows,
        "file_bytes": batch["bytes"],
        "sending_seconds": received - began,
        "seconds": ended - began,
        "rows_per_second": rows / (ended - received),
        "cpu_us_per_row": {name: used[name] for name in ("web", "worker", "postgres")},
        "worker_bytes": most,
    }


def _sent(file: Path) -> dict[str, Any]:
    with file.open("rb") as content:
        return _asked(
            "POST",
            f"{PATH}?product={os.environ['BENCH_PRODUCT']}",
            content,
            {
                "Content-Type": "text/csv",
                "Content-Length": str(file.stat().st_size),
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )


def _asked(
    method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    server = urlsplit(os.environ["BENCH_ADDRESS"])
    key = {"Authorization": f"Bearer {os.environ['EVENHAND_LOAD_KEY']}"}
    connection = http.client.HTTPConnection(server.hostname or "", server.port or 80, timeout=300)
    try:
        connection.request(method, path, body, {**key, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise CannotMeasure(f"no answer from {server.geturl()} ({error})") from error
    finally:
        connection.close()
    if answer.status not in {200, 202}:
        raise CannotMeasure(f"{method} {path} was answered with {answer.status}: {text[:300]!r}")
    return dict(json.loads(text))


def _pids() -> dict[str, int]:
    status = json.loads(Path(os.environ["BENCH_STATUS"]).read_text())
    return {each["name"]: each["pid"] for each in status["services"]}


def _is_stored_once(batch: str, *, rows: int) -> bool:
    with psycopg.connect(os.environ["BENCH_DATABASE"]) as connection:
        connection.execute("SET ROLE evenhand_app")
        return connection.execute(_HELD, [batch]).fetchone() == (rows, rows, rows)


def _told(found: Mapping[str, Any]) -> list[str]:
    used = ", ".join(f"{name} {us:,.0f}" for name, us in found["cpu_us_per_row"].items())
    speed, size = found["rows_per_second"], found["worker_bytes"]
    sent = f"{found['sending_seconds']:,.1f} s, stored after {found['seconds']:,.1f} s"
    told = "every row stored exactly once, scored, with reasons"
    return [
        f"{found['rows']:,} rows ({found['file_bytes'] / 1e6:,.0f} MB), sent in {sent}",
        f"rows/s: at least {FAST_ENOUGH:,}, found {speed:,.0f} {_verdict(speed >= FAST_ENOUGH)}",
        f"memory of the worker: at most 1 GiB, found {size >> 20:,} MiB "
        + _verdict(size <= SMALL_ENOUGH),
        f"processor time, µs a row: {used}",
        told if found["stored_once"] else "WRONG: what is stored is not what was sent",
    ]


def _verdict(is_met: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "reached" if is_met else "MISSED"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench-batch",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=_rows, default=1_000_000, help="default 1,000,000")
    return parser


def _rows(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not 1 to 1,000,000, which a batch may have")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
