"""What was searched beside a version, what was found, and what was decided of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from credit.models import FairDecision, FairSearch, ModelVersion, Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """Whether an alternative was taken, why, and what became of its training."""

    key: str  # "": all of them
    is_taken: bool
    words: str
    by: str
    at: datetime
    run_label: str  # "" where nothing was trained
    version_id: int | None
    version_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What was measured of a recipe, on loans that the search has not seen."""

    number: int  # on the page: the nearest first
    key: str
    recipe: dict[str, Any]
    is_nearest: bool
    figures: dict[str, Any]
    swap: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """The newest search beside a version."""

    id: int
    version_name: str
    made_at: datetime
    asked_by: str  # "": the worker, after a training
    seed: int
    tries: int
    seconds: int
    problem: str  # "" where there is something
    found: dict[str, Any]
    alternatives: list[Alternative]
    decisions: list[DecisionRow]  # newest first, also about earlier searches

    def number_of(self, key: str) -> int | None:
        """Give the number that an alternative has on the page."""
        return next((each.number for each in self.alternatives if each.key == key), None)


def newest(version_id: int) -> SearchView | None:
    """Find what was searched last beside a version; None where nothing was yet."""
    searches = FairSearch.objects.filter(version=version_id)
    found = searches.select_related("version__product", "asked_by").order_by("-pk").first()
    if found is None:
        return None
    said = found.found or {}
    return SearchView(
        id=found.pk,
        version_name=found.version.name,
        made_at=found.made_at,
        asked_by=found.asked_by.known_as if found.asked_by else "",
        seed=found.seed,
        tries=found.tries,
        seconds=found.seconds,
        problem=found.problem,
        found=said,
        alternatives=_alternatives(said.get("alternatives", [])),
        decisions=decisions_on(version_id),
    )


def decisions_on(version_id: int) -> list[DecisionRow]:
    """List what was decided about alternatives to a version, the newest first."""
    found = (
        FairDecision.objects.filter(search__version=version_id)
        .select_related("by", "run__version__product")
        .order_by("-pk")
    )
    return [_decision(each) for each in found]


def why_not(version_id: int, user: User) -> str | None:
    """Say why this person may not decide about alternatives; None if they may."""
    if not user.has_role(Role.COMPLIANCE, Role.MODEL_VALIDATOR):
        return gettext("Compliance or a model validator decides about alternatives.")
    if ModelVersion.objects.get(pk=version_id).is_work_of(user):
        return gettext("Someone other than the trainer decides about alternatives.")
    return None


def _alternatives(said: list[dict[str, Any]]) -> list[Alternative]:
    """Give them numbers, the nearest first, by how few are decided otherwise."""
    by_flips = sorted(
        said, key=lambda each: (not each["is_nearest"], each["swap"]["flips"]["share"])
    )
    return [
        Alternative(
            number=number,
            key=each["key"],
            recipe=each["recipe"],
            is_nearest=each["is_nearest"],
            figures=each["figures"],
            swap=each["swap"],
        )
        for number, each in enumerate(by_flips, start=1)
    ]


def _decision(found: FairDecision) -> DecisionRow:
    run = found.run
    version = run.version if run else None
    return DecisionRow(
        key=found.key,
        is_taken=found.is_taken,
        words=found.words,
        by=found.by.known_as,
        at=found.at,
        run_label=str(run.get_state_display()) if run else "",
        version_id=version.pk if version else None,
        version_name=version.name if version else "",
    )
