"""Screens of fairness as a place's law pack lists them: dated data, which need no statistics.

No statute here names a number. Which figure is looked at, and where its bound lies, is this
product's reading, and each screen says so; what the law adds is whether a result outside the bound
keeps a model from being promoted or is shown for a person to weigh. It implements; it is no legal
advice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.notices.laws import LawPack


class Figure(StrEnum):
    """What a screen looks at; its bound is in the figure's own unit."""

    AIR = "air"  # at least so much
    EFFECT = "marginal_effect"  # percentage points by which it may be lower, at most
    SMD = "smd"  # standard deviations of the score by which it may be lower, at most
    SIGNIFICANCE = "significance"  # p-value below which a lower approval rate is outside


class Use(StrEnum):
    """What follows from a result outside the bound."""

    BLOCKS = "blocks"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen of one place."""

    name: str
    figure: Figure
    threshold: float
    use: Use
    citation: str
    is_reading: bool  # that the law asks for this is this product's reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A screen and the place whose law has it; the contract's own bound has no place."""

    place: str
    screen: Screen
    pack: "LawPack | None" = None

    @property
    def decides(self) -> bool:
        """Whether it counts for a report's verdict: the contract's always, a law's where it blocks.

        What a law only shows stands beside the verdict.
        """
        return not self.place or self.screen.use is Use.BLOCKS


def packs_on(packs: Iterable["LawPack"], places: Sequence[str], *, on: date) -> list["LawPack"]:
    """Choose the packs of some places on a day, in the places' order; some may have none."""
    known = list(packs)
    found = [
        next((each for each in known if each.code == place and each.holds_on(on)), None)
        for place in places
    ]
    return [pack for pack in found if pack is not None]


def packs_between(
    packs: Iterable["LawPack"], places: Sequence[str], *, first: date, last: date
) -> list["LawPack"]:
    """Choose the packs of some places that hold on any of some days, by place, the oldest first."""
    found = [
        pack
        for pack in packs
        if pack.code in places
        and pack.valid_from <= last
        and (pack.valid_until is None or first <= pack.valid_until)
    ]
    return sorted(found, key=lambda pack: (places.index(pack.code), pack.valid_from))


def screens_of(packs: Iterable["LawPack"]) -> tuple[Placed, ...]:
    """List the screens of some packs."""
    return tuple(
        Placed(place=pack.code, screen=each, pack=pack) for pack in packs for each in pack.screens
    )


def own_bound(minimum_air: float) -> Placed:
    """Take the contract's own bound for a screen, of no place."""
    screen = Screen(
        name="",
        figure=Figure.AIR,
        threshold=minimum_air,
        use=Use.SHOWN,  # the contract says elsewhere whether it blocks; it decides in any case
        citation="",
        is_reading=False,
    )
    return Placed(place="", screen=screen)


def law_of(packs: Sequence["LawPack"], *, on: date) -> dict[str, Any]:
    """Write down the law that a gate is judged by: its packs, and what in them blocks.

    Examples
    --------
    >>> law_of([], on=date(2026, 7, 21))
    {'on': '2026-07-21', 'packs': [], 'blocking': []}
    """
    screens = [each for each in screens_of(packs) if each.screen.use is Use.BLOCKS]
    return {
        "on": on.isoformat(),
        "packs": [
            {"place": pack.code, "valid_from": pack.valid_from.isoformat(), "hash": pack.hash}
            for pack in packs
        ],
        "blocking": sorted(
            [each.place, str(each.screen.figure), each.screen.threshold] for each in screens
        ),
    }
