"""How sure the model is of a recommendation: what equally good models would have said."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.contract import Policy
from scoring.points import Score
from scoring.policy import Disagreement, by_cut_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scoring.engine import Engine
    from scoring.features import Value

LOW, HIGH = 5, 95  # percentiles of the models' PDs
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty(Disagreement):
    """What the bootstrap models say of one application.

    The interval is of the fit: where another sample of the same loans would have put the PD. It
    says nothing of the applicant's own fate.
    """

    models: int
    agreeing: int  # would recommend what the champion does, by the cut-offs alone
    recommendation: str  # the champion's, by the cut-offs alone
    pd_low: float
    pd_high: float

    @property
    def agreement(self) -> float:
        """Share of the models that agree."""
        return self.agreeing / self.models

    @property
    def warning(self) -> str:
        """Say it in words."""
        return f"models disagree: {self.agreeing} of {self.models} {self.recommendation}"


def assess(
    engine: "Engine", values: "Mapping[str, Value]", score: Score, policy: Policy
) -> Uncertainty | None:
    """Ask the bootstrap models where their disagreement could matter.

    Parameters
    ----------
    engine : Engine
        Of the release that scored.
    values : mapping of feature to value
        What was scored.
    score : Score
        What came of it.
    policy : Policy
        Its cut-offs.

    Returns
    -------
    Uncertainty or None
        None where the release has no such models, where policy does not ask for agreement, and
        where the PD is farther from every cut-off than the models differ.

    Raises
    ------
    GraphFailed
        The models' graph raised, took too long, or answered what cannot be true.
    """
    ensemble = engine.ensemble
    if ensemble is None or policy.agreement_at_least == 0:
        return None
    logit = _logit(score.pd)
    cut_offs = (policy.approve_pd_at_most, policy.decline_pd_at_least)
    if all(abs(logit - _logit(cut)) > ensemble.near for cut in cut_offs):
        return None
    pds = ensemble.pds(values)
    own = by_cut_off(policy, score.pd)
    low, high = np.percentile(pds, [LOW, HIGH])
    return Uncertainty(
        models=len(pds),
        agreeing=sum(by_cut_off(policy, pd) is own for pd in pds.tolist()),
        recommendation=str(own),
        pd_low=float(low),
        pd_high=float(high),
    )


def _logit(pd: float) -> float:
    safe = min(max(pd, _SMALLEST), 1 - _SMALLEST)
    return float(np.log(safe / (1 - safe)))
