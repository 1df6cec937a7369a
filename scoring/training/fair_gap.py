"""Which features make the gap between a group's scores and the reference's: what to try first.

A tree's contributions add up to its margin, so the mean gap falls into one part a feature (path-
dependent Shapley values: S. M. Lundberg et al., Nature Machine Intelligence 2 (2020) 56-67). They
order what is tried and are shown to nobody as reasons: those are exact and interventional.
"""

from dataclasses import dataclass

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from scoring.training.encoding import Encoding, Matrix

DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A feature's part of the gap in log-odds of bad; above nought it is the group that loses."""

    feature: str
    gap: float


def parts_of_gap(
    booster: xgb.Booster,
    encoding: Encoding,
    matrix: Matrix,
    *,
    group: NDArray[np.bool_],
    reference: NDArray[np.bool_],
) -> tuple[Part, ...]:
    """Part the gap of the mean margins by feature, what widens it most first.

    Parameters
    ----------
    group, reference : array (rows,)
        Who is in either.
    """
    shares = booster.predict(xgb.DMatrix(matrix, nthread=1), pred_contribs=True)
    gaps = shares[group, :-1].mean(axis=0) - shares[reference, :-1].mean(axis=0)
    by_feature = np.bincount(encoding.players, weights=gaps, minlength=len(encoding.features))
    parts = [
        Part(feature=feature.name, gap=round(float(gap), DIGITS))
        for feature, gap in zip(encoding.features, by_feature, strict=True)
    ]
    return tuple(sorted(parts, key=lambda part: (-part.gap, part.feature)))
