"""The sentences of a fairness report, fit for a compliance officer's file."""

from collections.abc import Sequence

from scoring.contract import FairnessBounds, Protected
from scoring.groups.report import AttributeReport, Comparison, Verdict
from scoring.groups.screens import Figure, Placed

APPROVED = "approved"  # what is done to those chosen, as in "approved 0.8 times as often as"
WITHHELD = "Insufficient evidence: withheld, for with it a smaller group could be worked out."


def without_figures(verdict: Verdict) -> str:
    """Say a verdict whose figures would tell those of a smaller group."""
    if verdict is Verdict.INSUFFICIENT:
        return WITHHELD
    said = str(verdict).capitalize()
    return f"{said}; figures withheld, as they would tell a smaller group\u2019s."


def too_small(n: int, *, who: str, bounds: FairnessBounds) -> str:
    """Say that a group is too small to state a figure of, without saying how small."""
    least = max(1, bounds.minimum_group)
    if n == 0:
        return f"Insufficient evidence: {who} has 0 people, and at least {least} are needed."
    return f"Insufficient evidence: {who} has fewer than {least} people."


def compared(
    comparison: Comparison,
    *,
    verdict: Verdict,
    who: str,
    reference: str,
    by: Placed,
    deed: str,
    is_favourable: bool,
) -> str:
    """Say what a comparison with the reference group comes to, with its figures.

    `by` is the bound that gave the verdict.
    """
    nobody = reference if is_favourable else who
    if comparison.air is None or comparison.air_interval is None:
        return f"Insufficient evidence: nobody in {nobody} is {deed}, so there is no ratio."
    low, high = comparison.air_interval.low, comparison.air_interval.high
    subject = "" if is_favourable else f"{reference} is "
    figures = (
        f"{subject}{deed} {comparison.air:.2f} times as often as {nobody} "
        f"(95 % interval {low:.2f} to {high:.2f})"
    )
    return f"{str(verdict).capitalize()}: {figures}{_because(comparison, verdict, by)}."


def nobody_beside(*, reference: str) -> str:
    """Say that no stratum has people of both groups."""
    return f"Insufficient evidence: nowhere are there people of this group and of {reference}."


def of_attribute(
    attribute: Protected, *, verdict: Verdict, named: Sequence[str], n_missing: int | None
) -> str:
    """Say what an attribute's groups come to together; `named` are those of the verdict."""
    if not attribute.assessable:
        return f"Not assessable: {attribute.why_not or 'the contract gives no reason.'}"
    missing = f"; the group of {n_missing:,} applicants is not known" if n_missing else ""
    said = ", ".join(named) or "there is no group to compare"
    return f"{str(verdict).capitalize()}: {said}{missing}."


def overall(verdict: Verdict, attributes: Sequence[AttributeReport]) -> str:
    """Say what the whole report comes to, and what it could not look at."""
    named = ", ".join(
        each.label for each in attributes if each.assessable and each.verdict is verdict
    )
    blind = ", ".join(each.label for each in attributes if not each.assessable)
    suffix = f" Not assessable: {blind}." if blind else ""
    return f"{str(verdict).capitalize()}: {named or 'no attribute can be assessed'}.{suffix}"


def _because(comparison: Comparison, verdict: Verdict, by: Placed) -> str:
    if by.screen.figure is not Figure.AIR:
        return f"; by the screen “{by.screen.name}” ({by.screen.threshold:g}) of {by.place}"
    bound = f"{by.screen.threshold:.2f}"
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
