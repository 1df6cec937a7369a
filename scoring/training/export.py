"""From fitted trees to the bytes of `model.onnx`."""

from dataclasses import dataclass

import numpy as np
import xgboost as xgb

from scoring.contract import Scale
from scoring.onnx_safety import LARGEST_MODEL
from scoring.training.calibrate import Calibration
from scoring.training.encoding import Encoding, Matrix
from scoring.training.forest import Forest, read
from scoring.training.graph import Parts, build, to_bytes
from scoring.training.groups import Cut, Groups, cut
from scoring.training.shapley import Floats, leaf_tables
from scoring.training.small_trees import small_trees

DEEPEST = 6


class ExportRefused(ValueError):
    """The model has a shape that cannot be exported with its reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted model with everything that turns its margin into points."""

    encoding: Encoding
    booster: xgb.Booster
    calibration: Calibration
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A graph, and what was worked out on the way to it."""

    graph: bytes
    forest: Forest
    base_margin: float  # mean margin of the reference
    base_points: float


def export(model: Model, reference: Matrix) -> Exported:
    """Write the graph of a model and its reasons against all rows of a reference.

    Raises
    ------
    ExportRefused
        No tree has a split, a tree is deeper than 6 (a leaf's table has 2^depth rows), or the
        graph is larger than the product loads.
    """
    forest = read(model.booster)
    _refuse_shapes(forest)
    pieces = cut(forest, model.encoding.players)
    tables = leaf_tables(pieces.groups, pieces.splits, reference)
    base_margin = mean_margin(pieces, tables)
    points_a_margin = -model.scale.factor * model.calibration.slope
    base_points = model.scale.offset - model.scale.factor * (
        model.calibration.slope * base_margin + model.calibration.intercept
    )
    parts = Parts(
        encoding=model.encoding,
        booster=model.booster,
        calibration=model.calibration,
        scale=model.scale,
        reasons=small_trees(pieces, tables, scale=points_a_margin),
        base_points=base_points,
    )
    graph = to_bytes(build(parts))
    _refuse_size(graph, forest)
    return Exported(
        graph=graph,
        forest=forest,
        base_margin=base_margin,
        base_points=base_points,
    )


def mean_margin(pieces: Cut, tables: list[list[Floats]]) -> float:
    """Mean margin of the reference: what each leaf's players cannot move from its value.

    A leaf gives a row that passes everywhere its value less the value's mean over the
    reference; so the mean is the value less the sum of that row of the table.
    """
    return pieces.constant + sum(
        _mean_of(groups, by_leaf) for groups, by_leaf in zip(pieces.groups, tables, strict=True)
    )


def _mean_of(groups: Groups, by_leaf: list[Floats]) -> float:
    moved = np.stack([table[:, -1].sum(axis=1) for table in by_leaf], axis=1)
    return float((groups.values - moved).sum())


def _refuse_shapes(forest: Forest) -> None:
    if not forest.depth:
        raise ExportRefused("The model learned no split: nothing in the data tells good from bad.")
    if forest.depth > DEEPEST:
        raise ExportRefused(
            f"Trees of depth {forest.depth} cannot be explained exactly in reasonable space; "
            f"the deepest allowed is {DEEPEST}. Lower max_depth in the contract's training table."
        )


def _refuse_size(graph: bytes, forest: Forest) -> None:
    if len(graph) > LARGEST_MODEL:
        raise ExportRefused(
            f"The graph takes {len(graph):,} bytes for {len(forest.trees)} trees of depth "
            f"{forest.depth}, and at most {LARGEST_MODEL:,} are loaded. Lower rounds or max_depth "
            "in the contract's training table."
        )
