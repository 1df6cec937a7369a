"""How a model treats the groups of a protected attribute, and how sure that is.

*Approved* is the positive answer throughout. The **true positive rate** (TPR) is the share of
applicants who repaid that is approved; the **false positive rate** (FPR) is the share of
applicants who defaulted that is approved.

Groups come from the vault, so this runs in the learning worker and in commands only, never
where decisions are made.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from scoring import fairness_words as words
from scoring.contract import Contract, FairnessBounds, Protected, ProtectedGroup
from scoring.fairness_report import (
    AttributeReport,
    Comparison,
    FairnessReport,
    GroupReport,
    Rate,
    Verdict,
)
from scoring.group_shares import Rows, Shares, count_by_group, rows_of
from scoring.proportions import (
    Share,
    difference_interval,
    ratio_interval,
    significance,
    wilson,
)

SIGNIFICANT = 0.05  # p-value below which a gap is not put down to chance

__all__ = ["AttributeReport", "FairnessReport", "GroupReport", "Verdict", "assess", "report"]


def assess(
    *,
    contract: Contract,
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None,
    groups: Mapping[str, Sequence[str | None]],
) -> FairnessReport:
    """Report on every protected attribute that a contract names.

    Parameters
    ----------
    contract
        Names the attributes, their groups and the bounds.
    selected, bad
        By row, as in `report`.
    groups
        For each assessable attribute, the group of each row. An attribute that is absent is
        reported as known of nobody.

    Raises
    ------
    ValueError
        The sequences differ in length.
    """
    nobody: list[str | None] = [None] * len(selected)
    attributes = tuple(
        _of_attribute(
            attribute,
            rows=rows_of(attribute, selected, bad, groups.get(attribute.name, nobody)),
            bounds=contract.fairness,
        )
        for attribute in contract.protected
    )
    verdict = _worst([each.verdict for each in attributes if each.assessable])
    return FairnessReport(
        n=len(selected),
        minimum_air=contract.fairness.minimum_air,
        minimum_group=contract.fairness.minimum_group,
        attributes=attributes,
        verdict=verdict,
        words=words.overall(verdict, attributes),
    )


def report(
    *,
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None,
    groups: Sequence[str | None],
    reference: str,
    minimum_group: int,
    minimum_air: float,
    attribute: str = "group",
    label: str = "Group",
    labels: Mapping[str, str] | None = None,
) -> AttributeReport:
    """Compare the groups of one attribute with a reference group.

    A group is **outside bounds** where its approval rate is below `minimum_air` times the
    reference's and the gap is significant (p < 0.05); **within bounds** where the whole 95 %
    interval of that ratio is at or above `minimum_air`; and otherwise there is **insufficient
    evidence**, as there always is where the group or the reference group has fewer than
    `minimum_group` people.

    Parameters
    ----------
    selected
        By row, whether the applicant is approved.
    bad
        By row, whether the applicant defaulted, None where that is not known. None instead of
        a sequence where no outcome is known.
    groups
        By row, the name of the group, None where it is not known.
    reference
        The group the others are compared with.
    minimum_group
        Fewest people a figure may be stated of.
    minimum_air
        Lowest acceptable adverse impact ratio, 0.8 for the four-fifths screen.
    attribute, label, labels
        The attribute's name, its name for people, and the groups' names for people.

    Raises
    ------
    ValueError
        The sequences differ in length.

    Examples
    --------
    >>> found = report(
    ...     selected=[True] * 80 + [False] * 20 + [True] * 40 + [False] * 60,
    ...     bad=None,
    ...     groups=["older"] * 100 + ["younger"] * 100,
    ...     reference="older",
    ...     minimum_group=30,
    ...     minimum_air=0.8,
    ... )
    >>> younger = found.groups[1]
    >>> younger.comparison.air, str(younger.verdict)
    (0.5, 'outside bounds')
    """
    values = sorted({reference, *(value for value in groups if value is not None)})
    protected = Protected(
        name=attribute,
        label=label,
        source=None,
        assessable=True,
        groups=tuple(
            ProtectedGroup(value=value, label=(labels or {}).get(value, value)) for value in values
        ),
        reference=reference,
    )
    return _of_attribute(
        protected,
        rows=rows_of(protected, selected, bad, groups),
        bounds=FairnessBounds(
            minimum_air=minimum_air, minimum_group=minimum_group, blocks_promotion=False
        ),
    )


def _of_attribute(attribute: Protected, *, rows: Rows, bounds: FairnessBounds) -> AttributeReport:
    groups = _groups(attribute, rows=rows, bounds=bounds) if attribute.assessable else ()
    verdict = _worst([group.verdict for group in groups if group.verdict is not None])
    n_missing = rows.n_missing if attribute.assessable else 0
    return AttributeReport(
        name=attribute.name,
        label=attribute.label,
        assessable=attribute.assessable,
        why_not=attribute.why_not,
        reference=attribute.reference,
        n=sum(group.n for group in groups),
        n_missing=n_missing,
        groups=groups,
        verdict=verdict,
        words=words.of_attribute(attribute, verdict=verdict, groups=groups, n_missing=n_missing),
    )


def _groups(attribute: Protected, *, rows: Rows, bounds: FairnessBounds) -> tuple[GroupReport, ...]:
    shares = count_by_group(attribute, rows)
    reference = next(group for group in attribute.groups if group.value == attribute.reference)
    return tuple(
        _of_group(group, shares, reference=reference, bounds=bounds) for group in attribute.groups
    )


def _of_group(
    group: ProtectedGroup,
    shares: Mapping[str, Shares],
    *,
    reference: ProtectedGroup,
    bounds: FairnessBounds,
) -> GroupReport:
    own = shares[group.value]
    verdict, comparison, sentence = _judge(group, shares, reference=reference, bounds=bounds)
    return GroupReport(
        value=group.value,
        label=group.label,
        is_reference=group is reference,
        n=own.n,
        approval=_rate(own.approval, bounds),
        true_positive=_rate(own.true_positive, bounds),
        false_positive=_rate(own.false_positive, bounds),
        comparison=comparison,
        verdict=verdict,
        words=sentence,
    )


def _judge(
    group: ProtectedGroup,
    shares: Mapping[str, Shares],
    *,
    reference: ProtectedGroup,
    bounds: FairnessBounds,
) -> tuple[Verdict | None, Comparison | None, str]:
    """Compare a group with the reference where both are large enough, and say so in words."""
    if group is reference:
        return None, None, "Reference group: the others are compared with it."
    own, other = shares[group.value].approval, shares[reference.value].approval
    if not _is_enough(own, bounds):
        return Verdict.INSUFFICIENT, None, words.too_small(own, who=group.label, bounds=bounds)
    if not _is_enough(other, bounds):
        return (
            Verdict.INSUFFICIENT,
            None,
            words.too_small(other, who=reference.label, bounds=bounds),
        )
    comparison = _compare(own, other)
    verdict = _verdict(comparison, bounds.minimum_air)
    sentence = words.compared(comparison, verdict=verdict, reference=reference.label, bounds=bounds)
    return verdict, comparison, sentence


def _is_enough(share: Share | None, bounds: FairnessBounds) -> TypeGuard[Share]:
    return share is not None and share.n >= bounds.minimum_group


def _compare(share: Share, reference: Share) -> Comparison:
    has_ratio = reference.count > 0
    gap = difference_interval(share, reference)
    return Comparison(
        air=share.value / reference.value if has_ratio else None,
        air_interval=ratio_interval(share, reference) if has_ratio else None,
        significance=significance(share, reference),
        marginal_effect=100 * (share.value - reference.value),
        marginal_effect_interval=gap.times(100),
    )


def _verdict(comparison: Comparison, minimum_air: float) -> Verdict:
    if comparison.air is None or comparison.air_interval is None:
        return Verdict.INSUFFICIENT
    if comparison.air_interval.low >= minimum_air:
        return Verdict.WITHIN
    if comparison.air < minimum_air and comparison.significance.p_value < SIGNIFICANT:
        return Verdict.OUTSIDE
    return Verdict.INSUFFICIENT


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    if Verdict.OUTSIDE in verdicts:
        return Verdict.OUTSIDE
    if not verdicts or Verdict.INSUFFICIENT in verdicts:
        return Verdict.INSUFFICIENT
    return Verdict.WITHIN


def _rate(share: Share | None, bounds: FairnessBounds) -> Rate:
    if not _is_enough(share, bounds):
        return Rate(n=0 if share is None else share.n)
    return Rate(n=share.n, value=share.value, interval=wilson(share))
