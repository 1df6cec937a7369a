"""How a model does within parts of its product: the categories that it leans on most."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract, Feature, Kind
from scoring.proportions import Share, Z, wilson
from scoring.results import performance

MOST_FEATURES = 4
MOST_VALUES = 12  # of a category: more are no segments but a list
FEWEST = 30  # bads, and goods, that an AUC is stated of
DIGITS = 6


def chosen(contract: Contract, influence: Mapping[str, float]) -> list[Feature]:
    """Choose the categories that part a product: few values, and what moves the score most."""
    parting = [
        feature
        for feature in contract.features
        if feature.kind in {Kind.CATEGORY, Kind.BOOLEAN}
        and 1 < len(feature.categories) <= MOST_VALUES
    ]
    ordered = sorted(parting, key=lambda feature: -influence.get(feature.name, 0.0))
    return ordered[:MOST_FEATURES]


def segments(
    contract: Contract,
    frame: pl.DataFrame,
    *,
    bad: NDArray[np.bool_],
    pds: NDArray[np.float64],
    influence: Mapping[str, float],
) -> list[dict[str, Any]]:
    """Measure each value of the chosen categories.

    Parameters
    ----------
    frame : DataFrame of n rows
        The features.
    bad, pds : array of shape (n,)
        What happened, and what was said by models that had not seen the row.
    influence : mapping of feature to float
        Points that it moves the score by, on average.

    Returns
    -------
    list of dict
        With no AUC where there are fewer than `FEWEST` bads or goods, and no share of bads where
        there are as few loans.
    """
    return [
        {
            "feature": feature.name,
            "label": feature.label,
            "values": [
                {"label": label, **_figures(bad[inside], pds[inside])}
                for label, inside in _parts(feature, frame[feature.name])
            ],
        }
        for feature in chosen(contract, influence)
    ]


def _parts(feature: Feature, column: pl.Series) -> list[tuple[str, NDArray[np.bool_]]]:
    texts = column.cast(pl.String).str.to_lowercase() if feature.kind is Kind.BOOLEAN else column
    parts = [
        (category.label, (texts == category.value).fill_null(value=False).to_numpy())
        for category in feature.categories
    ]
    missing = column.is_null().to_numpy()
    return [*parts, (feature.missing_label, missing)] if missing.any() else parts


def _figures(bad: NDArray[np.bool_], pds: NDArray[np.float64]) -> dict[str, Any]:
    n, bads = len(bad), int(bad.sum())
    said: dict[str, Any] = {"n": n, "bads": bads, "auc": None, "rate": None}
    if n >= FEWEST:
        interval = wilson(Share(count=bads, n=n))
        said["rate"] = {
            "mean_pd": round(float(pds.mean()), DIGITS),
            "share": round(bads / n, DIGITS),
            "low": round(interval.low, DIGITS),
            "high": round(interval.high, DIGITS),
        }
    if min(bads, n - bads) >= FEWEST:
        auc = performance.auc(bad, pds)
        error = Z * performance.sd_of_auc(auc, bads, n - bads)
        said["auc"] = {
            "mean": round(auc, DIGITS),
            "low": round(auc - error, DIGITS),
            "high": round(auc + error, DIGITS),
        }
    return said
