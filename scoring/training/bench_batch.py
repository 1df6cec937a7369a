"""How fast whole files are scored over the cores of a machine, and in how much memory.

`python -m scoring.training.bench_batch` writes made-up applications to a CSV file and scores it as
`manage.py score` does: read, check, score, word the reasons, write.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from scoring.bundle import read_bundle
from scoring.contract import Contract, hash_of
from scoring.files.batch_files import applications, harmless
from scoring.files.batch_workers import scorer
from scoring.training.bench_scene import scene_of
from scoring.training.synthetic import Recipe, loans_of

WRITTEN_AT_ONCE = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Score a made-up file with and without reasons, print a table, write `bench-batch.json`."""
    asked = _parser().parse_args(arguments)
    recipe = Recipe(rounds=asked.trees, max_depth=asked.depth)
    bundle = scene_of(recipe, rows=25_000, reference=20_000).bundle
    with tempfile.TemporaryDirectory(prefix="evenhand-") as folder:
        place, file = Path(folder) / "bundle.zip", Path(folder) / "applications.csv"
        place.write_bytes(bundle)
        contract = read_bundle(bundle, expected_hash=hash_of(bundle)).contract
        _say(f"writing {asked.rows:,} made-up applications ...")
        _write(file, contract, rows=asked.rows)
        found = {
            "rows": asked.rows,
            "processors": os.cpu_count(),
            "runs": [
                _run(place, file, contract, workers=workers, with_reasons=with_reasons)
                for workers in dict.fromkeys([1, asked.workers])
                for with_reasons in (True, False)
            ],
        }
    into = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench-batch.json"
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _say(f"written to {into}")
    return 0


def _write(file: Path, contract: Contract, *, rows: int) -> None:
    with file.open("wb") as opened:
        for start in range(0, rows, WRITTEN_AT_ONCE):
            part = loans_of(contract, rows=min(WRITTEN_AT_ONCE, rows - start), seed=start + 5)
            named = part.drop("bad").rename({"row": "reference"})
            opened.write(named.write_csv(include_header=start == 0).encode())


def _run(
    place: Path, file: Path, contract: Contract, *, workers: int, with_reasons: bool
) -> dict[str, Any]:
    began, rows, wrong = perf_counter(), 0, 0
    out = place.with_name("scores.csv")
    with (
        out.open("wb") as opened,
        applications(file, contract=contract) as chunks,
        scorer(
            place,
            bundle_hash=hash_of(place.read_bytes()),
            workers=workers,
            with_reasons=with_reasons,
        ) as score,
    ):
        for told in score(chunks):
            opened.write(harmless(told).write_csv(include_header=rows == 0).encode())
            rows += told.height
            wrong += told.filter(pl.col("problem").is_not_null()).height
    seconds = perf_counter() - began
    found = {
        "workers": workers,
        "with_reasons": with_reasons,
        "seconds": round(seconds, 1),
        "rows_a_second": round(rows / seconds),
        "not_scored": wrong,
        "peak_bytes": _peak(resource.RUSAGE_SELF),  # of this process, since it began
        "peak_bytes_of_a_worker": _peak(resource.RUSAGE_CHILDREN),
    }
    _say(_line(found))
    return found


def _line(found: dict[str, Any]) -> str:
    own, worker = found["peak_bytes"] / 1024**2, found["peak_bytes_of_a_worker"] / 1024**2
    return (
        f"{found['workers']} workers, {'with' if found['with_reasons'] else 'without'} reasons: "
        f"{found['seconds']} s, {found['rows_a_second']:,} rows/s; at most {own:,.0f} MiB here, "
        f"{worker:,.0f} MiB in a worker"
    )


def _peak(whose: int) -> int:
    kibibytes = resource.getrusage(whose).ru_maxrss
    return kibibytes if sys.platform == "darwin" else kibibytes * 1024


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench batch", description="Measure the scoring of whole files."
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--depth", type=int, default=4, choices=range(1, 7))
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
