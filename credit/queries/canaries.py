"""What is seen of a canary, for a page."""

from dataclasses import dataclass
from datetime import datetime

from credit import promotion_path
from credit.models import CanaryCheck, ModelVersion
from scoring.contract import Promotion


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One figure that a canary is watched by; ends hold at every look at once."""

    measure: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    limit: float
    is_broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryRow:
    """What is seen of a canary so far."""

    since: datetime
    share: float
    level: float
    checked_at: datetime | None
    decided: int
    champion_decided: int
    findings: list[FindingRow]


def canary_of(version: ModelVersion, terms: Promotion) -> CanaryRow | None:
    """Tell what was seen; of one that is no canary any more, its last run."""
    if version.canary_at is None:
        return None
    check = promotion_path.latest_check(version)
    return CanaryRow(
        since=version.canary_at,
        share=terms.canary_share,
        level=terms.limits.level,
        checked_at=check.at if check else None,
        decided=check.seen["decided"] if check else 0,
        champion_decided=check.seen["champion_decided"] if check else 0,
        findings=_findings(check) if check else [],
    )


def _findings(check: CanaryCheck) -> list[FindingRow]:
    names = FindingRow.__slots__
    return [FindingRow(**{name: each[name] for name in names}) for each in check.findings]
