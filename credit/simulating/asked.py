"""What was asked of the time machine, and its calendar."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

RECEIVED, OFFICERS, LEARNED, CHECKED = time(9), time(14), time(17), time(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which product and loans, from when to when, and what makes a run repeat."""

    product: str
    contract: Path
    loans: Path
    start: date
    end: date
    rows: int | None  # drawn from the file; None: all
    seed: int
    every: int = 12  # months that pass at least between two trainings
    shift: timedelta = timedelta()  # added to every day that is stored

    @property
    def facts(self) -> dict[str, Any]:
        """What two runs must share to be the same one; no path, for files move."""
        told = asdict(self)
        return {
            **{name: told[name] for name in ("product", "rows", "seed", "every")},
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "shift_days": self.shift.days,
            "loans_sha256": _sha256(self.loans),
            "contract_sha256": _sha256(self.contract),
        }

    def at(self, day: date, hour: time) -> datetime:
        """Give the moment that is stored for an hour of a day of the stream."""
        return datetime.combine(day, hour, UTC) + self.shift

    def stored(self, day: date) -> date:
        """Give the day that is stored for a day of the stream."""
        return day + self.shift

    def of_stream(self, day: date) -> date:
        """Give the day of the stream that a stored day stands for."""
        return day - self.shift


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
