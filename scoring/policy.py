"""From a probability to a recommendation: cut-offs, hard rules, and what may be automatic."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from scoring.application import RequestedValues
from scoring.contract import Policy, PolicyRule
from scoring.features import Value


class Recommendation(StrEnum):
    """What the product says; a person or the automatic zone decides."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"


_FROM_CAUTIOUS = (Recommendation.DECLINE, Recommendation.REFER, Recommendation.APPROVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyResult:
    """Whether an application meets one hard rule."""

    rule: str
    passed: bool
    text: str


class Disagreement(Protocol):
    """How many of several equally good models say what the champion says."""

    @property
    def agreement(self) -> float:
        """Share of the models, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A recommendation, whether it may stand without a person, and how each rule came out."""

    recommendation: Recommendation
    automatic: bool
    results: tuple[PolicyResult, ...]


def recommend(
    policy: Policy,
    *,
    pd: float | None,
    requested: RequestedValues,
    values: Mapping[str, Value],
    score: int | None = None,
    uncertainty: Disagreement | None = None,
) -> Recommended:
    """Recommend what to do with an application.

    The most cautious answer wins: a rule that declines, then anything that refers, then the
    cut-offs. Without a PD there is nothing to decide by, so a person does. A rule about a value
    that is missing is not met. Where too few of the bootstrap models agree, a person decides.

    Parameters
    ----------
    policy : Policy
        Cut-offs (PD, both inclusive), rules and the automatic zone.
    pd : float or None
        Probability of default, 0 to 1; None where no model could answer.
    requested : RequestedValues
        Amount and term asked for.
    values : mapping of feature to value
        The features, for rules about them.
    score : int or None
        Points, for rules about them.
    uncertainty : Uncertainty or None
        What the bootstrap models say; None where they were not asked.

    Returns
    -------
    Recommended

    Examples
    --------
    >>> policy = Policy(approve_pd_at_most=0.16, decline_pd_at_least=0.4)
    >>> ask = RequestedValues(amount=Decimal("4200.00"), term_months=24)
    >>> [recommend(policy, pd=pd, requested=ask, values={}).recommendation.value
    ...  for pd in (0.16, 0.2143, 0.4)]
    ['approve', 'refer', 'decline']
    """
    results = []
    votes = [_by_model(policy, pd, uncertainty)]
    for rule in policy.rules:
        passed = meets(rule, _value_of(rule.field, requested, values, score))
        results.append(PolicyResult(rule=rule.rule, passed=passed, text=rule.text))
        if not passed:
            votes.append(Recommendation(rule.otherwise))
    if pd is None:  # a rule may not decline what no model has seen
        votes = [Recommendation.REFER]
    recommendation = next(vote for vote in _FROM_CAUTIOUS if vote in votes)
    return Recommended(
        recommendation=recommendation,
        automatic=_is_automatic(policy, recommendation, pd=pd, amount=requested.amount),
        results=tuple(results),
    )


def _by_model(policy: Policy, pd: float | None, uncertainty: Disagreement | None) -> Recommendation:
    """Go by the cut-offs, unless equally good models would fall on other sides of them."""
    if pd is None:
        return Recommendation.REFER
    if uncertainty is not None and uncertainty.agreement < policy.agreement_at_least:
        return Recommendation.REFER
    return by_cut_off(policy, pd)


def by_cut_off(policy: Policy, pd: float) -> Recommendation:
    """Recommend by the cut-offs alone."""
    if pd <= policy.approve_pd_at_most:
        return Recommendation.APPROVE
    if pd >= policy.decline_pd_at_least:
        return Recommendation.DECLINE
    return Recommendation.REFER


def _value_of(
    field: str, requested: RequestedValues, values: Mapping[str, Value], score: int | None
) -> Value | Decimal:
    if field == "score":
        return score
    if field == "requested.amount":
        return requested.amount
    if field == "requested.term_months":
        return requested.term_months
    return values.get(field.removeprefix("features."))


def meets(rule: PolicyRule, value: Value | Decimal) -> bool:
    """Say whether a value meets a rule about it; one that is missing or a text does not.

    Examples
    --------
    >>> rule = PolicyRule(
    ...     rule="r", field="score", text="At least 500", otherwise="refer", at_least=Decimal(500)
    ... )
    >>> meets(rule, 500), meets(rule, 499), meets(rule, None)
    (True, False, False)
    """
    if value is None or isinstance(value, str):
        return False
    number = Decimal(value)
    return (rule.at_most is None or number <= rule.at_most) and (
        rule.at_least is None or number >= rule.at_least
    )


def _is_automatic(
    policy: Policy, recommendation: Recommendation, *, pd: float | None, amount: Decimal
) -> bool:
    zone = policy.automatic
    if pd is None or recommendation is Recommendation.REFER:
        return False
    if recommendation is Recommendation.DECLINE:
        return zone.decline_pd_at_least is not None and pd >= zone.decline_pd_at_least
    if zone.approve_pd_at_most is None or pd > zone.approve_pd_at_most:
        return False
    return zone.approve_amount_at_most is None or amount <= zone.approve_amount_at_most
