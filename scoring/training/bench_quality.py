"""How good our models are on real files, beside plain models that others have fitted on them.

`python -m scoring.training.bench_quality --data ../shared/data` ingests each file by its contract
and validates as `train` does. The reference figures (reference.csv) are in the same folder: mean
AUC and Brier score over 5 x 5 repeated stratified folds, seed 42.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from scoring.contract import Contract
from scoring.files.ingestion import ingest
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.folds import out_of_fold
from scoring.training.learners import LocalLearner
from scoring.training.quality import metrics_of
from scoring.training.scorecard_fit import figures

REPEATS = 5
AUC_BELOW, BRIER_ABOVE, SLOPES, SCORECARD_BEHIND = 0.005, 0.003, (0.9, 1.1), 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSet:
    """A file, the contract it is read by, and what the reference figures call it."""

    slug: str
    file: str
    reference: str
    sampled: int | None = None  # rows; the reference used a random part of the file


SETS = (
    RealSet(slug="consumer-loan", file="german_credit.csv", reference="statlog_german"),
    RealSet(slug="mortgage", file="loanapp.csv", reference="loanapp_wooldridge"),
    RealSet(slug="personal-loan", file="lending_club.csv", reference="lendingclub_modeldata"),
    RealSet(slug="credit-card", file="taiwan_default.csv", reference="taiwan_default"),
    RealSet(
        slug="small-business-loan",
        file="sba_national.parquet",
        reference="sba_national",
        sampled=100_000,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured on one file, and the plain model's figures."""

    slug: str
    rows: int
    auc: float
    brier: float
    calibration_slope: float
    scorecard_auc: float | None
    scorecard_behind: float | None
    reference_auc: float
    reference_brier: float

    @property
    def misses(self) -> list[str]:
        """Name the targets that are missed; none is good news.

        A model that is better than the plain one is no miss. A scorecard may be far behind: the
        model card says so then, and so does the table.
        """
        low, high = SLOPES
        checks = {
            "AUC": self.auc < self.reference_auc - AUC_BELOW,
            "Brier score": self.brier > self.reference_brier + BRIER_ABOVE,
            "calibration slope": not low <= self.calibration_slope <= high,
        }
        return [name for name, missed in checks.items() if missed]

    @property
    def is_scorecard_behind(self) -> bool:
        """Whether the fallback ranks so much worse that people must be told."""
        return self.scorecard_behind is not None and self.scorecard_behind > SCORECARD_BEHIND


def measure(
    one: RealSet, *, contracts: Path, folder: Path, repeats: int = REPEATS, scorecard: bool = True
) -> Quality:
    """Validate a model of one file.

    Raises
    ------
    FileRefused, IngestionRefused
        The file is not what its contract says.
    """
    contract = Contract.load(contracts / one.slug / "contract.toml")
    frame = ingest(folder / one.file, contract=contract).frame
    if one.sampled is not None:
        frame = frame.sample(one.sampled, seed=0)
    bad, encoding = frame["bad"].cast(pl.Int8).to_numpy(), encoding_of(contract)
    out = out_of_fold(
        LocalLearner(matrix_from(encoding, frame), bad, encoding),
        bad,
        training=replace(contract.training, repeats=repeats),
        progress=lambda *_: None,
    )
    found = metrics_of(out, bad, seed=contract.training.seed)
    card = figures(contract, frame, bad, out) if scorecard else {"auc": None}
    plain = reference_figures(folder, one.reference)
    return Quality(
        slug=one.slug,
        rows=frame.height,
        auc=found["auc"]["mean"],
        brier=found["brier"]["mean"],
        calibration_slope=found["calibration_slope"]["mean"],
        scorecard_auc=card["auc"]["mean"] if card["auc"] else None,
        scorecard_behind=card.get("auc_behind_model"),
        reference_auc=plain["auc"],
        reference_brier=plain["brier"],
    )


def reference_figures(folder: Path, name: str) -> dict[str, Any]:
    """Read the plain XGBoost model's figures, without protected attributes and leaks."""
    table = pl.read_csv(folder / "reference.csv", infer_schema_length=None)
    chosen = table.filter(
        (pl.col("dataset") == name)
        & (pl.col("features") == "product")
        & (pl.col("model") == "xgb")
        & (pl.col("cv") == "5x5")
    )
    return chosen.row(0, named=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every file that is there, print a table, write `bench-quality.json`."""
    asked = _parser().parse_args(arguments)
    there = [one for one in SETS if (asked.data / one.file).exists()]
    if not there or not (asked.data / "reference.csv").exists():
        _say([f"{asked.data} holds none of the files and their reference.csv."])
        return 1
    _say([HEADER])
    found = []
    for one in there:
        found.append(measure(one, contracts=asked.contracts, folder=asked.data))
        _say([_line(found[-1])])
    file = Path(os.environ.get("EVENHAND_VAR", "var")) / "bench-quality.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    _say(["", f"written to {file}"])
    return 1 if any(one.misses for one in found) else 0


HEADER = (
    f"{'':<22}{'rows':>9}{'AUC':>8}{'plain':>8}{'Brier':>8}{'plain':>8}{'slope':>7}"
    f"{'scorecard':>11}{'behind':>8}"
)


def _line(one: Quality) -> str:
    card = f"{one.scorecard_auc:>11.4f}" if one.scorecard_auc is not None else f"{'none':>11}"
    behind = f"{one.scorecard_behind:>8.4f}" if one.scorecard_behind is not None else f"{'':>8}"
    verdict = f"  MISSED: {', '.join(one.misses)}" if one.misses else "  reached"
    verdict += ", scorecard well behind" if one.is_scorecard_behind else ""
    return (
        f"{one.slug:<22}{one.rows:>9,}{one.auc:>8.4f}{one.reference_auc:>8.4f}{one.brier:>8.4f}"
        f"{one.reference_brier:>8.4f}{one.calibration_slope:>7.3f}{card}{behind}{verdict}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench quality", description="Validate models on real files, beside plain ones."
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--contracts", type=Path, default=Path("contracts"))
    return parser


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
