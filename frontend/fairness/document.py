"""A fairness report, put together."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from frontend.dossiers.blocks import Dossier, Pairs, Points, Section, Words, section
from frontend.dossiers.say import count, figure, moment, percent
from frontend.fairness.attributes import attribute_of
from frontend.fairness.gap_sections import gap_sections
from frontend.fairness.law import by_law, judged_by
from frontend.fairness.over_time import over_time
from frontend.fairness.pairs import pair_of
from frontend.fairness.searched import searched
from frontend.fairness.words import chosen, verdict_words
from frontend.sentences import translated
from monitoring.fairness.views import FairnessView


def document_of(report: FairnessView) -> Dossier:
    """Say all that a report found, in the language that is spoken now."""
    return Dossier(
        title=_("Fairness report {id}: {of}").format(id=report.id, of=whom(report)),
        language=get_language() or "en",
        facts=facts_of(report),
        sections=(
            _findings(report),
            by_law(report),
            *(attribute_of(report, each) for each in report.attributes),
            *(pair_of(report, each) for each in report.pairs),
            *gap_sections(report),
            *(each for each in (over_time(report),) if each is not None),
            searched(report),
            _methods(report),
        ),
    )


def whom(report: FairnessView) -> str:
    """Name what a report is about."""
    if report.model_name:
        return report.model_name
    if report.product_name:
        return _("{product}, all versions").format(product=report.product_name)
    return _("all products")


def facts_of(report: FairnessView) -> tuple[tuple[str, str], ...]:
    """Give what frames the figures: whom they are about, when, and the bounds."""
    made = moment(report.created_at)
    if report.created_by:
        made = _("{moment}, for {person}").format(moment=made, person=report.created_by)
    bounds = _("AIR of at least {air}, groups of at least {least}").format(
        air=figure(report.deciding_air, 2), least=count(report.minimum_group)
    )
    return (
        (_("Verdict"), verdict_words(report.verdict)),
        (_("Judged by"), "; ".join(judged_by(report))),
        (_("Population"), str(report.population_label)),
        (_("Stage"), str(report.stage_label)),
        (_("People"), count(report.n)),
        (_("Period"), translated(report.period)),
        (chosen(report).means, translated(report.approved_means)),
        (_("Bounds"), bounds),
        *_matured(report),
        (_("Made"), made),
    )


def _matured(report: FairnessView) -> tuple[tuple[str, str], ...]:
    said = _("matured; the second report on this month")
    return ((_("Outcomes"), said),) if report.is_matured else ()


def _findings(report: FairnessView) -> Section:
    hidden = _(
        "No figure is stated of fewer than {least} people, and none that would give such a figure"
        " away by adding up or taking off."
    ).format(least=count(report.minimum_group))
    return section(
        "findings",
        _("What it comes to"),
        Words(text=translated(report.verdict_words), is_warning=report.verdict == "outside bounds"),
        Points(items=tuple(_attributes(report))),
        Words(text=hidden),
        _compared(report),
        Words(
            text=_("Outcomes are known of those alone who were approved: TPR and FPR are left out.")
        )
        if report.is_selective
        else None,
    )


def _attributes(report: FairnessView) -> list[str]:
    said = [f"{each.label}: {translated(each.verdict_words)}" for each in report.attributes]
    return said or [_("The contract names no protected attribute.")]


def _compared(report: FairnessView) -> Words | None:
    within = {
        "score band": _(
            "Groups are compared within each score band, and the bands summed up by Mantel and"
            " Haenszel: what is overridden depends on the score."
        ),
        "product": _(
            "Groups are compared within each product, and the products summed up by Mantel and"
            " Haenszel: people of different products are never mixed."
        ),
    }
    return Words(text=within[report.within]) if report.within in within else None


def _methods(report: FairnessView) -> Section:
    return section(
        "methods",
        _("How it was computed"),
        Pairs(
            rows=(
                (
                    _("Rates"),
                    _("fairlearn\u2019s MetricFrame; exact intervals (Clopper, Pearson 1934)"),
                ),
                (_("AIR, adverse impact ratio"), _air(report)),
                (
                    _("p-value"),
                    _("Fisher\u2019s exact test where a count expected is below 5, else the z test")
                    if not report.within
                    else _("Cochran, Mantel and Haenszel\u2019s test over all strata"),
                ),
                (_("Gap"), _("in percentage points; Newcombe\u2019s interval (1998, method 10)")),
                (
                    _("Score gap"),
                    _("difference of mean scores in pooled standard deviations (Cohen\u2019s d)"),
                ),
                (
                    _("Level"),
                    _("{level} for every interval; each comparison stands alone").format(
                        level=percent(report.confidence, 0)
                    ),
                ),
            )
        ),
        Words(
            text=_(
                "The four-fifths screen is a convention, not a rule of lending law. Within bounds:"
                " the whole interval of the ratio is at or above the bound. Outside bounds: the"
                " ratio is below it and chance is unlikely to be why (p below 0.05)."
                " Everything else is insufficient evidence, which says nothing in a"
                " group\u2019s favour or against it."
            )
        ),
    )


def _air(report: FairnessView) -> str:
    if not report.is_favourable:
        return _(
            "the reference group\u2019s rate beside the group\u2019s: below 1 is the worse for the"
            " group"
        )
    if report.within:
        return _("common ratio over strata; interval by Greenland and Robins (1985)")
    return _("the group\u2019s rate beside the reference group\u2019s; Katz\u2019s interval (1978)")
