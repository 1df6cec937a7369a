"""Less discriminatory alternatives: what was searched and found, and why one was taken or not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from credit.queries.fair_alternatives import Alternative, DecisionRow, SearchView
from frontend.dossiers import alternative_figures, brought, comparisons
from frontend.dossiers.blocks import Block, Heading, Section, Table, Words, section, table
from frontend.dossiers.material import Material
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    gained,
    moment,
    percent,
    period,
    share_of,
)
from frontend.recipe_words import words_of
from frontend.sentences import translated
from frontend.templatetags.evenhand import visible
from scoring.contract import Contract


def alternatives(material: Material) -> Section:
    """Say what was searched beside a version and why nothing, or something, was taken."""
    title, search = _("Less discriminatory alternatives"), material.search
    if not material.sees_groups:
        words = _("Groups are shown to compliance, validators and auditors only, as aggregates.")
        return section("alternatives", title, Words(text=words))
    if search is None:
        return section("alternatives", title, Words(text=_("Nothing was searched yet.")))
    contract = material.version.contract
    return section(
        "alternatives",
        title,
        *found(search, contract),
        Heading(text=_("What was decided")),
        *decided(search, search.decisions),
    )


def found(search: SearchView, contract: Contract) -> Iterator[Block]:
    """Say what the search came to: the frontier, and the figures as a table."""
    if search.problem:
        yield Words(text=translated(search.problem), is_warning=True)
        return
    yield Words(text=_scope(search.found))
    if search.found["is_stopped"]:
        words = _("Stopped by the clock after {tried} of {asked}: the beginning of the whole.")
        said = search.found
        yield Words(
            text=words.format(tried=count(said["tried"]), asked=count(said["asked"])),
            is_warning=True,
        )
    if not search.alternatives:
        yield Words(
            text=_(
                "None of those tried had a higher lowest AIR than this version\u2019s own recipe"
                " on the search\u2019s own loans."
            )
        )
    yield from alternative_figures.drawn(search, contract)
    yield alternative_figures.figures(search, contract)
    yield alternative_figures.groups(search)


def nearest(search: SearchView, contract: Contract) -> Iterator[Section]:
    """Say of each alternative that is nearest who would be decided otherwise."""
    for each in search.alternatives:
        if each.is_nearest:
            yield section(
                f"alternative-{each.number}",
                _("{number}: who would be decided otherwise").format(number=each.number),
                *_no_fairer(each, search.found["base"]["figures"]),
                *(_called(block, str(each.number)) for block in _swapped(each, contract)),
            )


def tried(search: SearchView, contract: Contract) -> Table | None:
    """List what was tried, with figures of the search's own part: they choose and prove nothing."""
    if not search.found:
        return None
    return table(
        _("Everything that was tried, on the search\u2019s own loans: these figures flatter"),
        (_("Tried"), _("Lowest AIR"), _("Profit"), "AUC"),
        [
            (
                words_of(each["recipe"], contract),
                *(
                    (figure(own["air"], 2), gained(own["profit"]), figure(own["auc"]))
                    if (own := each["own"])
                    else (_("told nothing"), NOTHING, NOTHING)
                ),
            )
            for each in search.found["tries"]
        ],
        is_folded=True,
    )


def decided(search: SearchView, rows: Sequence[DecisionRow]) -> Iterator[Block]:
    """Say what was decided, and in which words."""
    if not rows:
        yield Words(text=_("Nobody has said yet whether one is taken."), is_warning=True)
        return
    yield table(
        _("Decisions about alternatives, the newest first"),
        (_("Alternative"), _("Decided"), _("Why"), _("By"), _("When")),
        [
            (
                _named(search, each.key),
                _taken(each),
                visible(each.words),
                each.by,
                moment(each.at),
            )
            for each in rows
        ],
        words=5,
    )


def _named(search: SearchView, key: str) -> str:
    if not key:
        return _("all of them")
    number = search.number_of(key)
    return str(number) if number else _("of an earlier search: {key}").format(key=key)


def _taken(each: DecisionRow) -> str:
    if not each.is_taken:
        return _("not taken")
    became = each.version_name or each.run_label.lower()
    return _("taken; its training: {became}").format(became=became)


def _scope(said: Said) -> str:
    people = said["people"]
    return _(
        "Tried and chosen on {own} loans; every figure is of {untouched} others, {bads} of them"
        " bad, that the search has not seen, {period}. Approved means a PD of at most {cut}. Each"
        " figure has its 95% interval. Seed {seed}; {tried} of {asked} tried."
    ).format(
        own=count(people["own"]),
        untouched=count(people["untouched"]),
        bads=count(people["bads_untouched"]),
        period=period(people["period"]),
        cut=percent(said["approve_pd_at_most"]),
        seed=said["seed"],
        tried=count(said["tried"]),
        asked=count(said["asked"]),
    )


def _called(block: Block, name: str) -> Block:
    """Tell the tables of one alternative from the same ones of another, for who hears them."""
    if not isinstance(block, Table):
        return block
    return replace(block, caption=f"{name}: {block.caption}")


def _no_fairer(each: Alternative, own: Said) -> Iterator[Words]:
    """Warn where a fairer one on the search's own loans is none on those it has not seen."""
    lowest, base = each.figures["lowest"], own["lowest"]
    if lowest and base and lowest["air"] <= base["air"]:
        words = _(
            "It was fairer on the search\u2019s own loans. On these, its lowest AIR of {air} is"
            " no higher than the own recipe\u2019s {own}."
        ).format(air=figure(lowest["air"], 3), own=figure(base["air"], 3))
        yield Words(text=words, is_warning=True)


def _swapped(each: Alternative, contract: Contract) -> Iterator[Block]:
    """Tell the swap set of an alternative against this version's own recipe, on the same loans."""
    own, name = _("own recipe"), str(each.number)
    yield Words(text=words_of(each.recipe, contract))
    yield Words(
        text=_("Another recommendation than by this version\u2019s own recipe: {flips}.").format(
            flips=share_of(each.swap["flips"])
        )
    )
    yield from (comparisons.groups(attribute) for attribute in each.swap["by_group"])
    yield comparisons.bands(each.swap["by_band"])
    yield from brought.outcomes(each.swap, own, name)
