"""Bins of one feature for the scorecard: cut by optbinning, weighed by their evidence."""

import hashlib
import json
import logging
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Direction, Feature, Kind
from scoring.training.calibrate import Floats, Outcomes

# cvxpy, which optbinning brings, complains on the terminal about a solver nobody asked for.
logging.getLogger("__cvxpy__").addFilter(lambda _: False)

SMALLEST_BIN = 0.05  # share of the rows
FEWEST_MISSING = 20  # rows; fewer say nothing of what missing means
_TREND = {Direction.UP: "ascending", Direction.DOWN: "descending", Direction.NONE: "auto"}
Places = NDArray[np.int64]
Cuts = tuple[tuple[float, ...], tuple[tuple[str, ...], ...]]  # edges, or groups of categories
# Trainings on the same loans by another recipe ask for the same cuts, which take half their time.
_FOUND: dict[bytes, Cuts] = {}
MOST_FOUND = 1_000  # a few hundred bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """A feature in bins. Evidence is ln(share of goods / share of bads), above 0 for good.

    The last two places of `evidence` are a missing value's and that of a value in no bin.
    """

    feature: Feature
    edges: tuple[float, ...]
    groups: tuple[tuple[str, ...], ...]
    evidence: Floats

    def places(self, column: pl.Series) -> Places:
        """In which bin each value is."""
        return _places(self.feature, column, self.edges, self.groups)


def binned(feature: Feature, column: pl.Series, bad: Outcomes) -> Binned | None:
    """Bin a feature; None where it has one bin only and so tells nothing."""
    stated = column.is_not_null().to_numpy()
    edges, groups = _cuts(feature, column.filter(stated), bad[stated])
    bins = len(groups) or len(edges) + 1
    if bins < 2:
        return None
    places = _places(feature, column, edges, groups)
    return Binned(
        feature=feature, edges=edges, groups=groups, evidence=_evidence(places, bad, bins=bins)
    )


def _cuts(feature: Feature, stated: pl.Series, bad: Outcomes) -> Cuts:
    """Give the cuts found before for the very same values and outcomes, or find them."""
    if stated.n_unique() < 2 or len(np.unique(bad)) < 2:
        return (), ()
    asked = _digest(feature, stated, bad)
    if asked not in _FOUND:
        while len(_FOUND) >= MOST_FOUND:
            _FOUND.pop(next(iter(_FOUND)))
        _FOUND[asked] = _found(feature, stated, bad)
    return _FOUND[asked]


def _digest(feature: Feature, stated: pl.Series, bad: Outcomes) -> bytes:
    """Hash all that cuts depend on."""
    is_text = feature.kind is Kind.CATEGORY
    digest = hashlib.sha256(json.dumps([is_text, feature.direction, str(bad.dtype)]).encode())
    digest.update(json.dumps(stated.to_list()).encode() if is_text else _numbers(stated).tobytes())
    digest.update(bad.tobytes())
    return digest.digest()


def _numbers(stated: pl.Series) -> Floats:
    return stated.cast(pl.Float64).to_numpy()


def _found(feature: Feature, stated: pl.Series, bad: Outcomes) -> Cuts:
    from optbinning import OptimalBinning  # noqa: PLC0415 - takes longer to import than to run

    is_text = feature.kind is Kind.CATEGORY
    optimal = OptimalBinning(
        name=feature.name,
        dtype="categorical" if is_text else "numerical",
        monotonic_trend=None if is_text else _TREND[feature.direction],
        min_bin_size=SMALLEST_BIN,
    )
    values = stated.to_numpy().astype(object) if is_text else _numbers(stated)
    optimal.fit(values, bad)
    if is_text:
        return (), tuple(tuple(sorted(map(str, group))) for group in optimal.splits)
    return tuple(float(edge) for edge in optimal.splits), ()


def _places(
    feature: Feature,
    column: pl.Series,
    edges: tuple[float, ...],
    groups: tuple[tuple[str, ...], ...],
) -> Places:
    if feature.kind is Kind.CATEGORY:
        place = {value: at for at, group in enumerate(groups) for value in group}
        missing, other = len(groups), len(groups) + 1
        found = [missing if value is None else place.get(value, other) for value in column]
        return np.array(found, dtype=np.int64)
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    places = np.searchsorted(np.array(edges), values, side="right")
    return np.where(np.isnan(values), len(edges) + 1, places).astype(np.int64)


def _evidence(places: Places, bad: Outcomes, *, bins: int) -> Floats:
    """Weigh each bin; half a row is added to each count, so that no bin weighs without end."""
    goods = np.bincount(places[bad == 0], minlength=bins + 2) + 0.5
    bads = np.bincount(places[bad == 1], minlength=bins + 2) + 0.5
    evidence: Floats = np.log(goods / bads) - np.log((bad == 0).sum() / (bad == 1).sum())
    if goods[bins] + bads[bins] < FEWEST_MISSING:
        evidence[bins] = 0.0
    evidence[bins + 1] = 0.0
    return evidence
