"""What the model would say of an application if some of it were otherwise; stored nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from credit import serving
from credit.models import Decision, Score
from credit.queries.replays import decisions
from credit.serving import ModelUnavailable
from credit.words import value_in_words
from scoring.affordability import AffordabilityUnknown, Affordable
from scoring.affordability import assess as budget
from scoring.application import RequestedValues
from scoring.contract import Contract
from scoring.engine import Engine, EngineFailed
from scoring.features import Value
from scoring.points import Score as Scored
from scoring.policy import recommend
from scoring.records import normalised
from scoring.sessions import GraphFailed
from scoring.uncertainty import assess

MODELS = frozenset({Score.Route.CHAMPION, Score.Route.CANARY, Score.Route.PREVIOUS_CHAMPION})
LEAST = 0.05  # points; a smaller difference would read as 0.0


class TrialUnavailable(Exception):
    """It cannot be worked out; the message tells an officer why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the model and the policy say."""

    score: int
    pd: float
    band: str
    recommendation: str
    approve_pd_at_most: float
    decline_pd_at_least: float
    passes_policy: bool  # every hard rule, whatever the score
    affordable: Affordable | None  # None where that cannot be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedReason:
    """What a feature gives or takes, before and after."""

    label: str
    value_before: str
    value_after: str
    points_before: float
    points_after: float

    @property
    def difference(self) -> float:
        """Points that the change gives (+) or takes (-) by this feature."""
        return self.points_after - self.points_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Before and after, and the reasons that moved, the largest difference first."""

    before: Said
    after: Said
    moved: list[MovedReason]
    is_changed: bool

    @property
    def difference(self) -> int:
        """Points of the score."""
        return self.after.score - self.before.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an application states, for a form to begin with."""

    decision_id: str
    reference: str
    product_name: str
    contract: Contract  # that it was scored under
    asked_by: Contract  # that it would be scored under now
    features: dict[str, Value]
    requested: RequestedValues
    can_be_corrected: bool


def standing(decision_id: str, *, at: datetime) -> Standing:
    """Read what an application states. Raises `Decision.DoesNotExist`."""
    decision = decisions().get(pk=decision_id)
    application = decision.application
    contract = application.score.contract.read()
    return Standing(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        contract=contract,
        asked_by=serving.terms(application.product.slug, at=at).contract,
        features=normalised(contract, application.features),
        requested=_requested(decision),
        can_be_corrected=application.can_be_corrected,
    )


def trial(decision_id: str, *, features: Mapping[str, Value], requested: RequestedValues) -> Trial:
    """Have the very model that scored an application score it with other values.

    `features` are valid. Raises `Decision.DoesNotExist`.
    """
    decision = decisions().get(pk=decision_id)
    score = decision.application.score
    if score.route not in MODELS:
        raise TrialUnavailable(
            gettext("No model scored this application, so there is none to ask.")
        )
    contract, asked = score.contract.read(), _requested(decision)
    stated = normalised(contract, decision.application.features)
    values = normalised(contract, features)
    try:
        engine = serving.engine_of(score.bundle_hash)
        before, said_before = _said(engine, decision, stated, asked)
        after, said_after = _said(engine, decision, values, requested)
    except (ModelUnavailable, EngineFailed, GraphFailed) as failed:
        raise TrialUnavailable(
            gettext("The model that scored this application cannot be asked right now.")
        ) from failed
    return Trial(
        before=said_before,
        after=said_after,
        moved=_moved(contract, stated, values, before, after),
        is_changed=values != stated or requested != asked,
    )


def _requested(decision: Decision) -> RequestedValues:
    asked = decision.application
    return RequestedValues(amount=asked.amount, term_months=asked.term_months)


def affordable_of(
    contract: Contract, values: Mapping[str, Value], requested: RequestedValues
) -> Affordable | None:
    """Judge affordability where the contract and what is stated allow it."""
    try:
        return budget(contract, values, requested)
    except AffordabilityUnknown:
        return None


def _said(
    engine: Engine, decision: Decision, values: Mapping[str, Value], requested: RequestedValues
) -> tuple[Scored, Said]:
    policy = decision.policy.read().policy
    scored = engine.score(values)
    recommended = recommend(
        policy,
        pd=scored.pd,
        requested=requested,
        values=values,
        score=scored.score,
        uncertainty=assess(engine, values, scored, policy),
    )
    return scored, Said(
        score=scored.score,
        pd=scored.pd,
        band=scored.band,
        recommendation=recommended.recommendation.value,
        approve_pd_at_most=policy.approve_pd_at_most,
        decline_pd_at_least=policy.decline_pd_at_least,
        passes_policy=all(rule.passed for rule in recommended.results),
        affordable=affordable_of(decision.policy.read(), values, requested),
    )


def _moved(
    contract: Contract,
    values_before: Mapping[str, Value],
    values_after: Mapping[str, Value],
    before: Scored,
    after: Scored,
) -> list[MovedReason]:
    rows = [
        MovedReason(
            label=feature.label,
            value_before=value_in_words(feature, values_before[feature.name]),
            value_after=value_in_words(feature, values_after[feature.name]),
            points_before=was,
            points_after=now,
        )
        for feature, was, now in zip(
            contract.features, before.contributions, after.contributions, strict=True
        )
        if abs(now - was) >= LEAST or values_before[feature.name] != values_after[feature.name]
    ]
    return sorted(rows, key=lambda row: -abs(row.difference))
