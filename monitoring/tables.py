"""Fairness reports as text for a terminal."""

from collections.abc import Iterator, Sequence

from monitoring.queries import AttributeView, FairnessView, GroupView

HEADINGS = ("group", "n", "approved", "AIR", "p", "gap, pp", "TPR", "FPR", "verdict")
TOO_FEW = "insufficient evidence"


def fairness_table(report: FairnessView) -> str:
    """Lay out one report: what it is about, each attribute's groups, and what it comes to."""
    lines = [
        f"{report.product_name}: fairness of {report.model_name}",
        f"{report.population_label}; n = {report.n:,}; {report.period}",
        f"Approved means: {report.approved_means}. Figures in brackets are 95 % intervals.",
        f"An AIR below {report.minimum_air:g} is outside bounds where chance does not explain it.",
        f"No figure is stated of fewer than {report.minimum_group} people.",
    ]
    for attribute in report.attributes:
        lines += ["", *_attribute(attribute)]
    return "\n".join([*lines, "", report.verdict_words])


def _attribute(attribute: AttributeView) -> Iterator[str]:
    yield attribute.label
    if attribute.assessable:
        yield from _columns([HEADINGS, *(_row(group) for group in attribute.groups)])
        yield from (f"  {group.label}: {group.verdict_words}" for group in attribute.groups)
    yield f"  {attribute.verdict_words}"


def _row(group: GroupView) -> tuple[str, ...]:
    return (
        group.label,
        f"{group.n:,}",
        _share(group.approval_rate, group.approval_low, group.approval_high),
        "reference" if group.is_reference else _ratio(group),
        _p_value(group.p_value),
        "" if group.marginal_effect_pp is None else f"{group.marginal_effect_pp:+.1f}",
        f"{_share(group.tpr, group.tpr_low, group.tpr_high)} n={group.tpr_n:,}",
        f"{_share(group.fpr, group.fpr_low, group.fpr_high)} n={group.fpr_n:,}",
        group.verdict,
    )


def _share(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return TOO_FEW
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


def _ratio(group: GroupView) -> str:
    if group.air is None or group.air_low is None or group.air_high is None:
        return TOO_FEW
    return f"{group.air:.2f} ({group.air_low:.2f} to {group.air_high:.2f})"


def _p_value(value: float | None) -> str:
    if value is None:
        return ""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
