"""Reading a file of past loans at a prompt: progress, rejects, and what the data is like."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import CommandParser
from tqdm import tqdm

from credit import store
from credit.actions import ingestions
from credit.models import ContractVersion, Ingestion, User
from scoring.files.ingestion import IngestionRefused, write_rejects
from scoring.files.reading import sha256_of
from scoring.plurals import counted

MOST_SHOWN = 20
Tell = Callable[[str], object]


def add_file_arguments(parser: CommandParser) -> None:
    """Ask where to write what was not right, and what the data is like."""
    parser.add_argument(
        "--rejects", type=Path, help="CSV of rows that were not used; default in var/rejects"
    )
    parser.add_argument("--quality", type=Path, help="JSON to write the data-quality report to")


def read_loans(
    contract: ContractVersion, options: dict[str, Any], *, by: User, at: datetime, tell: Tell
) -> Ingestion:
    """Ingest `options["data"]`; a refused file leaves its rejects too."""
    path, silent = options["data"], options["json"]
    rejects = options["rejects"] or _usual_place(path)
    try:
        with _bar(path, silent=silent) as progress:
            read = ingestions.ingest(
                contract_id=contract.pk, path=path, by=by, at=at, progress=progress
            )
    except IngestionRefused as refused:
        if not refused.problems.is_empty():
            with _opened(rejects) as file:
                write_rejects(refused.problems, file)
            tell(f"All that was not right: {_shown(rejects)}")
        raise
    if read.rejects_sha256:
        with _opened(rejects) as file:
            file.write(store.get(read.rejects_sha256, ingestions.CSV).decode())
    if options["quality"]:
        text = json.dumps(read.quality, indent=1, ensure_ascii=False)
        options["quality"].write_text(text + "\n", encoding="utf-8")
    if not silent:
        _tell(read, rejects, tell)
    return read


def _tell(read: Ingestion, rejects: Path, tell: Tell) -> None:
    tell(f"{counted(read.rows, 'past loan')}, {read.bads:,} of them bad")
    for count, what in (
        (read.out_of_scope, "out of the contract's scope"),
        (read.indeterminate, "with an outcome that is neither good nor bad"),
        (read.rejected, "rejected"),
    ):
        if count:
            tell(f"{counted(count, 'row')} {what}")
    for reject in read.rejects[:MOST_SHOWN]:
        column = f", column {reject['column']}" if reject["column"] else ""
        tell(f"{read.file_name}, row {reject['row']}{column}: {reject['message']}")
    if read.rejects_sha256:
        tell(f"All that was not right: {_shown(rejects)}")
    for warning in read.quality.get("warnings", ()):
        tell(f"Look: {warning}")


def _usual_place(path: Path) -> Path:
    root: Path = settings.EVENHAND_VAR
    return root / "rejects" / f"{path.stem}-{sha256_of(path)[:8]}.csv"


def _opened(file: Path) -> TextIO:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("w", encoding="utf-8", newline="")


def _shown(file: Path) -> str:
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


@contextmanager
def _bar(path: Path, *, silent: bool) -> Iterator[Callable[[float], None]]:
    with tqdm(
        total=100,
        desc=f"Reading {path.name}"[:44],
        bar_format="{desc:<44} {percentage:3.0f}%|{bar:30}|",
        disable=silent,
    ) as bar:
        yield lambda share: bar.update(max(0, round(share * 100) - bar.n)) and None
