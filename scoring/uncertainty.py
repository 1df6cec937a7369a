"""How sure the model is of a recommendation: what equally good models would have said."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from scoring.contract import Policy
from scoring.ensemble import SECONDS_OF_A_BATCH
from scoring.points import Score
from scoring.policy import Disagreement, Recommendation, by_cut_off

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from scoring.engine import Engine
    from scoring.features import Value
    from scoring.feeds import Rows

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
    def facts(self) -> dict[str, int | float | str]:
        """All of it, as it is stored."""
        return {
            "models": self.models,
            "agreeing": self.agreeing,
            "recommendation": self.recommendation,
            "pd_low": self.pd_low,
            "pd_high": self.pd_high,
        }

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
    if ensemble is None or not is_asked(engine, score, policy):
        return None
    return _differing(np.sort(ensemble.pds(values)), score, policy)


def assess_each(
    engine: "Engine",
    rows: "Sequence[Mapping[str, Value]]",
    scores: "Sequence[Score]",
    policy: Policy,
    *,
    seconds: float | None = SECONDS_OF_A_BATCH,
) -> list[Uncertainty | None]:
    """Ask the bootstrap models about many applications; each gets what `assess` would give it.

    Parameters
    ----------
    rows, scores : sequences of length n
        What was scored, and what came of it.
    seconds : float or None
        As for `Engine.score_many`.

    Returns
    -------
    list of n Uncertainty or None

    Raises
    ------
    GraphFailed
        As `assess` does, for any row.
    """
    ensemble = engine.ensemble
    told: list[Uncertainty | None] = [None] * len(scores)
    if ensemble is None:
        return told
    asked = [at for at, score in enumerate(scores) if is_asked(engine, score, policy)]
    if not asked:
        return told
    found = np.sort(ensemble.pds_many([rows[at] for at in asked], seconds=seconds), axis=1)
    for at, ordered in zip(asked, found, strict=True):
        told[at] = _differing(ordered, scores[at], policy)
    return told


def _differing(ordered: "NDArray[np.float32]", score: Score, policy: Policy) -> Uncertainty:
    """Compare the models' ascending PDs of one application with what the champion says of it."""
    own = by_cut_off(policy, score.pd)
    return Uncertainty(
        models=len(ordered),
        agreeing=_agreeing(policy, ordered.tolist(), own),
        recommendation=str(own),
        pd_low=_percentile(ordered, LOW),
        pd_high=_percentile(ordered, HIGH),
    )


def _agreeing(policy: Policy, ordered: list[float], own: Recommendation) -> int:
    """Count which of ascending PDs recommend the same, as `by_cut_off` does.

    As Python's floats: a cut-off is none of float32.
    """
    approving = bisect_right(ordered, policy.approve_pd_at_most)
    if own is Recommendation.APPROVE:
        return approving
    not_declining = max(approving, bisect_left(ordered, policy.decline_pd_at_least))
    if own is Recommendation.DECLINE:
        return len(ordered) - not_declining
    return not_declining - approving


def is_asked(engine: "Engine", score: Score, policy: Policy) -> bool:
    """Whether the bootstrap models are asked about a score: its PD is near enough to a cut-off."""
    ensemble = engine.ensemble
    if ensemble is None or policy.agreement_at_least == 0:
        return False
    logit = _logit(score.pd)
    return any(abs(logit - cut) <= ensemble.near for cut in _logits_of_cut_offs(policy))


def stand(
    engine: "Engine", rows: "Rows", pds: "NDArray[np.float32]", policy: Policy
) -> "NDArray[np.bool_]":
    """Say which of n approvals by the cut-offs would stand: enough of the models agree.

    It answers for many what `assess` and `policy.recommend` answer for one.

    Parameters
    ----------
    engine : Engine
        Of the release that scored.
    rows : mapping of feature to n values
        What was scored; every PD is within the cut-off of approval.
    pds : array of shape (n,)
        The champion's.
    policy : Policy
        Its cut-offs, and how many of the models must agree.

    Raises
    ------
    GraphFailed
        As `assess` does.
    """
    ensemble = engine.ensemble
    if ensemble is None or policy.agreement_at_least == 0:
        return np.ones(len(pds), dtype=np.bool_)
    found = ensemble.pds_many(rows).astype(np.float64)
    agreeing = (found <= policy.approve_pd_at_most).sum(axis=1)
    logits = np.array([_logit(pd) for pd in pds.tolist()])
    cut_offs = _logits_of_cut_offs(policy)
    is_near = np.any([np.abs(logits - cut) <= ensemble.near for cut in cut_offs], axis=0)
    enough = agreeing / ensemble.models >= policy.agreement_at_least
    return np.asarray(enough | ~is_near, dtype=np.bool_)


def _percentile(ordered: "NDArray[np.float32]", percent: int) -> float:
    """Interpolate as `np.percentile` does, to the bit, which takes ten times as long to begin."""
    place = (len(ordered) - 1) * (percent / 100)
    at = int(place)
    below, above = ordered[at], ordered[min(at + 1, len(ordered) - 1)]
    step, share = float(above - below), place - at
    if share >= 0.5:
        return float(above) - step * (1 - share)
    return float(below) + step * share


def _logits_of_cut_offs(policy: Policy) -> tuple[float, float]:
    return _logits(policy.approve_pd_at_most, policy.decline_pd_at_least)


@lru_cache(maxsize=64)  # policies are few
def _logits(approve: float, decline: float) -> tuple[float, float]:
    return _logit(approve), _logit(decline)


def _logit(pd: float) -> float:
    safe = min(max(pd, _SMALLEST), 1 - _SMALLEST)
    return float(np.log(safe / (1 - safe)))
