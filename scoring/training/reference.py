"""Whom an applicant is compared with: the people who get this loan."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Contract
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
