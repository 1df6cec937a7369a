"""Whom an applicant is compared with: the people who get this loan."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Contract
from scoring.training.encoding import Matrix
from scoring.training.export import Model
from scoring.training.fit import margins

FEWEST = 100  # approved rows; fewer are no population


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference population of the reasons, as row numbers of the training data."""

    rows: NDArray[np.int64]
    what: str


def reference_of(contract: Contract, model: Model, matrix: Matrix) -> Reference:
    """Choose the training rows that the model itself would approve; all where they are few."""
    bound = contract.policy.approve_pd_at_most
    pds = model.calibration.pd(margins(model.booster, matrix))
    approved = np.flatnonzero(pds <= bound)
    if len(approved) >= FEWEST:
        return Reference(rows=approved, what=f"training rows with a PD of {bound:g} or less")
    return Reference(
        rows=np.arange(len(matrix)),
        what=(
            f"all training rows: {len(approved)} have a PD of {bound:g} or less, "
            f"and fewer than {FEWEST} are no population to compare with"
        ),
    )
