"""How far a run is, in a file beside its report: rows are the truth, this says which are done."""

import json
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from credit.queries.simulations import folder, report_path
from credit.simulating.asked import Asked


@dataclass(slots=True, kw_only=True)
class Journal:
    """What a run was asked, the last day that is done, and what happened beside decisions."""

    asked: dict[str, Any]
    done_until: date | None = None
    is_finished: bool = False
    seconds: float = 0.0  # of wall time, over all its starts
    cpu_seconds: float = 0.0
    starts: int = 0
    pending: dict[str, str] | None = None  # a training that is due, and why
    open_alarms: list[str] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    trainings: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> None:
        """Keep it, whole or not at all."""
        _write(_path(self.asked["product"]), {**self._facts(), "done_until": _iso(self.done_until)})

    def _facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Journal.__slots__}


def read(product: str) -> Journal | None:
    """Find the run of a product, if one was begun here."""
    path = _path(product)
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    until = kept.pop("done_until")
    return Journal(**kept, done_until=date.fromisoformat(until) if until else None)


def begin(asked: Asked) -> Journal:
    """Begin one."""
    return Journal(asked=asked.facts)


def keep_report(product: str, report: dict[str, Any]) -> Path:
    """Write the report where the console and other programs look for it."""
    return _write(report_path(product), report)


def _path(product: str) -> Path:
    return folder(settings.EVENHAND_VAR) / f"{product}.journal.json"


def _write(path: Path, facts: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".coming")
    beside.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105 - says that it replaces
    return path


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
