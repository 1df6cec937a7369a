"""One recipe on the search's own part of the loans; the other part is only held ready here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.candidates.recipes import Recipe
from scoring.candidates.swap_money import profit_of
from scoring.candidates.swap_set import APPROVE, Whole, recommended
from scoring.contract import Contract, Training
from scoring.results import performance
from scoring.training.calibrate import CalibrationRefused, Floats, calibrate
from scoring.training.fair_choice import Point
from scoring.training.fair_figures import People, amounts_of, groups_of, lowest
from scoring.training.fair_gap import Part, parts_of_gap
from scoring.training.fair_split import by_hash, untouched
from scoring.training.fair_tries import Aim
from scoring.training.fair_weights import Groups
from scoring.training.fit import margins
from scoring.training.folds import OutOfFold, out_of_fold
from scoring.training.labels import parted
from scoring.training.recipe_learner import RecipeLearner, learner_by, matrix_by
from scoring.training.twins import together, twins_of

FOLDS = 3
FEWEST = 2 * FOLDS  # good loans, and bad ones, on either part
MOST_ROWS = 40_000  # of the snapshot, by their hash: bounds what a try costs
TOO_FEW = (
    "Insufficient evidence: too few good or bad loans to search on one part of them and measure "
    "on another."
)
NO_GROUP = (
    "Insufficient evidence: no group is large enough beside its reference, or nobody of the "
    "reference is approved."
)


class SearchRefused(ValueError):
    """Nothing can be searched for here, and why: insufficient evidence, never "fair"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The loans in two parts, and the contract that they are looked at under."""

    contract: Contract
    own: People
    rest: People


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A recipe, cross-validated on the search's own part."""

    recipe: Recipe
    learner: RecipeLearner
    training: Training
    out: OutOfFold
    decided: Whole
    point: Point
    groups: list[dict[str, Any]]


def scene_of(contract: Contract, frame: pl.DataFrame, groups: Mapping[str, Groups]) -> Scene:
    """Part a snapshot's loans with real outcomes, once, before anything is looked at.

    Raises
    ------
    SearchRefused
        No attribute can be assessed, or a part has too few good or bad loans.
    """
    if not contract.assessable:
        raise SearchRefused("The contract has no protected attribute that can be assessed.")
    known = parted(frame).known
    bad = known["bad"].cast(pl.Int8).to_numpy() == 1
    everybody = People(rows=known, bad=bad, groups=groups)
    people = everybody.of(by_hash(known["row"].to_list(), at_most=MOST_ROWS))
    each = zip(people.bad, *people.groups.values(), strict=True)
    parted_by_hash = untouched(
        people.rows["row"].to_list(), ["|".join(map(str, one)) for one in each]
    )
    rest = together(parted_by_hash, twins_of(contract, people.rows))
    scene = Scene(contract=contract, own=people.of(~rest), rest=people.of(rest))
    for part in (scene.own, scene.rest):
        bads = int(part.bad.sum())
        if min(bads, len(part.bad) - bads) < FEWEST:
            raise SearchRefused(TOO_FEW)
    return scene


def tried(scene: Scene, recipe: Recipe, base: Tried | None = None) -> Tried:
    """Cross-validate a recipe.

    Raises
    ------
    SearchRefused
        Its model tells nothing, no group is large enough, or nobody of a reference is approved.
    """
    contract, own = scene.contract, scene.own
    learner = learner_by(recipe, contract, own.rows, own.groups)
    training = replace(recipe.training(contract), folds=FOLDS, repeats=1)
    try:
        out = out_of_fold(
            learner,
            own.bad.astype(np.int8),
            training=training,
            progress=_silence,
            twins=twins_of(contract, own.rows),
        )
    except CalibrationRefused as refused:
        raise SearchRefused(f"Insufficient evidence: {refused}") from refused
    decided = recommended(out.pds[0], contract.policy)
    groups = groups_of(contract, decided == APPROVE, own)
    worst = lowest(groups)
    if worst is None:
        raise SearchRefused(NO_GROUP)
    return Tried(
        recipe=recipe,
        learner=learner,
        training=replace(training, rounds=out.rounds),
        out=out,
        decided=decided,
        point=Point(
            air=worst["air"],
            profit=profit_of(
                decided,
                bad=own.bad,
                amounts=amounts_of(contract, own.rows),
                economics=contract.economics,
            ),
            auc=performance.auc(own.bad, out.pds[0]),
            flips=0.0 if base is None else float((decided != base.decided).mean()),
        ),
        groups=groups,
    )


def pds_of(scene: Scene, found: Tried) -> Floats:
    """Fit on the search's whole part, and ask of the other; the group is not asked for."""
    booster = found.learner.fit(None, training=found.training)
    line = calibrate(found.out.margins.ravel(), scene.own.bad.astype(np.int8))
    rows = matrix_by(found.recipe, found.learner.encoding, scene.rest.rows)
    return line.pd(margins(booster, rows))


def aimed(scene: Scene, base: Tried) -> tuple[Aim, tuple[Part, ...]]:
    """Say whom the search is for, and what makes that group's gap."""
    worst = lowest(base.groups)
    if worst is None:
        raise SearchRefused(NO_GROUP)
    reference = {each.name: each.reference for each in scene.contract.assessable}
    of_each = [each or "" for each in scene.own.groups[worst["attribute"]]]
    member = np.array(of_each, dtype=np.str_)
    parts = parts_of_gap(
        base.learner.fit(None, training=base.training),
        base.learner.encoding,
        base.learner.matrix,
        group=member == worst["group"],
        reference=member == reference[worst["attribute"]],
    )
    return Aim(attribute=worst["attribute"], group=worst["group"]), parts


def rises(learner: RecipeLearner, bad: NDArray[np.bool_]) -> dict[str, bool]:
    """Say with which features that have an order risk rises, on the whole."""
    encoding, found = learner.encoding, dict[str, bool]()
    ordered = {feature.name for feature in (*encoding.numbers, *encoding.ordinals)}
    for column, player in enumerate(encoding.players):
        name, values = encoding.features[player].name, learner.matrix[:, column]
        told = np.isfinite(values)
        if name in ordered and told.any() and np.ptp(values[told]) > 0:
            slope = float(np.cov(values[told], bad[told])[0, 1])
            if slope:
                found[name] = slope > 0
    return found


def _silence(what: str, share: float) -> None:
    """Tell nobody: a try is one step of the whole."""
