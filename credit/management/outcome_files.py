"""Files of outcomes: a table with a column for each thing that is said, one loan a row."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit.actions.outcomes import Correction
from credit.management.console import day
from scoring.files.reading import open_table

NEEDED = ("decision", "outcome", "observed_on")
OF_CORRECTIONS = ("corrects", "reason")
WORDS = {"bad": True, "good": False}


class RowWrong(Exception):
    """A row cannot be read; says which field and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one loan turned out; its place is for messages."""

    number: int  # 1 is the first row of data
    cells: dict[str, str | None]
    unread: str = ""  # what is wrong with the number of its cells

    def read(self) -> dict[str, Any]:
        """Read what `outcomes.report` takes, or refuse by field. Raises `RowWrong`."""
        if self.unread:
            raise RowWrong(self.unread)
        said = {name: (self.cells.get(name) or "").strip() for name in (*NEEDED, *OF_CORRECTIONS)}
        if said["outcome"] not in WORDS:
            raise RowWrong(f"outcome: “{said['outcome']}” is neither bad nor good")
        return {
            "decision_id": said["decision"],
            "is_bad": WORDS[said["outcome"]],
            "observed_on": _day(said["observed_on"]),
            "correction": _correction(said["corrects"], said["reason"]),
        }


def _day(cell: str) -> date:
    try:
        return day(cell)
    except ArgumentTypeError as wrong:
        raise RowWrong(f"observed_on: {wrong}") from wrong


def _correction(corrects: str, reason: str) -> Correction | None:
    if corrects and not corrects.isdecimal():
        raise RowWrong(f"corrects: “{corrects}” is no number of a version")
    if reason and not corrects:
        raise RowWrong("corrects: is missing, and there is a reason")
    if corrects and not reason:
        raise RowWrong("reason: is missing, and there is a version that it corrects")
    return Correction(corrects=int(corrects), reason=reason) if corrects else None


def rows(path: Path) -> Iterator[Row]:
    """Read a file row by row, never whole, as `scoring.files` reads any table.

    Raises
    ------
    FileRefused
        It cannot be read.
    """
    with open_table(path) as table:
        found = set(table.columns)
        lacking = [name for name in NEEDED if name not in found]
        unknown = sorted(found - {*NEEDED, *OF_CORRECTIONS})
        if lacking or unknown:
            wrong = f"lacks {', '.join(lacking)}" if lacking else f"does not know {unknown[0]}"
            raise CommandError(
                f"{path.name}: the header {wrong}. Columns: {', '.join(NEEDED)}, and where"
                f" something is corrected {' and '.join(OF_CORRECTIONS)}."
            )
        for chunk in table.chunks:
            for number, cells in enumerate(chunk.cells.iter_rows(named=True), start=chunk.first):
                yield Row(number=number, cells=cells, unread=chunk.ragged.get(number, ""))
