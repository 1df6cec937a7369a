"""How good a version is: ranking, calibration, stability, later loans, parts of the product."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from credit.queries.evidence import Realised
from frontend.dossiers import drawings
from frontend.dossiers.blocks import Block, Chart, Heading, Section, Table, Words, section, table
from frontend.dossiers.material import Material
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    in_figures,
    in_shares,
    percent,
    span,
    to,
)

EVERY = 2  # points of a curve that its table has


def not_measured() -> Words:
    """Say that the worker has no figures of this."""
    return Words(text=_("Not measured for this version yet."))


def discrimination(material: Material) -> Section:
    """Say how well it tells good from bad."""
    version, measured = material.version, material.figures.measured
    metrics = version.metrics
    names = [("AUC", "auc"), ("Gini", "gini"), ("KS", "ks")]
    folds = metrics.get("auc", {}).get("n_folds")
    return section(
        "discrimination",
        _("How well it tells good from bad"),
        Words(
            text=_(
                "Out of fold: each loan is scored by models that did not see it. Figures are means"
                " over {folds} folds of {n} loans ({bads} bad), with 95% intervals."
            ).format(folds=count(folds), n=count(version.rows), bads=count(version.bads))
        ),
        table(
            _("Ranking, out of fold"),
            (_("Figure"), _("Value"), _("95% interval"), _("Spread over folds")),
            [
                (
                    name,
                    figure(metrics.get(key, {}).get("mean")),
                    in_figures(metrics.get(key)),
                    figure(metrics.get(key, {}).get("sd")),
                )
                for name, key in names
            ],
        ),
        *(_parting(measured) if measured else [not_measured()]),
    )


def _parting(measured: Said) -> Iterator[Block]:
    said = measured["ranking"]
    yield Chart(
        words=_(
            "Of the loans at or above a PD, which share of the bad and of the good ones is among"
            " them. Over all of them the AUC is {auc}; they part most at a PD of {at}, where KS is"
            " {ks}."
        ).format(auc=figure(said["auc"]), at=percent(said["ks_at"]), ks=figure(said["ks"])),
        plot=drawings.parting(said),
    )
    yield Words(text=span(said["n"], said["bads"], measured["period"]))
    yield table(
        _("The curve as a table"),
        (_("Good loans at or above"), _("Bad loans")),
        [(percent(each["goods"]), percent(each["bads"])) for each in said["curve"][::EVERY]],
        words=0,
        is_folded=True,
    )
    yield Chart(
        words=_("How good and bad loans spread over the score."),
        plot=drawings.distribution(measured["distribution"]),
    )
    yield table(
        _("Loans by score"),
        (_("Points"), _("Good loans"), _("Bad loans")),
        [
            (
                to(figure(each["low"], 0), figure(each["high"], 0)),
                count(each["goods"]),
                count(each["bads"]),
            )
            for each in measured["distribution"]
        ],
        is_folded=True,
    )


def calibration(material: Material) -> Section:
    """Say how true its probabilities are."""
    metrics, measured = material.version.metrics, material.figures.measured
    names = [
        (_("Brier score (0 is best)"), "brier"),
        (_("Calibration error (ECE, 0 is best)"), "ece"),
        (_("Calibration slope (1 is true)"), "calibration_slope"),
        (_("Calibration intercept (0 is true)"), "calibration_intercept"),
    ]
    by_chance = metrics.get("ece", {}).get("by_chance")
    return section(
        "calibration",
        _("How true its probabilities are"),
        table(
            _("Calibration, out of fold"),
            (_("Figure"), _("Value"), _("95% interval"), _("Loans")),
            [
                (
                    name,
                    figure(metrics.get(key, {}).get("mean")),
                    in_figures(metrics.get(key)),
                    count(metrics.get(key, {}).get("n")),
                )
                for name, key in names
            ],
        ),
        Words(
            text=_(
                "Chance alone gives a perfectly calibrated model a calibration error of up to"
                " {error} on as many loans."
            ).format(error=figure(by_chance))
        )
        if by_chance is not None
        else None,
        *(_curve(measured) if measured else [not_measured()]),
        Heading(text=_("By band")),
        realised(_("Predicted against realised, by band"), material.version.evidence.by_band),
    )


def _curve(measured: Said) -> Iterator[Block]:
    bins = measured["calibration"]
    inside = sum(each["low"] <= each["mean_pd"] <= each["high"] for each in bins)
    yield Chart(
        words=_(
            "Predicted against realised share of bad loans, in bins of about equal numbers; the bar"
            " is the 95% interval. In {inside} of {all} bins what was predicted is inside it."
        ).format(inside=inside, all=len(bins)),
        plot=drawings.calibration(bins),
    )
    yield table(
        _("The calibration curve as a table"),
        (_("Loans"), _("Bad"), _("Predicted"), _("Realised"), _("95% interval")),
        [
            (
                count(each["n"]),
                count(each["bads"]),
                percent(each["mean_pd"]),
                percent(each["bad_rate"]),
                in_shares(each),
            )
            for each in bins
        ],
        words=0,
        is_folded=True,
    )


def realised(caption: str, rows: Sequence[Realised]) -> Table | Words:
    """Hold predicted against realised, a row a part."""
    if not rows:
        return Words(text=_("This version does not say."))
    return table(
        caption,
        (
            _("Part"),
            _("Loans"),
            _("Bad"),
            _("Predicted"),
            _("Realised"),
            _("95% interval"),
            _("Predicted is"),
        ),
        [
            (
                each.name,
                count(each.n),
                count(each.bads),
                percent(each.mean_pd),
                percent(each.bad_rate),
                NOTHING if each.low is None else to(percent(each.low), percent(each.high)),
                _held(each),
            )
            for each in rows
        ],
    )


def _held(one: Realised) -> str:
    if one.holds is None or one.mean_pd is None or one.low is None:
        return NOTHING
    if one.holds:
        return _("inside the interval")
    return _("too low") if one.mean_pd < one.low else _("too high")
