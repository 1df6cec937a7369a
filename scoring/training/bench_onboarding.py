"""How long a lender's file takes to become a model, and how much memory.

`python -m scoring.training.bench_onboarding` writes made-up loans to a CSV file, then ingests,
validates by 5 x 5 folds, trains with the usual settings, resamples, exports and packs, as
`manage.py onboard` does around the database.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from scoring.contract import Contract
from scoring.files.ingestion import ingest
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

TARGET_SECONDS, TARGET_ROWS = 90, 30_000  # of 23 columns
TARGET_BYTES = 4 * 1024**3
WRITTEN_AT_ONCE = 100_000


@dataclass(slots=True)
class Steps:
    """Says each step of a training once, with the seconds that it took."""

    began: float
    step: str = ""

    def __call__(self, what: str, share: float) -> None:
        """Tell a step where it begins."""
        step = what.split(":", maxsplit=1)[0]
        if step != self.step:
            _say(f"{perf_counter() - self.began:8.1f} s  {share:4.0%}  {step}")
            self.step = step


def main(arguments: Sequence[str] | None = None) -> int:
    """Onboard a made-up file, print each step, write `bench-onboarding.json`."""
    asked = _parser().parse_args(arguments)
    contract = contract_of(_recipe(asked))
    with tempfile.TemporaryDirectory(prefix="evenhand-") as folder:
        file = Path(folder) / "loans.csv"
        _say(f"writing {asked.rows:,} made-up loans of {asked.columns} columns ...")
        _write(file, contract, rows=asked.rows)
        found = _onboarded(file, contract) | {"rows": asked.rows, "columns": asked.columns}
    into = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench-onboarding.json"
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _say("\n".join(["", *_verdicts(found), f"written to {into}"]))
    return 0


def _recipe(asked: argparse.Namespace) -> Recipe:
    """Make a fifth of the columns categories, one a boolean and one ordinal."""
    categories = asked.columns // 5
    return Recipe(
        numbers=asked.columns - categories - 2,
        categories=categories,
        booleans=1,
        ordinals=1,
        rounds=asked.trees,
        folds=5,
        repeats=asked.repeats,
        minimum_bads=100,
    )


def _write(file: Path, contract: Contract, *, rows: int) -> None:
    """Write loans with the source's codes, a part at a time."""
    with file.open("wb") as opened:
        for start in range(0, rows, WRITTEN_AT_ONCE):
            part = loans_of(contract, rows=min(WRITTEN_AT_ONCE, rows - start), seed=start)
            coded = part.with_columns(pl.col(pl.String).str.replace("^value_", "")).drop("row")
            opened.write(coded.write_csv(include_header=start == 0).encode())


def _onboarded(file: Path, contract: Contract) -> dict[str, Any]:
    began = perf_counter()
    steps = Steps(began)
    steps("Reading the file", 0.0)
    loans = ingest(file, contract=contract)
    read, of_reading = perf_counter(), _peak()
    trained = train(
        contract=contract, frame=loans.frame, snapshot_sha256=loans.file_sha256, progress=steps
    )
    return {
        "seconds": round(perf_counter() - began, 1),
        "seconds_of_reading": round(read - began, 1),
        "peak_bytes_of_reading": of_reading,
        "peak_bytes": _peak(),
        "auc": trained.manifest["metrics"]["auc"]["mean"],
        "bundle_bytes": len(trained.bundle),
        "processors": os.cpu_count(),
    }


def _peak() -> int:
    """Say how much memory this process has held at most, in bytes."""
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kibibytes if sys.platform == "darwin" else kibibytes * 1024


def _verdicts(found: dict[str, Any]) -> list[str]:
    size = f"{found['rows']:,} rows x {found['columns']} columns"
    time = f"{found['seconds']} s, of them {found['seconds_of_reading']} s reading"
    lines = [
        f"{size}: {time}; at most {found['peak_bytes'] / 1024**3:.2f} GiB",
        _verdict("at most 4 GiB", is_met=found["peak_bytes"] <= TARGET_BYTES),
    ]
    if found["rows"] == TARGET_ROWS:
        is_met = found["seconds"] <= TARGET_SECONDS
        lines.append(_verdict(f"at most {TARGET_SECONDS} s", is_met=is_met))
    return lines


def _verdict(target: str, *, is_met: bool) -> str:
    return f"target, {target}: {'reached' if is_met else 'MISSED'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench onboarding", description="Measure a file's way to a model."
    )
    parser.add_argument("--rows", type=int, default=TARGET_ROWS)
    parser.add_argument("--columns", type=int, default=23)
    parser.add_argument("--trees", type=int, default=Recipe().rounds)
    parser.add_argument("--repeats", type=int, default=5, help="of five folds")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
