"""One protected attribute of a fairness report: its groups, beside the reference group."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from frontend.dossiers.blocks import Block, Chart, Points, Section, Table, Words, section, table
from frontend.dossiers.say import NOTHING, count, figure, in_figures, in_shares, percent
from frontend.fairness.drawings import ratios
from frontend.fairness.words import chosen, verdict_words
from frontend.sentences import translated
from frontend.templatetags.evenhand import p_value, points
from monitoring.fairness.views import AttributeView, FairnessView, Figures, GroupView


def attribute_of(report: FairnessView, attribute: AttributeView) -> Section:
    """Say what is known of an attribute, or why nothing is."""
    name = f"attribute-{attribute.name}"
    if not attribute.assessable:
        return section(name, attribute.label, Words(text=translated(attribute.verdict_words)))
    return section(name, attribute.label, *_blocks(report, attribute))


def _blocks(report: FairnessView, attribute: AttributeView) -> Iterator[Block | None]:
    yield Words(text=translated(attribute.verdict_words))
    yield from (Words(text=translated(why), is_warning=True) for why in attribute.untold)
    yield Words(text=_known(attribute))
    yield _rates(report, attribute)
    yield _drawing(report, attribute)
    yield Points(
        items=tuple(f"{each.label}: {translated(each.verdict_words)}" for each in attribute.groups)
    )
    yield _gaps(report, attribute)
    yield _outcomes(report, attribute)
    yield _scores(attribute)
    yield _offers(attribute)
    yield _strata(report, attribute)


def _known(attribute: AttributeView) -> str:
    if attribute.n is None:
        return _("How many people\u2019s group is known is withheld.")
    said = [
        f"{translated(each.how)} ({count(each.n)})" if each.n is not None else translated(each.how)
        for each in attribute.known
    ]
    return _("Known of {n} people, not known of {missing}. How it is known: {how}.").format(
        n=count(attribute.n),
        missing=count(attribute.n_missing),
        how=", ".join(said) or _("of nobody"),
    )


def _rates(report: FairnessView, attribute: AttributeView) -> Table:
    return table(
        _("{attribute}, beside {reference}").format(
            attribute=attribute.label, reference=attribute.reference_label
        ),
        (
            _("Group"),
            _("Verdict"),
            _("People"),
            chosen(report).heading,
            _("95% interval"),
            "AIR",
            _("95% interval"),
            _("p-value"),
        ),
        [(each.label, _verdict(each), *figures_of(each)) for each in attribute.groups],
        words=2,
    )


def _gaps(report: FairnessView, attribute: AttributeView) -> Table | None:
    shown = [each for each in attribute.groups if each.marginal_effect_pp is not None]
    if not shown:
        return None
    return table(
        _("{attribute}: {chosen}, how far from {reference}").format(
            attribute=attribute.label,
            chosen=chosen(report).heading,
            reference=attribute.reference_label,
        ),
        (
            _("Group"),
            _("Gap, points"),
            _("95% interval"),
            _("Short of the reference, people"),
        ),
        [
            (
                each.label,
                points(each.marginal_effect_pp),
                in_figures({"low": each.marginal_effect_low, "high": each.marginal_effect_high}, 1),
                figure(each.shortfall, 1),
            )
            for each in shown
        ],
    )


def figures_of(one: Figures) -> tuple[str, ...]:
    """Write people, rate, ratio and p-value of a group, as far as they may be told."""
    missing = _("withheld") if one.is_withheld else _("insufficient")
    ratio = missing if one.air is None else figure(one.air, 2)
    return (
        _("withheld") if one.n is None else count(one.n),
        missing if one.approval_rate is None else percent(one.approval_rate),
        in_shares({"low": one.approval_low, "high": one.approval_high}),
        _("reference") if one.is_reference else ratio,
        in_figures({"low": one.air_low, "high": one.air_high}, 2),
        p_value(one.p_value),
    )


def _verdict(one: Figures) -> str:
    return _("Reference") if one.is_reference else verdict_words(one.verdict)


def _drawing(report: FairnessView, attribute: AttributeView) -> Chart | None:
    shown = [each for each in attribute.groups if each.air is not None]
    if not shown:
        return None
    said = "; ".join(f"{each.label} {figure(each.air, 2)}" for each in shown)
    words = _("AIR with its interval; the broken line is the bound of {bound}: {said}.")
    return Chart(
        words=words.format(bound=figure(report.deciding_air, 2), said=said),
        plot=ratios(shown, bound=report.deciding_air),
    )


def _outcomes(report: FairnessView, attribute: AttributeView) -> Table | None:
    if not any(each.tpr is not None or each.bad_rate is not None for each in attribute.groups):
        return None
    return table(
        _("{attribute}: where outcomes have matured").format(attribute=attribute.label),
        (
            _("Group"),
            _("TPR: chosen of those who repaid"),
            _("FPR: chosen of those who did not"),
            _("Precision: repaid of the chosen"),
            _("Bad"),
            _("Predicted"),
            _("Calibration"),
        ),
        [_outcome(each, is_selective=report.is_selective) for each in attribute.groups],
    )


def _outcome(one: GroupView, *, is_selective: bool) -> tuple[str, ...]:
    """Write a group's outcomes; TPR and FPR say nothing where only the chosen have any."""
    apart = (
        _rate(one.tpr, one.tpr_low, one.tpr_high, one.tpr_n),
        _rate(one.fpr, one.fpr_low, one.fpr_high, one.fpr_n),
    )
    return (
        one.label,
        *((NOTHING, NOTHING) if is_selective else apart),
        _rate(one.precision, one.precision_low, one.precision_high, one.precision_n),
        _rate(one.bad_rate, one.bad_low, one.bad_high, one.bad_n),
        percent(one.mean_pd),
        _calibration(one),
    )


def _rate(value: float | None, low: float | None, high: float | None, n: int | None) -> str:
    if value is None:
        return _("insufficient")
    return _("{share} of {n} ({interval})").format(
        share=percent(value), n=count(n), interval=in_shares({"low": low, "high": high})
    )


def _calibration(one: GroupView) -> str:
    if one.mean_pd is None or one.bad_low is None or one.bad_high is None:
        return NOTHING
    if one.mean_pd < one.bad_low:
        return _("more bad than predicted")
    if one.mean_pd > one.bad_high:
        return _("fewer bad than predicted")
    return _("as predicted, within chance")


def _scores(attribute: AttributeView) -> Table | None:
    shown = [each for each in attribute.groups if each.smd is not None]
    if not shown:
        return None
    return table(
        _("{attribute}: how far the mean score lies from that of {reference}").format(
            attribute=attribute.label, reference=attribute.reference_label
        ),
        (_("Group"), _("Standard deviations (SMD)"), _("95% interval")),
        [
            (
                each.label,
                figure(each.smd, 2),
                in_figures({"low": each.smd_low, "high": each.smd_high}, 2),
            )
            for each in shown
        ],
    )


def _offers(attribute: AttributeView) -> Table | None:
    shown = [each for each in attribute.groups if each.offered is not None]
    if not shown:
        return None
    return table(
        _("{attribute}: amount offered, of the amount asked for, in counter-offers").format(
            attribute=attribute.label
        ),
        (_("Group"), _("Counter-offers"), _("Mean share"), _("95% interval")),
        [
            (
                each.label,
                count(each.offered_n),
                percent(each.offered),
                in_shares({"low": each.offered_low, "high": each.offered_high}),
            )
            for each in shown
        ],
    )


def _strata(report: FairnessView, attribute: AttributeView) -> Table | None:
    if not attribute.strata:
        return None
    titles = {"score band": _("Score band"), "product": _("Product")}
    return table(
        _("{attribute}: each by itself").format(attribute=attribute.label),
        (
            _("Group"),
            titles.get(report.within, report.within),
            _("People"),
            chosen(report).heading,
            _("Reference, people"),
            _("Reference"),
            "AIR",
        ),
        [
            (
                each.label,
                each.stratum,
                _("withheld") if each.n is None else count(each.n),
                percent(each.rate),
                _("withheld") if each.reference_n is None else count(each.reference_n),
                percent(each.reference_rate),
                figure(each.air, 2),
            )
            for each in attribute.strata
        ],
        words=2,
        is_folded=True,
    )
