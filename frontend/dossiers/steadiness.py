"""Whether a version stays as good: between folds and periods, on later loans, in each segment."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from credit.queries.evidence import OutOfTime
from frontend.dossiers.blocks import Heading, Section, Table, Words, section, table
from frontend.dossiers.material import Material
from frontend.dossiers.quality import not_measured, realised
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    in_figures,
    in_shares,
    label_policy,
    percent,
)
from frontend.sentences import translated


def stability(material: Material) -> Section:
    """Say whether the score stays as it is between folds and between periods."""
    measured = material.figures.measured
    return section(
        "stability",
        _("How stable the score is"),
        Words(
            text=_(
                "The stability index (PSI) holds the score of a part of the loans against all the"
                " others. Below 0.1 is stable, above 0.25 a large change; beside it stands what"
                " chance alone gives in 95 of 100 cases."
            )
        ),
        *(
            [
                _shifts(_("Between folds"), _("Fold"), measured["by_fold"]),
                _shifts(_("Between periods of application"), _("Period"), measured["by_period"]),
            ]
            if measured
            else [not_measured()]
        ),
        Heading(text=_("Predicted against realised, by quarter")),
        realised(
            _("Predicted against realised, by quarter of application"),
            material.version.evidence.by_quarter,
        )
        if material.version.evidence.by_quarter
        else Words(
            text=_("Not known: its loans have no dates of application, or too few in a quarter.")
        ),
    )


def _shifts(caption: str, first: str, parts: Sequence[Said]) -> Table | Words:
    if not parts:
        return Words(
            text=_("{caption}: not known. There are no dates, or too few loans in a part.").format(
                caption=caption
            )
        )
    return table(
        caption,
        (first, _("Loans"), "PSI", _("By chance up to")),
        [
            (each["name"], count(each["n"]), figure(each["psi"]), figure(each["by_chance"]))
            for each in parts
        ],
    )


def later(material: Material) -> Section:
    """Say how a model of the older loans does on the newest."""
    found = material.version.evidence.out_of_time
    title = _("On the newest loans")
    if found is None:
        words = _("Not known: its loans have no dates of application, or none were held out.")
        return section("out-of-time", title, Words(text=words))
    if found.auc is None:
        return section("out-of-time", title, Words(text=_not_tested(found)))
    return section(
        "out-of-time",
        title,
        Words(text=_tested(found)),
        _later(material, found),
        Words(text=_by_labels(found)) if found.labels else None,
    )


def _not_tested(found: OutOfTime) -> str:
    return _("Not measured on the {n} newest loans ({first} to {last}, {bads} bad): {why}.").format(
        n=count(found.n),
        first=found.first,
        last=found.last,
        bads=count(found.bads),
        why=translated(found.why_not),
    )


def _tested(found: OutOfTime) -> str:
    return _(
        "Trained on the {trained_on} older loans, tested on the {n} newest ({first} to {last},"
        " {bads} bad)."
    ).format(
        trained_on=count(found.trained_on),
        n=count(found.n),
        first=found.first,
        last=found.last,
        bads=count(found.bads),
    )


def _by_labels(found: OutOfTime) -> str:
    return _(
        "Learned by the chosen label policy ({policy}); what was guessed was guessed without the"
        " newest loans. Learning from real outcomes only gives an AUC of {auc} ({interval}) there."
        " Both are of the same loans and of their real outcomes."
    ).format(
        policy=label_policy(found.labels),
        auc=figure(found.default_auc),
        interval=in_figures({"low": found.default_auc_low, "high": found.default_auc_high}),
    )


def _later(material: Material, found: OutOfTime) -> Table:
    metrics = material.version.metrics
    return table(
        _("The newest loans beside the folds"),
        (_("Figure"), _("Newest loans"), _("95% interval"), _("Folds")),
        [
            (
                "AUC",
                figure(found.auc),
                in_figures({"low": found.auc_low, "high": found.auc_high}),
                figure(metrics.get("auc", {}).get("mean")),
            ),
            ("Brier", figure(found.brier), NOTHING, figure(metrics.get("brier", {}).get("mean"))),
            (_("Predicted bad"), percent(found.mean_pd), NOTHING, NOTHING),
            (_("Were bad"), percent(found.bad_rate), NOTHING, percent(found.bad_rate_before)),
            (_("Calibration slope (1 is true)"), figure(found.slope, 2), NOTHING, NOTHING),
            (_("Stability of the score (PSI)"), figure(found.score_psi, 2), NOTHING, NOTHING),
        ],
    )


def segments(material: Material) -> Section:
    """Say how it does within parts of the product."""
    measured, title = material.figures.measured, _("By segment")
    if not measured:
        return section("segments", title, not_measured())
    return section(
        "segments",
        title,
        Words(
            text=_(
                "The categories that move the score most. A segment with fewer than {n} bad or good"
                " loans is too small for an AUC: insufficient evidence."
            ).format(n=measured["segments_need"])
        ),
        *(_segment(each) for each in measured["segments"]),
    )


def _segment(said: Said) -> Table:
    few = _("insufficient")
    return table(
        said["label"],
        (
            said["label"],
            _("Loans"),
            _("Bad"),
            "AUC",
            _("95% interval"),
            _("Predicted"),
            _("Realised"),
            _("95% interval"),
        ),
        [
            (
                each["label"],
                count(each["n"]),
                count(each["bads"]),
                figure(each["auc"]["mean"]) if each["auc"] else few,
                in_figures(each["auc"]),
                percent(each["rate"]["mean_pd"]) if each["rate"] else few,
                percent(each["rate"]["share"]) if each["rate"] else few,
                in_shares(each["rate"]),
            )
            for each in said["values"]
        ],
    )
