"""Sections on a group's gap: where it comes from, whether another cut-off is fairer, the reasons.

They are of the model's recommendation, stored by the worker as a report on gaps of their own.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from credit.models import Product
from frontend import formats, gap_parts
from frontend.charts.gap_charts import FeatureRow
from frontend.dossiers.blocks import Block, Chart, Heading, Section, Table, Words, section, table
from frontend.dossiers.say import NOTHING, count, figure, in_figures, in_shares, percent, to
from frontend.gap_parts import Along, Group, Part
from frontend.templatetags.evenhand import points
from monitoring.fairness.views import FairnessView
from monitoring.gaps import queries as gaps
from monitoring.gaps.queries import GapView
from scoring.results.windows import months_after

Said = Mapping[str, Any]


def gap_sections(report: FairnessView) -> Iterator[Section]:
    """Tell of the gap, the cut-off and the reasons, as far as the worker has looked at them."""
    found = gaps_of(report)
    if found is None:
        yield section("gap", _("Where a gap comes from"), Words(text=_nothing(report)))
        return
    parts = _parts(found)
    yield section("gap", _("Where a gap comes from"), Words(text=_whose_gap(found)), *_gaps(parts))
    for name, title, blocks in (
        ("cut-off", _("Is another cut-off fairer at the same risk?"), _along(parts)),
        ("reasons", _("Reasons given, by group"), _reasons(parts)),
    ):
        made = tuple(blocks)
        if made:
            yield section(name, title, Words(text=_about(found)), *made)


def along_of(report: FairnessView) -> list[dict[str, Any]]:
    """Give each group along the cut-off, as the drawings show it."""
    found = gaps_of(report)
    return [
        {
            "attribute": part.attribute["label"],
            "group": each.label,
            "reference": part.attribute["reference_label"],
            "n": each.n,
            "months": each.months,
            "cut_off_now": each.now,
            "points": each.points,
            "fairer": each.fairer,
        }
        for part in (_parts(found) if found else ())
        for each in part.along
    ]


def gaps_of(report: FairnessView) -> GapView | None:
    """Find what was stored of the same month, else of the version's validation."""
    if not report.product_slug:
        return None
    month = _month(report)
    of_month = gaps.of_month(report.product_slug, month) if month else None
    if of_month is not None:
        return of_month
    number = report.model_name.rpartition("/")[2]
    return gaps.of_version(report.product_slug, int(number) if number else None)


def _nothing(report: FairnessView) -> str:
    if not report.product_slug:
        return _(
            "Gaps of the score, other cut-offs and reasons are told in each product\u2019s own"
            " reports: products have points, cut-offs and reasons of their own."
        )
    return _(
        "The worker has not looked yet at where gaps come from, at other cut-offs, nor at the"
        " reasons given."
    )


def _month(report: FairnessView) -> date | None:
    """Give the month that a report is about, where it is about one."""
    if report.since is None or report.until is None or report.since.day != 1:
        return None
    begins = report.since.date()
    return begins if months_after(begins, 1) == report.until.date() else None


def _parts(found: GapView) -> list[Part]:
    if found.month is None:
        return list(gap_parts.of_version(found))
    product = Product.objects.get(slug=found.product_slug)
    return list(gap_parts.of_month(found, product, at=timezone.now()))


def _about(found: GapView) -> str:
    if found.month is None:
        return _(
            "Of what {version} recommends for past loans, by models that had not seen them."
        ).format(version=found.model_name)
    return _("Of what models recommended for applications of {month}.").format(
        month=formats.month(found.month)
    )


def _whose_gap(found: GapView) -> str:
    """Say whose scores are parted: of past loans not those of the models that had not seen them."""
    if found.month is not None:
        return _about(found)
    return _(
        "Of the scores that {version} itself gives the past loans it learned from: models that had"
        " not seen them were not kept. So a gap here is not quite that of the mean scores above."
    ).format(version=found.model_name)


def _gaps(parts: list[Part]) -> Iterator[Block]:
    for part in parts:
        for group in part.groups:
            yield Heading(text=_heading(part, group))
            yield from _gap(group)


def _heading(part: Part, group: Group) -> str:
    whom = _("{group} beside {reference}").format(
        group=group.said["label"], reference=part.attribute["reference_label"]
    )
    return f"{part.title}: {whom}" if part.title else whom


def _gap(group: Group) -> Iterator[Block]:
    gap = group.said["gap"]
    if gap is None:
        yield Words(text=_("Insufficient evidence: too few of the group, or of the reference."))
        return
    yield Words(
        text=_(
            "The mean score differs by {points} points ({interval}), {smd} standard deviations,"
            " over {n} people beside {other}."
        ).format(
            points=points(gap["points"]),
            interval=to(points(gap["points_low"]), points(gap["points_high"])),
            smd=figure(gap["smd"], 2),
            n=count(gap["n"]),
            other=count(gap["reference_n"]),
        )
    )
    yield _proxy(group.said.get("proxy"))
    yield _features(group)


def _proxy(proxy: Said | None) -> Words:
    if proxy is None:
        return Words(text=_("Whether the features tell the group was not tested."))
    said = (
        _("The features tell the group") if proxy["is_shown"] else _("Not shown to tell the group")
    )
    words = _("{said}: guessing it from all of them has an AUC of {auc} ({interval}).").format(
        said=said, auc=figure(proxy["auc"], 2), interval=in_figures(proxy, 2)
    )
    return Words(text=words, is_warning=bool(proxy["is_shown"]))


def _features(group: Group) -> Table:
    return table(
        _("{group}: each feature\u2019s part of the gap").format(group=group.said["label"]),
        (
            _("Feature"),
            _("Points"),
            _("95% interval"),
            _("Share of the gap"),
            _("Tells the group"),
            _("Likely proxy"),
        ),
        [_feature(row) for row in (*group.rows, *group.others)],
        is_folded=True,
    )


def _feature(row: FeatureRow) -> tuple[str, ...]:
    part, sign = row.part, row.sign
    told = f"{sign['measure']} {figure(sign['value'], 2)}" if sign and sign["value"] else NOTHING
    return (
        part["label"],
        points(part["points"]),
        to(points(part["points_low"]), points(part["points_high"])),
        percent(part["share"], 0),
        told,
        _("yes") if row.is_suspect else _("no"),
    )


def _along(parts: list[Part]) -> Iterator[Block]:
    for part in parts:
        for each in part.along:
            yield Heading(text=f"{part.attribute['label']}: {each.label}")
            yield Words(text=_fairer(each), is_warning=each.fairer is not None)
            yield Chart(words=each.drawing.words, plot=each.drawing.plot)
            yield _curve(each)


def _fairer(each: Along) -> str:
    if each.fairer is None:
        return _(
            "No other cut-off is shown to be fairer without approving more bad loans than the"
            " present interval allows ({n} people)."
        ).format(n=count(each.n))
    return _(
        "Approving up to a PD of {cut_off} the ratio would be {air} ({interval}), and {bad} of the"
        " approved bad: no more than the present interval allows ({n} people)."
    ).format(
        cut_off=percent(each.fairer["cut_off"]),
        air=figure(each.fairer["air"], 2),
        interval=_of(each.fairer, "air"),
        bad=percent(each.fairer["bad_rate"]),
        n=count(each.n),
    )


def _curve(each: Along) -> Table:
    return table(
        _("{group}: the ratio over the cut-off; in force is {now}").format(
            group=each.label, now=percent(each.now)
        ),
        (_("Approved up to"), "AIR", _("95% interval"), _("Bad among the approved")),
        [
            (
                percent(point["cut_off"]),
                figure(point["air"], 2),
                _of(point, "air"),
                percent(point["bad_rate"]),
            )
            for point in each.points
        ],
        is_folded=True,
    )


def _of(said: Said, name: str) -> str:
    return in_figures({"low": said[f"{name}_low"], "high": said[f"{name}_high"]}, 2)


def _reasons(parts: list[Part]) -> Iterator[Block]:
    for part in parts:
        reasons = part.attribute.get("reasons", {})
        if reasons.get("codes"):
            yield _given(part, reasons)


def _given(part: Part, reasons: Said) -> Table:
    attribute = part.attribute
    labels = {attribute["reference"]: attribute["reference_label"]}
    labels |= {group["value"]: group["label"] for group in attribute["groups"]}
    names = [name for name in labels if reasons["people"].get(name) is not None]
    caption = _("{attribute}: how often each was a principal reason of those not approved").format(
        attribute=attribute["label"]
    )
    return table(
        f"{part.title}: {caption}" if part.title else caption,
        (
            _("Reason"),
            *(
                _("{group}, {n} people").format(
                    group=labels[name], n=count(reasons["people"][name])
                )
                for name in names
            ),
        ),
        [
            (row["label"], *(_share(row["groups"].get(name)) for name in names))
            for row in reasons["codes"]
        ],
        is_folded=True,
    )


def _share(found: Said | None) -> str:
    return f"{percent(found['share'])} ({in_shares(found)})" if found else _("not told")
