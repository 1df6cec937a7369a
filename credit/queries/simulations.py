"""What the time machine found out: a file that it writes, for the console and other programs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings


def folder(var: Path) -> Path:
    """Say where runs keep what they say."""
    return var / "simulations"


def report_path(product: str) -> Path:
    """Say where the report of a product's run is."""
    return folder(settings.EVENHAND_VAR) / f"{product}.json"


def has_report(product: str) -> bool:
    """Say whether a run of this product has ended here."""
    return report_path(product).exists()


def report_of(product: str) -> dict[str, Any] | None:
    """Read the report of a product's run; None where none has ended here."""
    try:
        found: dict[str, Any] = json.loads(report_path(product).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageRow:
    """Approved loans of a time: what was predicted, and what came true."""

    name: str
    n: int
    bads: int
    mean_pd: float
    bad_rate: float
    low: float
    high: float
    ever: float
    ever_low: float
    ever_high: float

    @property
    def holds(self) -> bool:
        """Whether the prediction lies within the interval of what came true."""
        return self.low <= self.mean_pd <= self.high


def vintages_of(report: dict[str, Any]) -> list[VintageRow]:
    """Give a report's vintages in order of time, by what failed within the window."""
    return [
        VintageRow(
            name=each["vintage"],
            n=each["n"],
            bads=each["window"]["bads"],
            mean_pd=each["mean_pd"],
            bad_rate=each["window"]["bad_rate"],
            low=each["window"]["low"],
            high=each["window"]["high"],
            ever=each["ever"]["bad_rate"],
            ever_low=each["ever"]["low"],
            ever_high=each["ever"]["high"],
        )
        for each in report["vintages"]
    ]
