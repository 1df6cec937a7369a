"""A decision as the API tells it: one shape, whether just made or read back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from credit.models import (
    Application,
    Correction,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    Outcome,
    PartnerFeedback,
    Score,
)
from credit.models.decisions import Verdict
from scoring.contract import Contract
from scoring.features import Value
from scoring.reasons import principal_reasons
from scoring.records import normalised

Status = Application.Status
# `status` keeps to the three values that it was promised with, and speaks of the terms asked for:
# `state` says all (decision record 0021).
_PROMISED = {
    **dict.fromkeys(Status.values, str(Status.DECLINED)),
    **{
        str(each): str(Status.AWAITING_OFFICER)
        for each in (
            Status.AWAITING_OFFICER,
            Status.AWAITING_SIGNATURE,
            Status.AWAITING_INFORMATION,
            Status.SUPERSEDED,  # nothing was decided on it: `superseded_by` says which one counts
        )
    },
    str(Status.APPROVED): str(Status.APPROVED),
}

# So does `route`: it says how far down the ladder one had to go, which for a canary is nowhere.
# `served_as` says all (decision record 0022).
_PROMISED_ROUTES = {str(Score.Route.CANARY): str(Score.Route.CHAMPION)}


class Facts(NamedTuple):
    """What an answer is made of: a tuple, for a frozen class sets each field by a call."""

    id: str
    product: str
    reference: str
    decided_at: datetime
    recommendation: str
    status: str
    verdict: dict[str, str] | None
    pd: float | None  # the very float that is stored
    score: int | None
    band: str
    contract: Contract  # of the model, or the newest one where none scored
    values: Mapping[str, Value]  # normalised
    contributions: Sequence[float]
    policy_results: Sequence[Mapping[str, Any]]
    version: str | None
    bundle_hash: str
    route: str
    uncertainty: Mapping[str, Any] | None
    warnings: Sequence[str]
    supersedes: str | None = None  # the decision before a correction
    superseded_by: str | None = None
    state: str | None = None  # where it says more than the status
    offer: Mapping[str, Any] | None = None


def told(facts: Facts, outcomes: Iterable[Outcome] = ()) -> dict[str, Any]:
    """Tell a decision; `outcomes` are all versions of its outcome, the newest first."""
    return {
        "id": facts.id,
        "product": facts.product,
        "reference": facts.reference,
        "decided_at": moment(facts.decided_at),
        "recommendation": facts.recommendation,
        "status": facts.status,
        "state": facts.state or facts.status,
        "decision": facts.verdict,
        "offer": facts.offer,
        "pd": facts.pd,
        "score": facts.score,
        "band": facts.band or None,
        "reasons": _reasons(facts),
        "policy": [
            {"rule": result["rule"], "passed": result["passed"]} for result in facts.policy_results
        ],
        "model": {
            "version": facts.version,
            "bundle": facts.bundle_hash or None,
            "route": _PROMISED_ROUTES.get(facts.route, facts.route),
            "served_as": facts.route,
        },
        "uncertainty": _uncertainty(facts.uncertainty),
        "warnings": list(facts.warnings),
        "outcomes": [outcome_of(outcome) for outcome in outcomes],
        "supersedes": facts.supersedes,
        "superseded_by": facts.superseded_by,
    }


def answer_of(
    decision: Decision,
    *,
    officer: OfficerDecision | None,
    at: datetime,
    outcomes: Iterable[Outcome] = (),
) -> dict[str, Any]:
    """Tell a stored decision; its application, score and the score's version are loaded.

    An officer's decision that can still be undone is told as if nobody had decided yet.
    """
    application = decision.application
    made = officer if officer is not None and officer.is_final(at) else None
    state = str(application.status) if made is officer else str(Status.AWAITING_OFFICER)
    score = application.score
    correction: Correction | None = getattr(decision, "correction", None)
    corrected: Correction | None = getattr(decision, "superseded_by", None)
    contract = score.contract.read()
    facts = Facts(
        id=decision.pk,
        product=application.product.slug,
        reference=application.reference,
        decided_at=decision.decided_at,
        recommendation=str(decision.recommendation),
        status=_told_status(state, made),
        state=state,
        verdict=_verdict(decision, made, state),
        offer=_offer(state, made),
        pd=score.pd,
        score=score.score,
        band=score.band,
        contract=contract,
        values=normalised(contract, application.features) if score.contributions else {},
        contributions=score.contributions,
        policy_results=decision.policy_results,
        version=score.model_version.name if score.model_version else None,
        bundle_hash=score.bundle_hash,
        route=str(score.route),
        uncertainty=score.uncertainty,
        warnings=score.warnings,
        supersedes=correction.supersedes_id if correction else None,
        superseded_by=corrected.decision_id if corrected else None,
    )
    return told(facts, outcomes)


def text_of(answer: object) -> str:
    """Write an answer as JSON; of a float the shortest text that reads back as the same."""
    return orjson.dumps(answer).decode()


def outcome_of(outcome: Outcome) -> dict[str, Any]:
    """Tell one version of an outcome; its reason, in somebody's own words, is told to nobody."""
    return {
        "decision": outcome.decision_id,
        "version": outcome.number,
        "corrects": outcome.corrects,
        "outcome": "bad" if outcome.is_bad else "good",
        "observed_on": outcome.observed_on.isoformat(),
        "reported_at": moment(outcome.reported_at),
        "matures_on": outcome.matures_on.isoformat(),
    }


def feedback_of(given: PartnerFeedback) -> dict[str, Any]:
    """Tell one piece of what a partner said of a decision."""
    return {
        "decision": given.decision_id,
        "number": given.number,
        "corrects": given.corrects,
        "withdrawn": given.is_withdrawal,
        "kind": str(given.kind),
        "feature": given.feature or None,
        "text": given.text,
        "given_at": moment(given.given_at),
    }


def moment(at: datetime) -> str:
    """Write a moment as the API does: UTC, milliseconds.

    Examples
    --------
    >>> moment(datetime(2026, 11, 22, 10, 15, 2, 114_000, tzinfo=UTC))
    '2026-11-22T10:15:02.114Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def by_policy(verdict: str, *, at: datetime) -> dict[str, str]:
    """Tell a decision that policy made, within its bounds."""
    return {"verdict": verdict, "decided_at": moment(at), "by": "policy"}


def _uncertainty(stored: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    return {name: stored[name] for name in ("models", "agreeing", "pd_low", "pd_high")}


def _verdict(
    decision: Decision, officer: OfficerDecision | None, state: str
) -> dict[str, str] | None:
    if officer is not None:
        approves = officer.verdict == OfficerVerdict.APPROVE
        verdict = Verdict.APPROVE if approves else Verdict.DECLINE
        at = moment(officer.decided_at)
        return {"verdict": str(verdict), "decided_at": at, "by": "officer"}
    if decision.automatic and state not in Application.WAITING:  # else a review reopened it
        return by_policy(str(decision.automatic), at=decision.decided_at)
    return None


def _told_status(state: str, officer: OfficerDecision | None) -> str:
    """Say what became of the terms asked for; other terms are no approval of these."""
    is_offer = officer is not None and officer.verdict == OfficerVerdict.COUNTER_OFFER
    return str(Status.DECLINED) if is_offer else _PROMISED[state]


def _offer(state: str, officer: OfficerDecision | None) -> dict[str, Any] | None:
    """Tell a counter-offer and whether it was accepted: null while it stands."""
    if officer is None or officer.offered_amount is None:
        return None
    until = officer.offer_until
    return {
        "amount": f"{officer.offered_amount:.2f}",
        "term_months": officer.offered_term_months,
        "until": until.isoformat() if until else None,
        "accepted": None if state == Status.COUNTER_OFFERED else state == Status.APPROVED,
    }


def _reasons(facts: Facts) -> list[dict[str, Any]]:
    if not facts.contributions:
        return []
    return [
        {
            "feature": reason.feature,
            "points": round(reason.points, 1),
            "code": reason.code,
            "text": reason.text,
        }
        for reason in principal_reasons(facts.contract, facts.values, facts.contributions)
    ]
