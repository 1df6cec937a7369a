"""Rows of a snapshot by where their label came from, and labels for those who never have one.

Declined applicants have no outcome, so a model of booked loans extrapolates to them. Reject
inference gives each a guess: it enters twice, as bad by the share that is guessed and as good by
the rest (Siddiqi, 2006). It adds no knowledge of them; see `SENTENCE`.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract, LabelSource, RejectInference
from scoring.contracts.learning_terms import KNOWN
from scoring.training.calibrate import Floats, Outcomes, logit, sigmoid
from scoring.training.learners import Rows, Weights

SENTENCE = (
    "Labels of declined applicants are guesses of a model of booked loans: without outcomes of "
    "applicants who would have been declined nobody can verify them. Both policies are measured "
    "on the same loans with real, matured outcomes, where reject inference is not expected to help."
)
PRIOR = 20  # rows that a band's bad rate is drawn by towards the mean PD of its loans


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A snapshot's rows in three parts; `known` are those whose outcome really is known."""

    known: pl.DataFrame
    officers: pl.DataFrame
    rejects: pl.DataFrame
    twins: Rows | None = None  # of the known rows; see `twins.twins_of`

    @property
    def is_plain(self) -> bool:
        """Whether nothing but real outcomes is learned from."""
        return not self.officers.height and not self.rejects.height

    @property
    def laid_out(self) -> pl.DataFrame:
        """The rows as a learner has them: each reject as bad and, further down, as good."""
        if self.is_plain:
            return self.known
        as_bad, as_good = (self.rejects.with_columns(bad=pl.lit(bad, pl.Int8)) for bad in (1, 0))
        return pl.concat([self.known, self.officers, as_bad, as_good])

    def weights(self, shares: Floats) -> Weights:
        """Weigh each row as laid out; `shares` says how bad each reject is guessed to be."""
        weights = [np.ones(self.known.height)]
        if not self.is_plain:
            each = self.rejects["weight"].to_numpy()
            weights += [self.officers["weight"].to_numpy(), each * shares, each * (1 - shares)]
        return np.concatenate(weights).astype(np.float32)


def parted(frame: pl.DataFrame) -> Sample:
    """Part a snapshot's rows; without a column `label` all are known."""
    if "label" not in frame.columns:
        return Sample(known=frame, officers=frame.clear(), rejects=frame.clear())
    return Sample(
        known=frame.filter(pl.col("label").is_in(KNOWN)),
        officers=frame.filter(pl.col("label") == LabelSource.OFFICER.value),
        rejects=frame.filter(pl.col("label") == LabelSource.INFERRED.value),
    )


def shares_of_bad(contract: Contract, pds: Floats, known: Floats, bad: Outcomes) -> Floats:
    """Guess how bad each reject is, from a model of loans with outcomes.

    Parameters
    ----------
    contract : Contract
        Says how: by the model's own PD, or by what its band of the score really did.
    pds : array (rejects,)
        The model's PDs of the rejects.
    known : array (loans,)
        PDs of loans, each by a model that had not seen it.
    bad : array (loans,)
        What became of those.
    """
    learning = contract.learning
    if learning.labels is RejectInference.PARCELLING:
        pds = _rates(contract, known, bad)[_bands(contract, pds)]
    shares: Floats = sigmoid(logit(pds) + np.log(learning.prudence))
    return shares


def _bands(contract: Contract, pds: Floats) -> NDArray[np.intp]:
    return np.digitize(pds, [band.pd_below for band in contract.bands[:-1]])


def _rates(contract: Contract, known: Floats, bad: Outcomes) -> Floats:
    """Say what share of each band turned out bad; a band with few loans leans on their PDs."""
    places, bands = _bands(contract, known), contract.bands
    n = np.bincount(places, minlength=len(bands))
    bads = np.bincount(places, weights=bad, minlength=len(bands))
    sums = np.bincount(places, weights=known, minlength=len(bands))
    edges = np.array([0.0, *(band.pd_below for band in bands)])
    middle = (edges[:-1] + edges[1:]) / 2
    predicted = np.where(n > 0, sums / np.maximum(n, 1), middle)
    return np.asarray((bads + PRIOR * predicted) / (n + PRIOR))
