"""What would have changed a decision: worked out when it is asked for, and stored nowhere."""

from dataclasses import dataclass

from django.utils.translation import gettext

from credit import serving
from credit.models import Application, Decision, Score
from credit.queries.replays import decisions
from credit.serving import ModelUnavailable
from credit.words import value_in_words
from scoring.alternatives import Alternative, Alternatives, AlternativesRefused, alternatives
from scoring.application import RequestedValues
from scoring.contract import Contract
from scoring.engine import EngineFailed
from scoring.records import normalised
from scoring.sessions import GraphFailed

MODELS = frozenset({Score.Route.CHAMPION, Score.Route.CANARY, Score.Route.PREVIOUS_CHAMPION})


class AlternativesUnavailable(Exception):
    """It cannot be worked out; the message tells an officer why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One detail of the application, as it is and as it would have to be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeRow:
    """Changes that together reach approval, and what the model then says."""

    changes: list[ChangeRow]
    pd: float
    score: int
    band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The smallest changes found, and why there are no more where that is known."""

    rows: list[AlternativeRow]
    reason: str | None


def what_if(decision_id: str) -> WhatIf | None:
    """Search with the very release, contract and policy that made a decision.

    None where there is nothing to change: it is approved or recommended so. Raises
    `Decision.DoesNotExist`.
    """
    decision = decisions().get(pk=decision_id)
    is_approved = decision.application.status == Application.Status.APPROVED
    if is_approved or decision.recommendation == Decision.Recommendation.APPROVE:
        return None
    contract = decision.application.score.contract.read()
    found = _searched(decision, contract)
    rows = [_row(contract, alternative) for alternative in found.found]
    return WhatIf(rows=rows, reason=found.reason)


def _searched(decision: Decision, contract: Contract) -> Alternatives:
    application, score = decision.application, decision.application.score
    if score.route not in MODELS:
        raise AlternativesUnavailable(
            gettext("No model scored this application, so there is none to ask.")
        )
    try:
        return alternatives(
            serving.engine_of(score.bundle_hash),
            values=normalised(contract, application.features),
            requested=RequestedValues(
                amount=application.amount, term_months=application.term_months
            ),
            policy=decision.policy.read().policy,
        )
    except ModelUnavailable as gone:
        raise AlternativesUnavailable(
            gettext("The model that scored this application cannot be loaded ({cause}).").format(
                cause=gone.cause
            )
        ) from gone
    except AlternativesRefused as refused:
        raise AlternativesUnavailable(str(refused)) from refused
    except (EngineFailed, GraphFailed) as failed:
        raise AlternativesUnavailable(
            gettext("The model that scored this application failed when it was asked again.")
        ) from failed


def _row(contract: Contract, alternative: Alternative) -> AlternativeRow:
    features = [contract.feature(change.feature) for change in alternative.changes]
    return AlternativeRow(
        changes=[
            ChangeRow(
                label=feature.label,
                before=value_in_words(feature, change.before),
                after=value_in_words(feature, change.after),
            )
            for feature, change in zip(features, alternative.changes, strict=True)
        ],
        pd=alternative.score.pd,
        score=alternative.score.score,
        band=alternative.score.band,
    )
