"""What a candidate would have brought in the champion's place, where outcomes are known."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from frontend.dossiers.blocks import Block, Heading, Table, Words, table
from frontend.dossiers.say import (
    NOTHING,
    Said,
    count,
    figure,
    gained,
    gained_in,
    in_figures,
    share_of,
)


def outcomes(said: Said, champion: str, name: str) -> Iterator[Block]:
    """Tell how those who swap places turned out, who ranks better, and what it earns."""
    yield Heading(text=_("What it would have brought"))
    yield _swapped(said["swapped"])
    if said["ranking"]:
        yield _ranking(said["ranking"], champion, name)
    if said["money"]:
        yield from _money(said["money"], champion, name)


def _swapped(said: Said) -> Table:
    ways = [(_("Newly approved"), said["gained"]), (_("Approved no more"), said["lost"])]
    return table(
        _("Who swaps places, and how they turned out"),
        (_("Who"), _("Loans"), _("Bad among them")),
        [
            (words, count(each["n"]), share_of(each["bads"]) if each["bads"] else NOTHING)
            for words, each in ways
        ],
    )


def _ranking(said: Said, champion: str, name: str) -> Table:
    return table(
        _("The same loans, ranked by both"),
        (_("Figure"), champion, name, _("Difference"), _("95% interval")),
        [
            (
                words,
                figure(said[key]["champion"]),
                figure(said[key]["candidate"]),
                figure(said[key]["difference"], 4),
                in_figures(said[key], 4),
            )
            for words, key in (("AUC", "auc"), ("Brier", "brier"))
        ],
    )


def _money(said: Said, champion: str, name: str) -> Iterator[Block]:
    parts = [
        (_("Margin of good loans"), "margin"),
        (_("Loss on bad loans"), "loss"),
        (_("Cost of reviews"), "reviews"),
        (_("Profit"), "profit"),
    ]
    yield table(
        _("Per application, as a share of the mean amount"),
        (_("Part"), champion, name, _("Difference"), _("95% interval")),
        [
            (
                words,
                gained(said["champion"][key]),
                gained(said["candidate"][key]),
                gained(said["difference"][key]),
                gained_in(said["low"][key], said["high"][key]),
            )
            for words, key in parts
        ],
    )
    weighed = _("All loans weigh alike, and reviews cost nothing.")
    if said["is_weighed"]:
        weighed = _("Each loan weighs by its amount.")
    yield Words(
        text=_(
            "{n} loans with known outcomes, {bads} bad; {weighed} What is referred earns nothing"
            " here, for what a person would have decided is not known. Intervals are by resampling"
            " loans."
        ).format(n=count(said["n"]), bads=count(said["bads"]), weighed=weighed)
    )
