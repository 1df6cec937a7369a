"""Whom an applicant is compared with: the people who get this loan."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract, Feature, Kind
from scoring.features import Value
from scoring.training.calibrate import Floats

FEWEST = 100  # approved rows; fewer are no population
MOST = 100_000  # a larger population is drawn from, by a seed: the shares move in the third digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference population of the reasons, as row numbers of the training data."""

    rows: NDArray[np.int64]
    what: str


def reference_of(contract: Contract, pds: Floats) -> Reference:
    """Choose the training rows that the model itself would approve; all where they are few."""
    bound = contract.policy.approve_pd_at_most
    approved = np.flatnonzero(pds <= bound)
    if len(approved) >= FEWEST:
        return _drawn(approved, f"training rows with a PD of {bound:g} or less", contract)
    return Reference(
        rows=np.arange(len(pds)),
        what=(
            f"all training rows: {len(approved)} have a PD of {bound:g} or less, "
            f"and fewer than {FEWEST} are no population to compare with"
        ),
    )


def _drawn(rows: NDArray[np.int64], what: str, contract: Contract) -> Reference:
    if len(rows) <= MOST:
        return Reference(rows=rows, what=what)
    drawn = np.random.default_rng(contract.training.seed).choice(rows, MOST, replace=False)
    return Reference(rows=np.sort(drawn), what=f"{MOST:,} of the {len(rows):,} {what}, drawn")


def usual_of(contract: Contract, rows: pl.DataFrame) -> dict[str, Value]:
    """Say what is usual among the people of the reference, feature by feature.

    Of a number the median, a value that somebody has; of anything else the most frequent value,
    of equals the first of the contract. Missing is usual where more than half state nothing.
    """
    return {feature.name: _usual(feature, rows[feature.name]) for feature in contract.features}


def _usual(feature: Feature, column: pl.Series) -> Value:
    known = column.drop_nulls()
    if 2 * known.len() < column.len():
        return None
    if feature.kind.is_numeric:
        return _exact(feature, known)
    counts = dict(known.value_counts().iter_rows())
    order: tuple[Value, ...] = feature.values
    if feature.kind is Kind.BOOLEAN:
        order = (True, False)
    return max(order, key=lambda value: counts.get(value, 0))  # the first of equals


def _exact(feature: Feature, known: pl.Series) -> Value:
    found = known.cast(pl.Float64).quantile(0.5, "lower")
    return float(found) if feature.kind is Kind.DECIMAL else int(found)  # type: ignore[arg-type]
