"""The search for less discriminatory alternatives: tried on one part, measured on another.

The loans are parted once, by the hash of their ids. Each recipe is tried by cross-validation on the
search's own part; what is chosen there is fitted on all of that part and measured on the rest,
which nothing before has looked at. So figures that are reported were not chosen by themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from scoring.candidates.recipes import Recipe
from scoring.contract import Contract
from scoring.training import fair_choice
from scoring.training.calibrate import Floats
from scoring.training.fair_figures import figures, swaps
from scoring.training.fair_tries import Ground, Try, tries
from scoring.training.fair_trying import (
    Scene,
    SearchRefused,
    Tried,
    aimed,
    pds_of,
    rises,
    scene_of,
    tried,
)
from scoring.training.fair_weights import Groups
from scoring.training.folds import Progress

FORMAT = 1
DIGITS = 6
DIGITS_OF_DAY = 10
MEASURING = 0.8  # where it begins, as a share of the whole

__all__ = ["Beside", "Box", "SearchRefused", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """How much is tried: counted, so that it can be repeated; `is_over` only cuts it short."""

    tries: int
    seed: int
    is_over: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another version, as the champion: what it says of loans that it does not remember."""

    name: str
    contract: Contract
    ask: Callable[[pl.DataFrame], Floats]


def search(
    *,
    contract: Contract,
    frame: pl.DataFrame,
    groups: Mapping[str, Groups],
    box: Box,
    base: Recipe | None = None,
    champion: Beside | None = None,
    progress: Progress,
) -> dict[str, Any]:
    """Look for recipes whose model falls less hard on the group that is approved least often.

    Parameters
    ----------
    contract : Contract
        The lending product.
    frame : DataFrame
        A snapshot, as `train` takes it. Only loans with a real outcome are looked at.
    groups : mapping
        For each assessable attribute, the group of each loan with a real outcome, in their order.
    box : Box
        How many are tried, from which seed. A run that is cut short is the beginning of the whole.
    base : Recipe, optional
        That of the version which is searched around; the contract's own without one.
    champion : Beside, optional
        Measured on the same untouched loans, where it is another.
    progress : callable
        Told what is done and how much of the whole, 0 to 1.

    Returns
    -------
    dict
        Plain values that JSON can hold; the same for the same loans, contract, seed and tries.

    Raises
    ------
    SearchRefused
        Groups or outcomes are too few on either part, or nobody is approved.
    RecipeRefused
        The base does not fit the contract.
    """
    scene = scene_of(contract, frame, groups)
    progress("Searching alternatives: this version's own recipe", 0.0)
    own = tried(scene, base or Recipe())
    aim, parts = aimed(scene, own)
    ground = Ground(
        contract=contract,
        base=own.recipe,
        aim=aim,
        parts=parts,
        rises=rises(own.learner, scene.own.bad),
        seed=box.seed,
    )
    asked = tries(ground, at_most=box.tries)
    done = _carried_out(scene, own, asked, box, progress)
    progress("Measuring alternatives on loans that the search has not seen", MEASURING)
    return {
        "format": FORMAT,
        "seed": box.seed,
        "asked": len(asked),
        "tried": len(done),
        "is_stopped": len(done) < len(asked),
        "people": _people(scene),
        "minimum_air": contract.fairness.minimum_air,
        "minimum_group": contract.fairness.minimum_group,
        "approve_pd_at_most": contract.policy.approve_pd_at_most,
        "aim": {"attribute": aim.attribute, "group": aim.group},
        "gap": [{"feature": part.feature, "gap": part.gap} for part in parts],
        "tries": [_said(each, came_to) for each, came_to in done],
        **_measured(scene, own, done, seed=box.seed),
        "champion": None if champion is None else _beside(champion, scene, seed=box.seed),
    }


Done = list[tuple[Try, Tried | None]]


def _carried_out(scene: Scene, own: Tried, asked: list[Try], box: Box, progress: Progress) -> Done:
    """Try one after the other, until all are tried or the time is over."""
    done: Done = []
    for number, each in enumerate(asked):
        if box.is_over():
            break
        share = MEASURING * number / len(asked)
        progress(f"Searching alternatives: {number + 1} of {len(asked)}", share)
        try:
            done.append((each, tried(scene, each.recipe, own)))
        except SearchRefused:  # as where its model tells nothing: it was tried
            done.append((each, None))
    return done


def _measured(scene: Scene, own: Tried, done: Done, *, seed: int) -> dict[str, Any]:
    """Measure what was chosen, and the base, on the loans that nothing looked at."""
    told = [(each, came_to) for each, came_to in done if came_to is not None]
    kept, near = fair_choice.chosen([came_to.point for _, came_to in told], own.point)
    contract, rest, before = scene.contract, scene.rest, pds_of(scene, own)
    found = []
    for place in kept:
        each, came_to = told[place]
        pds = pds_of(scene, came_to)
        found.append(
            {
                "key": each.recipe.key,
                "family": each.family,
                "recipe": each.recipe.to_json(),
                "is_nearest": place in near,
                "figures": figures(contract, pds, rest, seed=seed),
                "swap": swaps(contract, before, pds, rest, seed=seed),
            }
        )
    own_figures = figures(contract, before, rest, seed=seed)
    return {
        "base": {"recipe": own.recipe.to_json(), "figures": own_figures},
        "alternatives": found,
    }


def _beside(champion: Beside, scene: Scene, *, seed: int) -> dict[str, Any]:
    """Measure the champion by its own cut-offs, on the same people and groups."""
    pds = champion.ask(scene.rest.rows)
    by_its_own = replace(scene.contract, policy=champion.contract.policy)
    return {"name": champion.name, "figures": figures(by_its_own, pds, scene.rest, seed=seed)}


def _people(scene: Scene) -> dict[str, Any]:
    rows = scene.rest.rows
    days = rows["applied_on"].drop_nulls() if "applied_on" in rows.columns else pl.Series()
    period = [str(days.min())[:DIGITS_OF_DAY], str(days.max())[:DIGITS_OF_DAY]]
    return {
        "own": len(scene.own.bad),
        "untouched": len(scene.rest.bad),
        "bads_untouched": int(scene.rest.bad.sum()),
        "period": period if len(days) else None,
    }


def _said(each: Try, came_to: Tried | None) -> dict[str, Any]:
    said = {"key": each.recipe.key, "family": each.family, "recipe": each.recipe.to_json()}
    if came_to is None:
        return said | {"own": None}
    point = came_to.point
    own = {"air": point.air, "profit": point.profit, "auc": point.auc}
    return said | {"own": {name: round(value, DIGITS) for name, value in own.items()}}
