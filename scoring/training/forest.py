"""The trees of an XGBoost model as plain arrays."""

import json
import math
from dataclasses import dataclass

import xgboost as xgb


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Nodes by number, the root first. A row goes left where its value is below `threshold`."""

    column: list[int]
    threshold: list[float]  # of a leaf: what it adds to the margin
    missing_goes_left: list[bool]
    left: list[int]  # -1 for a leaf
    right: list[int]

    def heights(self) -> list[int]:
        """How many tests at most lie between each node and its leaves."""
        height = [0] * len(self.left)
        for node in reversed(range(len(self.left))):  # children have higher numbers
            if self.left[node] >= 0:
                height[node] = 1 + max(height[self.left[node]], height[self.right[node]])
        return height


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """A model: its margin is `base_margin` plus one leaf of each tree."""

    trees: tuple[Tree, ...]
    base_margin: float

    @property
    def depth(self) -> int:
        """The most tests a row meets in one tree."""
        return max((tree.heights()[0] for tree in self.trees), default=0)

    @property
    def leaves(self) -> int:
        """Number of leaves of all trees."""
        return sum(child < 0 for tree in self.trees for child in tree.left)


def read(booster: xgb.Booster) -> Forest:
    """Read the trees of a fitted model."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    return Forest(
        trees=tuple(_tree(tree) for tree in trees),
        base_margin=_base_margin(learner["learner_model_param"]["base_score"]),
    )


def _tree(raw: dict[str, list[float]]) -> Tree:
    return Tree(
        column=[int(column) for column in raw["split_indices"]],
        threshold=raw["split_conditions"],
        missing_goes_left=[bool(flag) for flag in raw["default_left"]],
        left=[int(node) for node in raw["left_children"]],
        right=[int(node) for node in raw["right_children"]],
    )


def _base_margin(text: str) -> float:
    """XGBoost 3 writes the base score as a list, "[3.67E-1]"; earlier ones as a number."""
    found = json.loads(text)
    rate = found[0] if isinstance(found, list) else found
    return math.log(rate / (1 - rate))
