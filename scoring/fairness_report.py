"""What a fairness report holds; `scoring.fairness` computes it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from scoring.proportions import Interval, Significance


class Verdict(StrEnum):
    """What a report comes to. There is no fourth: nothing is ever called fair."""

    WITHIN = "within bounds"
    OUTSIDE = "outside bounds"
    INSUFFICIENT = "insufficient evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its 95 % interval (Wilson), or only `n` where too few to state it."""

    n: int
    value: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A group beside the reference group."""

    air: float | None  # None where nobody in the reference group is approved
    air_interval: Interval | None  # 95 %, Katz's log method
    significance: Significance
    marginal_effect: float  # approval rate minus the reference's, in percentage points
    marginal_effect_interval: Interval  # 95 %, Newcombe's method 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """One group. Figures of fewer than `minimum_group` people are not stated at all."""

    value: str
    label: str
    is_reference: bool
    n: int
    approval: Rate
    true_positive: Rate
    false_positive: Rate
    comparison: Comparison | None  # None of the reference group, and where either is too small
    verdict: Verdict | None  # None of the reference group
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeReport:
    """One protected attribute, or why nothing can be said about it."""

    name: str
    label: str
    assessable: bool
    why_not: str | None
    reference: str | None
    n: int  # rows whose group is known
    n_missing: int
    groups: tuple[GroupReport, ...]
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessReport:
    """Every protected attribute of a contract, assessable or not."""

    n: int
    minimum_air: float
    minimum_group: int
    attributes: tuple[AttributeReport, ...]
    verdict: Verdict
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Turn it into plain values that JSON can hold."""
        return asdict(self)
