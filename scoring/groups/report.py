"""What a fairness report holds; `scoring.fairness` computes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from scoring.groups.mean_difference import Smd
from scoring.proportions import Interval, Significance

SIGNIFICANT = 0.05  # p-value below which a gap is not put down to chance


class Verdict(StrEnum):
    """What a report comes to. There is no fourth: nothing is ever called fair."""

    WITHIN = "within bounds"
    OUTSIDE = "outside bounds"
    INSUFFICIENT = "insufficient evidence"


def worst(verdicts: Sequence[Verdict | None]) -> Verdict:
    """Sum verdicts up: one outside is outside, one insufficient is insufficient.

    Examples
    --------
    >>> str(worst([Verdict.WITHIN, Verdict.OUTSIDE, Verdict.INSUFFICIENT]))
    'outside bounds'
    >>> str(worst([]))
    'insufficient evidence'
    """
    said = [each for each in verdicts if each is not None]
    if Verdict.OUTSIDE in said:
        return Verdict.OUTSIDE
    if not said or Verdict.INSUFFICIENT in said:
        return Verdict.INSUFFICIENT
    return Verdict.WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its exact 95 % interval (Clopper and Pearson), or why it is not stated.

    Without a value there are too few; without `n` as well, the number itself is withheld.
    """

    n: int | None
    value: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A group beside the reference group.

    Within strata, such as score bands, the figures are those of Mantel and Haenszel.
    """

    air: float | None  # None where nobody is chosen of those it is divided by
    air_interval: Interval | None  # 95 %, Katz's log method
    significance: Significance
    marginal_effect: float  # share chosen minus the reference's, in percentage points
    marginal_effect_interval: Interval  # 95 %, Newcombe's method 10
    odds_ratio: float | None
    shortfall: float  # people more that would be chosen at the reference's rate
    strata: int  # within which was compared; 0: as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """One group. Figures of fewer than `minimum_group` people are not stated at all."""

    value: str
    label: str
    is_reference: bool
    n: int | None  # None where the number would give a small group away, or is one
    approval: Rate
    true_positive: Rate
    false_positive: Rate
    precision: Rate  # repaid, of those chosen
    bad: Rate  # of those whose outcome is known
    mean_pd: float | None  # of the same people
    smd: Smd | None  # of the score, beside the reference group
    offered: Rate  # mean share of the amount asked for, of those who were offered less
    comparison: Comparison | None  # None of the reference, of too few, and where it is withheld
    verdict: Verdict | None  # None of the reference group
    screens: tuple[Verdict, ...]  # what each screen comes to, the contract's own bound first
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumReport:
    """One group beside the reference group within one stratum; None where too few."""

    stratum: str
    value: str
    label: str
    n: int | None
    rate: float | None
    reference_n: int | None
    reference_rate: float | None
    air: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeReport:
    """One protected attribute, or why nothing can be said about it."""

    name: str
    label: str
    assessable: bool
    why_not: str | None
    reference: str | None
    n: int | None  # rows whose group is known
    n_missing: int | None
    groups: tuple[GroupReport, ...]
    strata: tuple[StratumReport, ...]
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReport:
    """People of one group and of another at once. Small cells are listed, without figures."""

    values: tuple[str, str]
    labels: tuple[str, str]
    is_reference: bool
    n: int | None
    approval: Rate
    comparison: Comparison | None
    verdict: Verdict | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """Two attributes at once."""

    names: tuple[str, str]
    labels: tuple[str, str]
    cells: tuple[CellReport, ...]
    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessReport:
    """Every protected attribute of a contract, assessable or not, and each two of them at once.

    The verdict is that of the attributes alone: of many small cells some are outside by chance.
    """

    n: int
    minimum_air: float
    minimum_group: int
    is_selective: bool  # outcomes are known of the chosen alone: TPR and FPR say nothing
    attributes: tuple[AttributeReport, ...]
    pairs: tuple[PairReport, ...]
    verdict: Verdict
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Turn it into plain values that JSON can hold."""
        return asdict(self)
