"""Searches for less discriminatory alternatives, and what was decided of what they found.

Imported by the web process: what searches is in `credit.actions.fair_searching`.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext

from credit import locks
from credit.actions import audit, training_runs
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import (
    AuditEvent,
    FairDecision,
    FairSearch,
    ModelVersion,
    Product,
    Role,
    User,
)
from credit.models.model_versions import Stage

_SEARCHING = 7_301_029  # the class of advisory locks held by whoever searches
LONGEST_REASON = 500  # of the words that stand beside the training


class WordsMissing(ActionDenied):
    """Whether an alternative is taken was not said in words."""


class NoSuchAlternative(ActionDenied):
    """The search measured no such alternative."""


class TakenAlready(ActionDenied):
    """Somebody took this alternative before, and asked for its training by that."""


class NotTheirs(NotAllowed):
    """Whoever trained the version leaves to others whether an alternative to it is taken."""


@transaction.atomic
def keep(
    *,
    version_id: int,
    found: dict[str, Any] | None,
    problem: str,
    seed: int,
    tries: int,
    seconds: int,
    by: User | None,
    at: datetime,
) -> FairSearch:
    """Write down what a search found, or why it found nothing."""
    version = ModelVersion.objects.select_related("product").get(pk=version_id)
    made = FairSearch.objects.create(
        version=version,
        made_at=at,
        asked_by=by,
        seed=seed,
        tries=tries,
        seconds=seconds,
        found=found,
        problem=problem,
    )
    audit.record(
        AuditEvent.Type.FAIR_SEARCH_MADE,
        target=f"model:{version.name}",
        by=by,
        at=at,
        search=made.pk,
        seed=seed,
        asked=tries,
        tried=found["tried"] if found else 0,
        measured=[each["key"] for each in found["alternatives"]] if found else [],
        problem=problem,
    )
    return made


@transaction.atomic
def decide(
    *, search_id: int, key: str, take: bool, words: str, by: User, at: datetime
) -> FairDecision:
    """Say whether an alternative is taken, and why; without a key: that none of them is.

    One that is taken is trained as a candidate, which then goes the way of every other.
    """
    require_role(by, Role.COMPLIANCE, Role.MODEL_VALIDATOR, to="decide about fairer alternatives")
    said = words.strip()
    if not said:
        raise WordsMissing(
            gettext("Say in a sentence why this alternative is taken, or why it is not.")
        )
    search = FairSearch.objects.select_related("version__product").get(pk=search_id)
    if search.version.is_work_of(by):
        sentence = gettext(
            "{person} trained {version}: someone else decides about alternatives to it."
        )
        raise NotTheirs(sentence.format(person=by.known_as, version=search.version.name))
    recipe = _recipe_of(search, key, take=take)
    run = None
    if take:
        run = training_runs.request_recipe(
            product_id=search.version.product_id,
            recipe=recipe,
            why=f"{search.version.name}: {said}"[:LONGEST_REASON],
            by=by,
            at=at,
        )
    made = FairDecision.objects.create(
        search=search, key=key, is_taken=take, words=said, by=by, at=at, run=run
    )
    _record(made, search, recipe)
    return made


def due() -> list[int]:
    """Find the newest version of each product where it was not searched beside it yet."""
    found = []
    for product in Product.objects.order_by("pk"):
        newest = product.versions.select_related("contract").order_by("-number").first()
        if newest is None or newest.stage == Stage.RETIRED or newest.searches.exists():
            continue
        contract = newest.contract.read()
        if contract.assessable and contract.fairness.search_tries:
            found.append(newest.pk)
    return found


def sole_searcher(version_id: int) -> AbstractContextManager[bool]:
    """Hold a version's search for as long as this process lives; False where another does."""
    return locks.sole(_SEARCHING, version_id)


def _recipe_of(search: FairSearch, key: str, *, take: bool) -> dict[str, Any]:
    """Find what an alternative departs by; nothing where it is about all of them."""
    measured = {
        each["key"]: each["recipe"] for each in (search.found or {}).get("alternatives", ())
    }
    if not key and not take:
        return {}
    if key not in measured:
        raise _not_measured(search, key, measured)
    taken = search.decisions.filter(key=key, is_taken=True).select_related("by").first()
    if take and taken is not None:
        raise TakenAlready(
            gettext(
                "{person} took this alternative to {version} on {day}; its training was asked for"
                " then."
            ).format(
                person=taken.by.known_as, version=search.version.name, day=date_format(taken.at)
            )
        )
    return dict(measured[key])


def _not_measured(search: FairSearch, key: str, measured: Iterable[str]) -> NoSuchAlternative:
    """Say which alternatives there are instead."""
    known = ", ".join(measured) or gettext("none")
    if not key:
        words = gettext(
            "Name the alternative that is taken. Beside {version} were measured: {known}."
        )
    else:
        words = gettext(
            "No alternative {key} was measured beside {version}. There were measured: {known}."
        )
    return NoSuchAlternative(words.format(key=key, version=search.version.name, known=known))


def _record(made: FairDecision, search: FairSearch, recipe: dict[str, Any]) -> None:
    taken, left = AuditEvent.Type.FAIR_ALTERNATIVE_TAKEN, AuditEvent.Type.FAIR_ALTERNATIVE_LEFT
    audit.record(
        taken if made.is_taken else left,
        target=f"model:{search.version.name}",
        by=made.by,
        at=made.at,
        search=search.pk,
        alternative=made.key,
        recipe=recipe,
        words=made.words,
        run=made.run_id,
    )
