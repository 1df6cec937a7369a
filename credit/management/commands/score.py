import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit import serving
from credit.management import request_files
from credit.management.console import ProductCommand, product_named
from credit.serving import Champion, ModelUnavailable, UnknownProduct
from scoring.features import InputRefused, validate
from scoring.reasons import principal_reasons
from scoring.records import normalised

COLUMNS = ("row", "reference", "pd", "score", "band", "reasons", "problem")


class Command(ProductCommand):
    help = (
        "Score a file of applications with the champion and record nothing. The file is NDJSON of "
        "decision requests, or CSV with a column for each feature. Exit code 1 if any row is not "
        "right; the others are scored."
    )
    example = "score consumer-loan applications.csv --out scores.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("file", type=Path, help="applications, .csv or .ndjson")
        parser.add_argument("--out", type=Path, help="CSV to write; default the terminal")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        champion = _champion(product_named(options["product"]).slug)
        rows = request_files.read(options["file"], contract=champion.engine.contract)
        told = (_scored(champion, row) for row in tqdm(rows, unit=" rows", delay=2))
        self.file_name = options["file"].name
        if options["json"]:
            scored = list(told)
            return {"rows": scored, "problems": _problems(scored)}
        if options["out"] is None:
            return {"problems": _write(told, sys.stdout)}
        with options["out"].open("w", encoding="utf-8", newline="") as file:
            return {"problems": _write(told, file)}

    def tell(self, facts: dict[str, Any]) -> None:
        for problem in facts["problems"]:
            self.stderr.write(f"{self.file_name}, row {problem['row']}: {problem['problem']}")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problems"]:
            raise CommandError(f"{self.file_name}: {len(facts['problems'])} rows were not scored.")


def _champion(slug: str) -> Champion:
    try:
        return serving.champion(slug, at=timezone.now())
    except ModelUnavailable as unavailable:
        raise CommandError(str(unavailable)) from unavailable
    except UnknownProduct as unknown:
        raise CommandError(f"{slug} has no policy in force and takes no applications.") from unknown


def _scored(champion: Champion, row: request_files.Row) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    told |= {"row": row.number, "reference": row.body.get("reference", ""), "problem": row.problem}
    if row.problem:
        return told
    contract = champion.engine.contract
    features = row.body.get("features")
    try:
        values = validate(contract, features if isinstance(features, dict) else {})
    except InputRefused as refused:
        return told | {"problem": str(refused)}
    values = normalised(contract, values)
    score = champion.engine.score(values)
    reasons = principal_reasons(contract, values, score.contributions)
    return told | {
        "pd": round(score.pd, 6),
        "score": score.score,
        "band": score.band,
        "reasons": "; ".join(f"{reason.code} {reason.text}" for reason in reasons),
    }


def _write(rows: Iterator[dict[str, Any]], file: TextIO) -> list[dict[str, Any]]:
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    wrong = []
    for row in rows:
        writer.writerow({name: _harmless(cell) for name, cell in row.items()})
        wrong += _problems([row])
    return wrong


def _problems(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"row": row["row"], "problem": row["problem"]} for row in rows if row["problem"]]


def _harmless(cell: Any) -> Any:
    """Keep a spreadsheet from running what a partner wrote."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell
