"""The law packs that this installation ships, and those that apply to a decision."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from credit.models import NoticeKind
from credit.words import day_in_words
from scoring.contract import Contract, Policy
from scoring.groups import screens
from scoring.notices import laws as law
from scoring.notices.laws import LawPack, Laws
from scoring.notices.laws_reading import load_all

_CLOCKS = {
    NoticeKind.ADVERSE_ACTION: "adverse_action_days",
    NoticeKind.COUNTER_OFFER: "counter_offer_days",
    NoticeKind.INCOMPLETENESS: "incompleteness_days",
}
LONGEST_DAYS = 30  # where no law of a product's places sets a time, nobody is left to wait longer
AFTER_AN_OFFER_DAYS = 90


def laws_of(contract: Contract, *, on: date) -> Laws:
    """Choose the packs of a product's places on a day. Raises `scoring.notices.laws.LawMissing`."""
    packs = _packs(Path(settings.EVENHAND_LAWS))
    return law.in_force(packs, jurisdictions=contract.jurisdictions, on=on)


def packs_of(places: Sequence[str], *, on: date) -> list[LawPack]:
    """Choose the packs of some places on a day; a place that has none is left out."""
    return screens.packs_on(_packs(Path(settings.EVENHAND_LAWS)), places, on=on)


def packs_between(places: Sequence[str], *, first: date, last: date) -> list[LawPack]:
    """Choose the packs of some places that hold on any of some days; a place may have several."""
    known = _packs(Path(settings.EVENHAND_LAWS))
    return screens.packs_between(known, places, first=first, last=last)


def notice_problem(contract: Contract, *, on: date) -> str:
    """Say why no notice can be written under a contract on a day; "" where one can."""
    known = packs_of(contract.jurisdictions, on=on)
    unknown = set(contract.jurisdictions) - {pack.code for pack in known}
    if unknown:
        words = gettext(
            "jurisdictions: there is no law pack of {places} on {day}. Until there is one no notice"
            " can be written under this contract, and no clock or screen of that law is looked at."
        )
    elif all(pack.most_reasons is None for pack in known):
        words = gettext(
            "jurisdictions: no law pack of {places} says on {day} how many reasons a notice states,"
            " so none can be written. Name the law that it stands beside too, as in US and US-NJ."
        )
    else:
        return ""
    places = ", ".join(sorted(unknown) or contract.jurisdictions)
    return words.format(places=places, day=day_in_words(on))


def every_place() -> list[tuple[str, str]]:
    """List code and name of every place that has a law pack of some day, by its name."""
    packs = _packs(Path(settings.EVENHAND_LAWS))
    return sorted({pack.code: pack.name for pack in packs}.items(), key=lambda each: each[1])


def notice_due_on(
    kind: NoticeKind,
    *,
    laws: Laws | None,
    policy: Policy,
    received_on: date,
    offered_on: date | None,
) -> date:
    """Say by which day a notice must leave: by law, or sooner where the policy says so.

    An offer that was not accepted is counted from the day on which it was told.
    """
    if kind is NoticeKind.ADVERSE_ACTION and offered_on is not None:
        days = _shortest(laws, "after_counter_offer_days", AFTER_AN_OFFER_DAYS)
        return offered_on + timedelta(days=min(policy.clocks.counter_offer_days, days))
    own = policy.clocks.notice_within_days
    return received_on + timedelta(days=min(own, _shortest(laws, _CLOCKS[kind], LONGEST_DAYS)))


def review_due_on(*, laws: Laws | None, policy: Policy, asked_on: date) -> date:
    """Say by which day a review must be answered."""
    own = policy.clocks.review_within_days
    return asked_on + timedelta(days=min(own, _shortest(laws, "review_days", LONGEST_DAYS)))


def _shortest(laws: Laws | None, clock: str, longest: int) -> int:
    days = laws.days(clock) if laws else None
    return longest if days is None else days


@lru_cache(maxsize=4)
def _packs(folder: Path) -> tuple[LawPack, ...]:
    """Read them once a process: they come with the product's code."""
    return load_all(folder)
