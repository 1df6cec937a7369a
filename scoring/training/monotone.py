"""Whether risk rises, or falls, with every feature that the contract says it does with."""

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Direction, Feature
from scoring.training.encoding import Encoding
from scoring.training.probes import Inputs, count_of, taken
from scoring.training.served import Graph

ROWS = 40
STEPS = 33
_SIGN = {Direction.UP: 1.0, Direction.DOWN: -1.0}


def worst_step(encoding: Encoding, graph: Graph, rows: Inputs) -> float:
    """Walk some rows over a grid of each monotone feature; give the worst step back.

    Nought means none: adding floats in a fixed order keeps the order of what is added, so the
    margin of a monotone model is monotone to the last bit.
    """
    return max(
        (_worst_of(feature, graph, rows) for feature in encoding.features if _is_held(feature)),
        default=0.0,
    )


def _is_held(feature: Feature) -> bool:
    return feature.direction is not Direction.NONE


def _grid(feature: Feature) -> NDArray[np.generic]:
    if feature.is_ordinal:
        return np.array(feature.values, dtype=object)
    low, high = feature.minimum or 0.0, 1.0 if feature.maximum is None else feature.maximum
    return np.linspace(low, high, STEPS).astype(np.float32)


def _worst_of(feature: Feature, graph: Graph, rows: Inputs) -> float:
    count, grid = min(ROWS, count_of(rows)), _grid(feature)
    walked = taken(rows, np.repeat(np.arange(count), len(grid)))
    walked[feature.name] = np.tile(grid, count)[:, None]
    steps = np.diff(graph.answer(walked).margin.reshape(count, len(grid)), axis=1)
    return float(max(0.0, (-_SIGN[feature.direction] * steps).max()))
