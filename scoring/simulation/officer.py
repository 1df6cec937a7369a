"""A made-up officer, for replaying real loans: what they decide, how soon, and with which words.

They know nothing that the model does not: where they go against a recommendation, or decide what
was left to them, a number drawn from the seed and the loan's own id decides. So the same loan
gets the same treatment under any strategy, and every run repeats.
"""

import hashlib
from dataclasses import dataclass

from scoring.contract import Contract, Policy
from scoring.policy import Recommendation, by_cut_off

_LARGEST = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How officers are made to behave; stated in every report."""

    follows_approve: float = 0.97
    follows_decline: float = 0.95
    approves_referred: float = 0.60
    most_days: int = 4  # from the application to the decision, each number of days as likely

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        return (
            f"Made-up officers follow {self.follows_approve:.0%} of the recommendations to approve "
            f"and {self.follows_decline:.0%} of those to decline, approve "
            f"{self.approves_referred:.0%} of what is referred, and take up to {self.most_days} "
            "days. Who deviates is drawn from the seed and the loan's id: they know nothing that "
            "the model does not."
        )


USUAL = Behaviour()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the officer says of one application."""

    approves: bool
    reason_code: str = ""
    reason: str = ""

    @property
    def verdict(self) -> str:
        """The word that is recorded."""
        return "approve" if self.approves else "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The product's codes for an officer's own reasons, for each way; "" where it has none."""

    approves: str
    declines: str

    @property
    def may_override(self) -> bool:
        """Whether the officer could give a reason either way."""
        return bool(self.approves and self.declines)


def codes_of(contract: Contract) -> Codes:
    """Choose codes that fit: one that an applicant can be told declines, another one approves."""
    reasons = contract.officer_reasons
    declining = [each.code for each in reasons if each.notice_text and each.fits("decline")]
    others = [each.code for each in reasons if not each.notice_text and each.fits("approve")]
    return Codes(approves=next(iter(others), ""), declines=next(iter(declining), ""))


def draw(seed: int, loan: str, what: str) -> float:
    """Draw a number from 0 to below 1, the same for the same loan and question.

    Examples
    --------
    >>> draw(1, "A-2291", "verdict") == draw(1, "A-2291", "verdict")
    True
    """
    digest = hashlib.sha256(f"{seed}:{what}:{loan}".encode()).digest()
    return int.from_bytes(digest[:8]) / _LARGEST


def days_taken(seed: int, loan: str, *, behaviour: Behaviour = USUAL) -> int:
    """Say after how many days the officer decides."""
    return int(draw(seed, loan, "days") * (behaviour.most_days + 1))


def approves(
    recommendation: Recommendation, *, seed: int, loan: str, behaviour: Behaviour = USUAL
) -> bool:
    """Say whether the officer approves, given what was recommended."""
    drawn = draw(seed, loan, "verdict")
    if recommendation is Recommendation.APPROVE:
        return drawn < behaviour.follows_approve
    if recommendation is Recommendation.DECLINE:
        return drawn >= behaviour.follows_decline
    return drawn < behaviour.approves_referred


def approves_at(policy: Policy, pd: float, *, seed: int, loan: str) -> bool:
    """Say what would come of a loan under a model that gives it this PD, by the cut-offs alone."""
    return approves(by_cut_off(policy, pd), seed=seed, loan=loan)


def say(
    recommendation: Recommendation,
    *,
    codes: Codes,
    seed: int,
    loan: str,
    behaviour: Behaviour = USUAL,
) -> Said:
    """Decide one application, with a reason where the verdict goes against the recommendation.

    A product without reason codes gets an officer who follows every recommendation.
    """
    said = approves(recommendation, seed=seed, loan=loan, behaviour=behaviour)
    if recommendation is Recommendation.REFER:
        return Said(approves=said) if said else Said(approves=False, **_why_not(codes))
    follows = said == (recommendation is Recommendation.APPROVE)
    if follows or not codes.may_override:
        return Said(approves=recommendation is Recommendation.APPROVE)
    return Said(approves=True, **_why(codes)) if said else Said(approves=False, **_why_not(codes))


def _why(codes: Codes) -> dict[str, str]:
    return {"reason_code": codes.approves, "reason": "Simulated: security was seen at a visit."}


def _why_not(codes: Codes) -> dict[str, str]:
    if not codes.declines:
        return {}
    return {"reason_code": codes.declines, "reason": "Simulated: papers did not bear it out."}
