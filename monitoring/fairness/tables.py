"""Fairness reports as text for a terminal."""

from collections.abc import Iterator, Sequence

from monitoring.fairness.views import AttributeView, FairnessView, Figures, GroupView, PairView

HEADINGS = ("group", "n", "chosen", "AIR", "p", "gap, pp", "TPR", "FPR", "SMD", "verdict")
CALIBRATED = ("group", "n", "bad", "mean PD", "precision")
TOO_FEW, WITHHELD = "insufficient evidence", "withheld"
CHOSEN = "Approved means"


def fairness_table(report: FairnessView) -> str:
    """Lay out one report: what it is about, each attribute's groups, and what it comes to."""
    lines = [
        f"{report.product_name or 'All products'}: fairness of {report.model_name or 'all models'}",
        f"{report.population_label}; {report.stage_label}; n = {report.n:,}; {report.period}",
        f"{_means(report)}: {report.approved_means}. Figures in brackets are 95 % intervals.",
        f"An AIR below {report.deciding_air:g} is outside bounds where chance does not explain it.",
        f"No figure is stated of fewer than {report.minimum_group} people, nor what gives it away.",
        *_compared(report),
    ]
    for attribute in report.attributes:
        lines += ["", *_attribute(report, attribute)]
    for pair in report.pairs:
        lines += ["", *_pair(pair)]
    return "\n".join([*lines, "", report.verdict_words, *_law(report)])


def _law(report: FairnessView) -> Iterator[str]:
    """Say by what it was judged, and what else the law of its places shows."""
    if report.law is None:
        return
    yield report.law.words
    for each in report.law.screens:
        if not each.decides:
            said = ", ".join([each.verdict, *each.outside])
            yield f"Only shown, {each.place}: {each.name} ({each.threshold:g}): {said}"
    if report.law.without:
        yield f"No law pack is known of {', '.join(report.law.without)} on these days."


def _means(report: FairnessView) -> str:
    return CHOSEN if report.stage in {"recommendation", "final"} else "Chosen means"


def _compared(report: FairnessView) -> Iterator[str]:
    if report.within:
        yield f"Groups are compared within each {report.within} (Mantel-Haenszel)."
    if not report.is_favourable:
        yield "To be chosen is unfavourable: the AIR is the reference's share to the group's."
    if report.is_selective:
        yield "Outcomes are known of the chosen alone, so there is no TPR and no FPR."


def _attribute(report: FairnessView, attribute: AttributeView) -> Iterator[str]:
    yield attribute.label
    if attribute.assessable:
        yield from (f"  {_known(each.how, each.n)}" for each in attribute.known)
        yield from (f"  {why}" for why in attribute.untold)
        yield from _columns([HEADINGS, *(_row(report, group) for group in attribute.groups)])
        yield from (f"  {group.label}: {group.verdict_words}" for group in attribute.groups)
        yield from _calibrated(attribute)
    yield f"  {attribute.verdict_words}"


def _known(how: str, n: int | None) -> str:
    return f"Groups are known: {how}{'' if n is None else f', of {n:,} people'}."


def _row(report: FairnessView, group: GroupView) -> tuple[str, ...]:
    rates = (
        ("", "")
        if report.is_selective
        else (
            f"{_share(group.tpr, group.tpr_low, group.tpr_high)} n={_n(group.tpr_n)}",
            f"{_share(group.fpr, group.fpr_low, group.fpr_high)} n={_n(group.fpr_n)}",
        )
    )
    return (
        group.label,
        *_figures(group),
        _p_value(group.p_value),
        "" if group.marginal_effect_pp is None else f"{group.marginal_effect_pp:+.1f}",
        *rates,
        "" if group.smd is None else _ratio(group.smd, group.smd_low, group.smd_high),
        group.verdict,
    )


def _figures(one: Figures) -> tuple[str, str, str]:
    """Write people, share and ratio; of what is missing, whether it is withheld or of too few."""
    missing = WITHHELD if one.is_withheld else TOO_FEW
    ratio = _ratio(one.air, one.air_low, one.air_high, missing)
    return (
        _n(one.n),
        _share(one.approval_rate, one.approval_low, one.approval_high, missing),
        "reference" if one.is_reference else ratio,
    )


def _calibrated(attribute: AttributeView) -> Iterator[str]:
    """Set what was predicted beside what happened, where enough outcomes are known."""
    rows = [
        (
            group.label,
            _n(group.bad_n),
            _share(group.bad_rate, group.bad_low, group.bad_high),
            "" if group.mean_pd is None else f"{group.mean_pd:.1%}",
            _share(group.precision, group.precision_low, group.precision_high),
        )
        for group in attribute.groups
    ]
    if any(group.bad_rate is not None for group in attribute.groups):
        yield from _columns([CALIBRATED, *rows])


def _pair(pair: PairView) -> Iterator[str]:
    yield " and ".join(pair.labels)
    yield from (f"  {why}" for why in pair.untold)
    yield from _columns(
        [
            (*pair.labels, "n", "chosen", "AIR", "verdict"),
            *(
                (
                    *cell.labels,
                    *_figures(cell),
                    cell.verdict,
                )
                for cell in pair.cells
            ),
        ]
    )
    yield f"  {pair.verdict_words}"


def _n(n: int | None) -> str:
    return WITHHELD if n is None else f"{n:,}"


def _share(
    value: float | None, low: float | None, high: float | None, missing: str = TOO_FEW
) -> str:
    if value is None or low is None or high is None:
        return missing
    return f"{value:.1%} ({low:.1%} to {high:.1%})"


def _ratio(
    value: float | None, low: float | None, high: float | None, missing: str = TOO_FEW
) -> str:
    if value is None or low is None or high is None:
        return missing
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _p_value(value: float | None) -> str:
    if value is None:
        return ""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
