import os
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Any

import polars as pl
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit import serving, store
from credit.management.console import ProductCommand, add_engine_argument, product_named
from credit.serving import Champion, ModelUnavailable, UnknownProduct
from scoring.cluster import ClusterRefused, cluster
from scoring.engine import EngineFailed
from scoring.files.batch_files import applications, harmless
from scoring.files.batch_workers import ScoreChunks, scorer
from scoring.files.cluster_scoring import score_on_cluster
from scoring.files.reading import FileRefused
from scoring.plurals import counted, were

MOST_TOLD = 20  # problems on the terminal; the file has them all


class Command(ProductCommand):
    help = (
        "Score a file of applications with the champion and record nothing. The file is CSV or "
        "Parquet with a column for each feature, gzip of either, or NDJSON of decision requests. "
        "Exit code 1 if any row is not right; the others are scored."
    )
    example = "score consumer-loan applications.csv --out scores.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("file", type=Path, help="applications")
        parser.add_argument("--out", type=Path, help="CSV to write; default the terminal")
        parser.add_argument(
            "--workers",
            type=int,
            default=os.cpu_count() or 1,
            help="processes of this machine; default all cores",
        )
        parser.add_argument(
            "--no-reasons", action="store_true", help="PD, score and band only; much faster"
        )
        add_engine_argument(parser)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["workers"] < 1:
            raise CommandError("--workers must be 1 or more.")
        champion = _champion(product_named(options["product"]).slug)
        self.file_name = options["file"].name
        rows: list[dict[str, Any]] = []
        facts: dict[str, Any] = {"scored": 0, "not_scored": 0, "problems": []}
        with ExitStack() as stack:
            out = _opened(options["out"], stack) if not options["json"] or options["out"] else None
            for told in _tables(champion, options, stack):
                _count(facts, told)
                if out is None:
                    rows += told.to_dicts()
                else:
                    is_first = facts["scored"] + facts["not_scored"] == told.height
                    out.write(harmless(told).write_csv(include_header=is_first).encode())
        return facts if out else facts | {"rows": rows}

    def tell(self, facts: dict[str, Any]) -> None:
        for problem in facts["problems"]:
            self.stderr.write(f"{self.file_name}, row {problem['row']}: {problem['problem']}")
        if facts["not_scored"] > len(facts["problems"]):
            rest = facts["not_scored"] - len(facts["problems"])
            self.stderr.write(f"and {rest:,} more; the column “problem” has them all.")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["not_scored"]:
            wrong = facts["not_scored"]
            said = f"{counted(wrong, 'row')} {were(wrong)} not scored."
            raise CommandError(f"{self.file_name}: {said}")


def _champion(slug: str) -> Champion:
    try:
        return serving.champion(slug, at=timezone.now())
    except ModelUnavailable as unavailable:
        raise CommandError(str(unavailable)) from unavailable
    except UnknownProduct as unknown:
        raise CommandError(f"{slug} has no policy in force and takes no applications.") from unknown


def _opened(out: Path | None, stack: ExitStack) -> IO[bytes]:
    return sys.stdout.buffer if out is None else stack.enter_context(out.open("wb"))


def _tables(
    champion: Champion, options: dict[str, Any], stack: ExitStack
) -> Iterator[pl.DataFrame]:
    engine = champion.engine
    try:
        chunks = stack.enter_context(applications(options["file"], contract=engine.contract))
        score = _scorer(engine.bundle.hash, options, stack)
        with tqdm(unit=" rows", delay=2, disable=options["json"]) as bar:
            for told in score(chunks):
                bar.update(told.height)
                yield told
    except (FileRefused, EngineFailed, ClusterRefused) as refused:
        raise CommandError(str(refused)) from refused
    except BrokenExecutor as died:
        raise CommandError(
            "A worker process died, perhaps for want of memory; try fewer --workers. What was "
            "written before is right."
        ) from died


def _scorer(bundle_hash: str, options: dict[str, Any], stack: ExitStack) -> ScoreChunks:
    """Score with processes of this machine, or on the cluster that the settings name."""
    bundle, workers = store.path_of(bundle_hash, ".zip"), options["workers"]
    with_reasons = not options["no_reasons"]
    if options["engine"] == "local":
        return stack.enter_context(
            scorer(bundle, bundle_hash=bundle_hash, workers=workers, with_reasons=with_reasons)
        )
    client = stack.enter_context(cluster(settings.EVENHAND_DASK_SCHEDULER, workers=workers))
    return partial(
        score_on_cluster, client, bundle.read_bytes(), bundle_hash, with_reasons=with_reasons
    )


def _count(facts: dict[str, Any], told: pl.DataFrame) -> None:
    wrong = told.filter(pl.col("problem").is_not_null())
    facts["scored"] += told.height - wrong.height
    facts["not_scored"] += wrong.height
    room = MOST_TOLD - len(facts["problems"])
    facts["problems"] += wrong.head(room).select("row", "problem").to_dicts()
