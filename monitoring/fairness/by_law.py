"""By which law a report is judged: that of its places on its days, beside the contract's own bound.

Where a law changes within the days, or differs from place to place, a group is held against each,
and the strictest that decides gives the verdict (record 47).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from credit.laws import packs_between
from credit.words import hash_in_words
from monitoring.fairness.populations import Sample
from scoring.contract import Contract
from scoring.groups.laws import decisive
from scoring.groups.report import FairnessReport, Verdict, worst
from scoring.groups.screens import Placed, own_bound, screens_of
from scoring.notices.laws import LawPack


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The packs that hold in some places on any of a report's days."""

    places: tuple[str, ...]
    first: date
    last: date  # included
    packs: tuple[LawPack, ...]

    @property
    def screens(self) -> tuple[Placed, ...]:
        """What the packs look at."""
        return screens_of(self.packs)


def law_of(
    contracts: Sequence[Contract],
    sample: Sample,
    *,
    since: datetime | None,
    until: datetime | None,
    at: datetime,
) -> Law:
    """Find the law of the contracts' places on the days that a report is about.

    Past loans have no days of deciding: the law of the day on which the report is made counts.
    """
    places = tuple(dict.fromkeys(chain.from_iterable(each.jurisdictions for each in contracts)))
    first = since or min((each for each in sample.decided_at if each), default=at)
    last = until - timedelta(days=1) if until else at
    days = {"first": min(first, last).date(), "last": last.date()}
    return Law(places=places, packs=tuple(packs_between(places, **days)), **days)


def laid_out(law: Law, found: FairnessReport) -> dict[str, Any]:
    """Lay out which screens of which packs applied, what each came to, and which decided."""
    screens = (own_bound(found.minimum_air), *law.screens)
    verdicts = [_verdict(found, at) for at in range(len(screens))]
    decided = decisive(screens, verdicts)
    return {
        "first": law.first.isoformat(),
        "last": law.last.isoformat(),
        "places": list(law.places),
        "without": [
            place for place in law.places if place not in {pack.code for pack in law.packs}
        ],
        "words": f"By {'; by '.join(_named(each) for each in decided)}.",
        "screens": [
            _screen(law, placed)
            | {
                "verdict": verdict,
                "outside": list(_outside(found, at)),
                "decided": placed in decided,
            }
            for at, (placed, verdict) in enumerate(zip(screens, verdicts, strict=True))
        ],
    }


def _verdict(found: FairnessReport, at: int) -> Verdict:
    return worst(
        [
            group.screens[at]
            for attribute in found.attributes
            for group in attribute.groups
            if group.screens
        ]
    )


def _outside(found: FairnessReport, at: int) -> Iterator[str]:
    for attribute in found.attributes:
        for group in attribute.groups:
            if group.screens and group.screens[at] is Verdict.OUTSIDE:
                yield group.label


def _screen(law: Law, placed: Placed) -> dict[str, Any]:
    """Say what a screen is, of which pack, and on which of the report's days it held."""
    screen, pack = placed.screen, placed.pack
    first, last = (pack.valid_from, pack.valid_until) if pack else (law.first, law.last)
    return {
        "place": placed.place,
        "pack": pack.name if pack else "",
        "hash": pack.hash if pack else "",
        "valid_from": pack.valid_from.isoformat() if pack else "",
        "valid_until": pack.valid_until.isoformat() if pack and pack.valid_until else "",
        "first": max(first, law.first).isoformat(),
        "last": min(last or law.last, law.last).isoformat(),
        "name": screen.name,
        "figure": screen.figure,
        "threshold": screen.threshold,
        "decides": placed.decides,
        "citation": screen.citation,
        "is_reading": screen.is_reading,
    }


def _named(placed: Placed) -> str:
    screen, pack = placed.screen, placed.pack
    if pack is None:
        return f"the contract\u2019s own bound, an AIR of {screen.threshold:g}"
    until = f" to {_day(pack.valid_until)}" if pack.valid_until else ""
    return (
        f"\u201c{screen.name}\u201d ({screen.threshold:g}) of the law pack of {pack.name}"
        f" ({placed.place}), in force from {_day(pack.valid_from)}{until},"
        f" {hash_in_words(pack.hash)}"
    )


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
