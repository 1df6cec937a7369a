"""A version beside others: the fallback scorecard, the champion, and who would swap places."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from frontend.dossiers import drawings
from frontend.dossiers.blocks import Block, Chart, Heading, Section, Table, Words, section, table
from frontend.dossiers.brought import outcomes
from frontend.dossiers.material import Material
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    gained,
    gained_in,
    in_figures,
    percent,
    period,
    share_of,
    to,
)


def scorecard(material: Material) -> Section:
    """Hold the version against the scorecard that stands in for it."""
    found, title = material.version.evidence.fallback, _("Beside the fallback scorecard")
    if found is None:
        return section("scorecard", title, Words(text=_("This version does not say.")))
    if found.auc is None:
        words = _("There is none: no feature tells anything by itself.")
        return section("scorecard", title, Words(text=words))
    far = _(
        "It is {behind} of AUC behind the model, more than {bound}: while it stands in, good and"
        " bad loans are told apart clearly less well."
    )
    return section(
        "scorecard",
        title,
        table(
            _("AUC on the same folds"),
            (_("Of what"), "AUC", _("95% interval"), _("Details used")),
            [
                (_("Model"), figure(found.model_auc), NOTHING, NOTHING),
                (
                    _("Scorecard"),
                    figure(found.auc),
                    in_figures({"low": found.auc_low, "high": found.auc_high}),
                    count(found.features),
                ),
            ],
        ),
        Words(text=far.format(behind=figure(found.behind), bound=figure(0.02, 2)), is_warning=True)
        if found.is_far_behind
        else None,
    )


def swap_set(material: Material) -> Section:
    """Say what would change for whom if it took the champion's place."""
    figures, title = material.figures, _("Beside the champion: the swap set")
    name = material.version.name
    if figures.swap is None:
        return section("swap-set", title, Words(text=_why_none(material)))
    swap, blocks = figures.swap, list[Block]()
    if figures.is_of_another_champion:
        words = _(
            "This compares with {before}, which was champion when it was made. The champion now is"
            " {now}."
        ).format(before=figures.against, now=figures.champion or _("none"))
        blocks.append(Words(text=words, is_warning=True))
    blocks += _of(swap["loans"], swap["against"], name, material, is_known=True)
    if swap["applications"]:
        blocks.append(Heading(text=_("On applications")))
        blocks += _of(swap["applications"], swap["against"], name, material, is_known=False)
    return section("swap-set", title, *blocks)


def _why_none(material: Material) -> str:
    if material.figures.measured is None:
        return _("Not measured for this version yet.")
    if material.version.stage == "champion":
        return _("It was measured as champion: there was no other to compare with.")
    return _("There was no champion to compare with.")


def _of(
    said: Said, champion: str, name: str, material: Material, *, is_known: bool
) -> Iterator[Block]:
    yield Words(text=_population(said, is_known=is_known))
    yield Words(
        text=_("Another recommendation than the champion\u2019s: {flips}.").format(
            flips=share_of(said["flips"])
        )
    )
    yield Chart(
        words=_(
            "What {champion} (down) and {name} (across) recommend, by the cut-offs of each."
        ).format(champion=champion, name=name),
        matrix=drawings.swaps(said["matrix"], champion=champion, candidate=name),
    )
    yield _matrix(said["matrix"], champion)
    yield bands(said["by_band"])
    if material.sees_groups:
        yield from (groups(each) for each in said["by_group"])
    if said["reasons"]:
        yield from _reasons(said["reasons"])
    if is_known:
        yield from outcomes(said, champion, name)


def _population(said: Said, *, is_known: bool) -> str:
    days = period(said["period"])
    if not is_known:
        return _(
            "The {n} newest applications through the door that neither learned from, {period};"
            " whether they turned out good or bad is not asked. By cut-offs alone: hard rules treat"
            " both alike."
        ).format(n=count(said["n"]), period=days)
    return _(
        "The {n} loans that this version was validated on, {period}. Of the {both} that the"
        " champion learned from too, or from a loan with the same details, folds\u2019 models that"
        " had not seen the loan are asked; of the {new} that it never saw, the champion itself. By"
        " cut-offs alone: hard rules treat both alike."
    ).format(
        n=count(said["n"]),
        period=days,
        both=count(said["by_folds"]),
        new=count(said["new_to_champion"]),
    )


def _matrix(counts: Sequence[Sequence[int]], champion: str) -> Table:
    names = [_("approve"), _("refer"), _("decline")]
    return table(
        _("Recommended by {champion} (rows) and by this version (columns)").format(
            champion=champion
        ),
        (_("Champion"), *names),
        [(name, *map(count, row)) for name, row in zip(names, counts, strict=True)],
        is_folded=True,
    )


def bands(found: Sequence[Said]) -> Table:
    """Say of each band how many are decided otherwise."""
    return table(
        _("By the band that the champion puts them in"),
        (
            _("Band"),
            _("People"),
            _("More favourable"),
            _("Less favourable"),
            _("Share that flips"),
            _("95% interval"),
        ),
        [
            (
                each["band"],
                count(each["n"]),
                count(each["better"]),
                count(each["worse"]),
                percent(each["share"]),
                NOTHING if each["low"] is None else to(percent(each["low"]), percent(each["high"])),
            )
            for each in found
        ],
    )


def groups(attribute: Said) -> Table:
    """Say of each group how many are approved before and after."""
    return table(
        _("{attribute}: approved before and after").format(attribute=attribute["label"]),
        (
            _("Group"),
            _("People"),
            _("Before"),
            _("After"),
            _("Difference"),
            _("95% interval"),
            _("Gain"),
            _("Lose"),
        ),
        [_group(each) for each in attribute["groups"]],
    )


def _group(one: Said) -> tuple[str, ...]:
    if not one["is_enough"]:
        return (one["label"], count(one["n"]), _("insufficient"), *[NOTHING] * 5)
    withheld = _("withheld")
    return (
        one["label"],
        count(one["n"]),
        percent(one["before"]),
        percent(one["after"]),
        gained(one["difference"]),
        gained_in(one["low"], one["high"]),
        withheld if one["gained"] is None else count(one["gained"]),
        withheld if one["lost"] is None else count(one["lost"]),
    )


def _reasons(said: Said) -> Iterator[Block]:
    yield Heading(text=_("Reasons"))
    yield Words(
        text=_(
            "Of those whom both decide alike and neither approves: other principal reasons for"
            " {others}; another first reason for {first}. Reasons are those that either version"
            " itself would tell."
        ).format(others=share_of(said["others"]), first=share_of(said["first"]))
    )
