"""By which law a version's fairness was judged, and whether that is the law of another day.

Of the law only what keeps a model from being promoted counts here: a pack whose letters are worded
anew, or that now shows what it showed before, changes no gate.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext

from credit.laws import packs_of
from credit.models import ModelVersion
from credit.models.model_versions import FAIRNESS
from credit.words import day_in_words, hash_in_words
from scoring.groups.screens import law_of

Law = dict[str, Any]  # as `scoring.groups.screens.law_of` writes it


def law_on(version: ModelVersion, *, on: date) -> Law:
    """Give the law of a day in the places of a version's contract."""
    return law_of(packs_of(version.contract.read().jurisdictions, on=on), on=on)


def judged_by(version: ModelVersion) -> Law:
    """Give the law that its fairness was judged by last.

    Gates from before this was written down were judged by the law of the training's day.
    """
    found = next((gate for gate in version.gates_now if gate["name"] == FAIRNESS), {})
    law: Law | None = found.get("law")
    return law or law_on(version, on=version.trained_at.date())


def law_problem(version: ModelVersion, *, on: date) -> str | None:
    """Say which law has changed since its fairness was judged, and what to do; None: none has."""
    then, now = judged_by(version), law_on(version, on=on)
    changed = list(_changed(then, now))
    if not changed:
        return None
    words = gettext(
        "The fairness of {version} was judged by the law of {day}. What keeps a model from being"
        " promoted is another by the law of {today}: {packs}. Have its dossier measured anew: the"
        " worker then judges it by that law."
    )
    return words.format(
        version=version.name,
        day=day_in_words(date.fromisoformat(then["on"])),
        today=day_in_words(on),
        packs="; ".join(changed),
    )


def in_words(law: Law) -> str:
    """Name the packs that a gate was judged by."""
    packs = [_named(pack["place"], pack) for pack in law["packs"]]
    return gettext("By the law of {day}: {packs}.").format(
        day=day_in_words(date.fromisoformat(law["on"])),
        packs="; ".join(packs) or gettext("its places have no law pack"),
    )


def _changed(then: Law, now: Law) -> Iterator[str]:
    before, after = ({tuple(each) for each in law["blocking"]} for law in (then, now))
    packs = {pack["place"]: pack for pack in now["packs"]}
    for place in sorted({place for place, *_ in before ^ after}):
        yield _named(place, packs.get(place))


def _named(place: str, pack: dict[str, str] | None) -> str:
    if pack is None:
        return gettext("{place}, which has no law pack on that day").format(place=place)
    return gettext("{place}, in force since {day} ({hash})").format(
        place=place,
        day=day_in_words(date.fromisoformat(pack["valid_from"])),
        hash=hash_in_words(pack["hash"]),
    )
