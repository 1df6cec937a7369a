"""By which law a report was judged: which screens of which packs decided, and which only stand by.

The words are put together anew, in the reader's language, from what was stored with the report.
"""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from credit.words import hash_in_words
from frontend import formats
from frontend.dossiers.blocks import Block, Points, Section, Table, Words, section, table
from frontend.dossiers.say import NOTHING, figure, to
from frontend.fairness.words import verdict_words
from frontend.sentences import translated
from monitoring.fairness.views import FairnessView, LawView, ScreenView

JOINED = "\u2060"  # no line ends within a paragraph's number, as in 2(2)(b)


def by_law(report: FairnessView) -> Section:
    """Say what the law of the places came to on the report's days, screen by screen."""
    return section("law", _("By which law"), *_blocks(report))


def judged_by(report: FairnessView) -> tuple[str, ...]:
    """Name what gave a report its verdict: the contract's own bound, or screens of law packs."""
    if report.law is None:
        return (_own(report.minimum_air),)
    return tuple(_named(each) for each in report.law.screens if each.decided)


def _blocks(report: FairnessView) -> Iterator[Block]:
    if report.law is None:
        yield Words(
            text=_(
                "Judged by the contract\u2019s own bound alone: this report is from before reports"
                " were held against the law of their places."
            )
        )
        return
    yield Words(text=_which(report.law))
    yield Points(items=judged_by(report))
    yield _screens(report.law)
    yield from _to_weigh(report.law)
    yield from _notes(report.law)


def _which(law: LawView) -> str:
    return _(
        "Held against the contract\u2019s own bound and the screens of {places}, as they were on"
        " the report\u2019s days ({days}). What keeps a model from being promoted decides here too,"
        " and the strictest of it gives the verdict; what a law only shows does not. The verdict is"
        " by:"
    ).format(places=", ".join(law.places), days=_days(law.first, law.last))


def _screens(law: LawView) -> Table:
    return table(
        _("Each screen, over all groups"),
        (
            _("Of"),
            _("Screen"),
            _("Counts"),
            _("Held on"),
            _("Verdict"),
            _("Groups outside"),
            _("Bound"),
        ),
        [
            (
                f"{each.pack} ({each.place})" if each.place else _("The contract"),
                translated(each.name) if each.place else "AIR",
                _("decides") if each.decides else _("is only shown"),
                _days(each.first, each.last),
                verdict_words(each.verdict),
                ", ".join(each.outside) or NOTHING,
                figure(each.threshold, 2),
            )
            for each in law.screens
        ],
        words=6,
    )


def _to_weigh(law: LawView) -> Iterator[Words]:
    outside = [
        f"{each.pack}, {translated(each.name)}: {', '.join(each.outside)}"
        for each in law.screens
        if each.outside and not each.decides
    ]
    if outside:
        words = _(
            "Outside what a law only shows, so a person is to weigh it; the verdict does not."
            " {screens}."
        )
        yield Words(text=words.format(screens="; ".join(outside)), is_warning=True)


def _notes(law: LawView) -> Iterator[Block]:
    cited = [_cited(each) for each in law.screens if each.place]
    if cited:
        yield Points(items=tuple(cited))
    if law.without:
        yield Words(
            text=_(
                "No law pack is known of {places} on these days: no screen of it was looked at."
            ).format(places=", ".join(law.without)),
            is_warning=True,
        )
    yield Words(text=_("It implements; it is no legal advice."))


def _cited(screen: ScreenView) -> str:
    name = _named(screen)
    citation = screen.citation.replace(")(", f"){JOINED}(")
    if not screen.is_reading:
        return f"{name}: {citation}."
    return _("{screen}: {citation}; the bound is this product\u2019s reading.").format(
        screen=name, citation=citation
    )


def _named(screen: ScreenView) -> str:
    if not screen.place:
        return _own(screen.threshold)
    until = _day(screen.valid_until) if screen.valid_until else _("further notice")
    return _(
        "\u201c{screen}\u201d ({bound}) of the law pack of {pack} ({place}), in force from {days},"
        " version {hash}"
    ).format(
        screen=translated(screen.name),
        bound=figure(screen.threshold, 2),
        pack=screen.pack,
        place=screen.place,
        days=to(_day(screen.valid_from), until),
        hash=hash_in_words(screen.hash),
    )


def _own(bound: float) -> str:
    return _("the contract\u2019s own bound, an AIR of {bound}").format(bound=figure(bound, 2))


def _days(first: str, last: str) -> str:
    return _day(first) if first == last else to(_day(first), _day(last))


def _day(said: str) -> str:
    return formats.day(date.fromisoformat(said))
