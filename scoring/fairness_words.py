"""The sentences of a fairness report, fit for a compliance officer's file."""

from collections.abc import Sequence

from scoring.contract import FairnessBounds, Protected
from scoring.fairness_report import AttributeReport, Comparison, GroupReport, Verdict
from scoring.proportions import Share


def too_small(share: Share | None, *, who: str, bounds: FairnessBounds) -> str:
    """Say that a group is too small to state a figure of."""
    n = 0 if share is None else share.n
    people = "1 person" if n == 1 else f"{n:,} people"
    needed = f"at least {max(1, bounds.minimum_group)} are needed"
    return f"Insufficient evidence: {who} has {people}, and {needed}."


def compared(
    comparison: Comparison, *, verdict: Verdict, reference: str, bounds: FairnessBounds
) -> str:
    """Say what a comparison with the reference group comes to, with its figures."""
    if comparison.air is None or comparison.air_interval is None:
        return f"Insufficient evidence: nobody in {reference} is approved, so there is no ratio."
    low, high = comparison.air_interval.low, comparison.air_interval.high
    figures = (
        f"approved {comparison.air:.2f} times as often as {reference} "
        f"(95 % interval {low:.2f} to {high:.2f})"
    )
    return f"{str(verdict).capitalize()}: {figures}{_because(comparison, verdict, bounds)}."


def of_attribute(
    attribute: Protected, *, verdict: Verdict, groups: Sequence[GroupReport], n_missing: int
) -> str:
    """Say what an attribute's groups come to together."""
    if not attribute.assessable:
        return f"Not assessable: {attribute.why_not or 'the contract gives no reason.'}"
    named = ", ".join(group.label for group in groups if group.verdict is verdict)
    missing = f"; the group of {n_missing:,} applicants is not known" if n_missing else ""
    return f"{str(verdict).capitalize()}: {named or 'there is no group to compare'}{missing}."


def overall(verdict: Verdict, attributes: Sequence[AttributeReport]) -> str:
    """Say what the whole report comes to, and what it could not look at."""
    named = ", ".join(
        each.label for each in attributes if each.assessable and each.verdict is verdict
    )
    blind = ", ".join(each.label for each in attributes if not each.assessable)
    suffix = f" Not assessable: {blind}." if blind else ""
    return f"{str(verdict).capitalize()}: {named or 'no attribute can be assessed'}.{suffix}"


def _because(comparison: Comparison, verdict: Verdict, bounds: FairnessBounds) -> str:
    bound = f"{bounds.minimum_air:.2f}"
    test = comparison.significance
    return {
        Verdict.WITHIN: f"; the whole interval is at or above {bound}",
        Verdict.OUTSIDE: (
            f", which is below {bound}, and the gap is unlikely to be chance "
            f"({_p_value(test.p_value)}, {test.test})"
        ),
        Verdict.INSUFFICIENT: f"; too uncertain to say on which side of {bound} it lies",
    }[verdict]


def _p_value(value: float) -> str:
    return "p below 0.001" if value < 0.001 else f"p = {value:.3f}"
