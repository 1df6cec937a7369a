"""What a version and its alternatives come to, on loans that their search has not seen."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from credit.queries.fair_alternatives import SearchView
from frontend.charts.frontier import Axes, Point, frontier
from frontend.dossiers.blocks import Chart, Table, table
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    gained,
    gained_in,
    in_figures,
    percent,
)
from frontend.recipe_words import words_of
from scoring.contract import Contract

FEWEST_DRAWN = 2


def drawn(search: SearchView, contract: Contract) -> Iterator[Chart]:
    """Draw profit, and AUC, against the lowest AIR."""
    said = _named(search, contract)
    worths = [
        ("profit", _("profit per application"), lambda value: gained(value, 1)),
        ("auc", "AUC", lambda value: figure(value, 2)),
    ]
    for key, words, way in worths:
        points = [
            Point(
                words=short,
                kind=kind,
                air={**each["lowest"], "value": each["lowest"]["air"]},
                worth=each[key],
            )
            for short, kind, _words, each in said
            if each["lowest"] is not None
        ]
        if len(points) < FEWEST_DRAWN:
            return
        axes = Axes(
            x_words=_("lowest AIR of any group"),
            y_words=words,
            x_way=lambda value: figure(value, 2),
            y_way=way,
        )
        told = _(
            "Drawn is the {worth} against the lowest AIR. The line joins those that no other beats"
            " both ways; the dashed one is the screen at {minimum}. {own} is this version\u2019s"
            " own recipe; numbers are those of the table, where the figures stand."
        ).format(worth=words, minimum=figure(search.found["minimum_air"], 2), own=_("own"))
        yield Chart(
            words=told,
            plot=frontier(points, minimum_air=search.found["minimum_air"], axes=axes),
        )


def _named(search: SearchView, contract: Contract) -> list[tuple[str, str, str, Said]]:
    """Give each model's short name, shape, words and figures: its own first."""
    said = search.found
    rows = [(_("own"), "own", _("This version\u2019s own recipe"), said["base"]["figures"])]
    if said["champion"]:
        name = said["champion"]["name"]
        rows.append(
            (
                _("champion"),
                "ring",
                _("Champion {name}").format(name=name),
                said["champion"]["figures"],
            )
        )
    rows += [
        (str(each.number), "dot", words_of(each.recipe, contract), each.figures)
        for each in search.alternatives
    ]
    return rows


def figures(search: SearchView, contract: Contract) -> Table:
    """Give each model's figures, all of the same loans."""
    return table(
        _("What each comes to on the loans that the search has not seen, with 95% intervals"),
        (_("Recipe"), _("Lowest AIR"), _("Group"), _("Profit"), "AUC", _("Approved")),
        [
            (words if kind == "ring" else f"{short}: {words}", *_row(said))
            for short, kind, words, said in _named(search, contract)
        ],
    )


def _row(said: Said) -> tuple[str, ...]:
    lowest, profit, auc = said["lowest"], said["profit"], said["auc"]
    return (
        _within(figure(lowest["air"], 2), in_figures(lowest, 2)) if lowest else _("insufficient"),
        lowest["label"] if lowest else NOTHING,
        _within(gained(profit["value"]), gained_in(profit["low"], profit["high"])),
        _within(figure(auc["value"]), in_figures(auc)),
        percent(said["approved"]),
    )


def _within(value: str, interval: str) -> str:
    return _("{value} ({interval})").format(value=value, interval=interval)


def groups(search: SearchView) -> Table:
    """Give the AIR of every group, for each alternative."""
    rows = [
        (short, each)
        for short, said in (
            (_("own"), search.found["base"]["figures"]),
            *((str(each.number), each.figures) for each in search.alternatives),
        )
        for each in said["groups"]
    ]
    return table(
        _("The AIR of each group"),
        (
            _("Recipe"),
            _("Attribute"),
            _("Group"),
            _("Verdict"),
            _("People"),
            "AIR",
            _("95% interval"),
        ),
        [
            (
                short,
                each["attribute_label"],
                each["label"],
                _verdict(each["verdict"]),
                _("withheld") if each["n"] is None else count(each["n"]),
                figure(each["air"], 2),
                in_figures(each, 2),
            )
            for short, each in rows
        ],
        words=4,
        is_folded=True,
    )


def _verdict(said: str) -> str:
    return {
        "within bounds": _("Within bounds"),
        "outside bounds": _("Outside bounds"),
    }.get(said, _("Insufficient evidence"))
