"""How a training may depart from its contract, towards a model that falls less hard on a group.

Nothing of a recipe is there when an application is scored: it says which of the contract's
features the trees may use, which way risk may move with them, how the trees are grown, and how
loans weigh while they are learned from. The group may be read for the last alone.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scoring.canonical import canonical
from scoring.contract import Contract, Direction, Feature, Training
from scoring.contracts.features import Kind

SETTINGS = frozenset(
    {"rounds", "max_depth", "learning_rate", "subsample", "colsample", "min_child_weight"}
)
DIGITS_OF_KEY = 12


class RecipeRefused(ValueError):
    """The contract has no such thing to depart from."""


class Way(StrEnum):
    """How loans are weighed by the group that their applicant is of."""

    REWEIGHING = "reweighing"  # as if group and outcome had nothing to do with each other
    REDUCTION = "reduction"  # as the constraint of equal approval costs it


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How loans weigh while they are learned from, and no longer."""

    way: Way
    attribute: str
    strength: float
    group: str | None = None  # of a reduction: whose approvals it is to raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What departs from the contract; nothing where it is empty.

    Examples
    --------
    >>> recipe = Recipe(leave_out=("housing",), settings=(("max_depth", 3),))
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    >>> recipe.key
    'e1e6d8f92171'
    """

    leave_out: tuple[str, ...] = ()
    directions: tuple[tuple[str, str], ...] = ()  # feature to "up" or "down"
    settings: tuple[tuple[str, float], ...] = ()  # of `Training`
    weighing: Weighing | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is the contract's own way."""
        return self == Recipe()

    @property
    def key(self) -> str:
        """Name it by what it says."""
        return hashlib.sha256(canonical(self.to_json())).hexdigest()[:DIGITS_OF_KEY]

    def to_json(self) -> dict[str, Any]:
        """Write it as plain values, without what does not depart."""
        said: dict[str, Any] = {}
        if self.leave_out:
            said["leave_out"] = list(self.leave_out)
        if self.directions:
            said["directions"] = dict(self.directions)
        if self.settings:
            said["settings"] = dict(self.settings)
        if self.weighing:
            each = self.weighing
            said["weighing"] = {
                "way": each.way.value,
                "attribute": each.attribute,
                "strength": each.strength,
                "group": each.group,
            }
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Recipe":
        """Read what `to_json` wrote."""
        weighing = said.get("weighing")
        return cls(
            leave_out=tuple(said.get("leave_out", ())),
            directions=tuple(sorted(said.get("directions", {}).items())),
            settings=tuple(sorted(said.get("settings", {}).items())),
            weighing=Weighing(**{**weighing, "way": Way(weighing["way"])}) if weighing else None,
        )

    def check(self, contract: Contract) -> None:
        """Hold it against the contract.

        Raises
        ------
        RecipeRefused
            Naming the first thing that the contract does not have.
        """
        features = {feature.name: feature for feature in contract.features}
        for name in (*self.leave_out, *dict(self.directions)):
            if name not in features:
                raise RecipeRefused(f"The recipe speaks of {name}: the contract has no such detail")
        if not set(features) - set(self.leave_out):
            raise RecipeRefused("The recipe leaves every detail out: nothing is left to learn from")
        for name, _ in self.directions:
            if features[name].kind is Kind.CATEGORY and not features[name].is_ordinal:
                raise RecipeRefused(
                    f"The recipe gives {name} a direction: its values have no order"
                )
        if not set(dict(self.settings)) <= SETTINGS:
            raise RecipeRefused("The recipe changes settings other than those of the trees")
        if self.weighing:
            _check_weighing(self.weighing, contract)

    def features(self, contract: Contract) -> tuple[Feature, ...]:
        """Give the contract's features, all of them, with the recipe's directions."""
        held = dict(self.directions)
        return tuple(
            replace(each, direction=Direction(held[each.name])) if each.name in held else each
            for each in contract.features
        )

    def training(self, contract: Contract) -> Training:
        """Give the contract's settings with the recipe's in their place."""
        return replace(contract.training, **{name: _whole(value) for name, value in self.settings})


def _whole(value: float) -> Any:
    """Give a whole number as one: XGBoost takes no other for trees and depth."""
    return int(value) if float(value).is_integer() else value


def _check_weighing(weighing: Weighing, contract: Contract) -> None:
    known = {each.name: each for each in contract.assessable}
    attribute = known.get(weighing.attribute)
    if attribute is None:
        raise RecipeRefused(
            f"The recipe weighs by {weighing.attribute}: the contract lets nobody assess it"
        )
    groups = {group.value for group in attribute.groups}
    if weighing.way is Way.REDUCTION and weighing.group not in groups:
        raise RecipeRefused(
            f"The recipe speaks of the group {weighing.group}: {attribute.label} has no such group"
        )
