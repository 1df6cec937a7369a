"""A decision as the API tells it: one shape, whether just made or read back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from credit.models import Decision, OfficerDecision, Outcome
from scoring.reasons import principal_reasons
from scoring.records import normalised


def answer_of(
    decision: Decision, *, officer: OfficerDecision | None, outcomes: Iterable[Outcome] = ()
) -> dict[str, Any]:
    """Tell a decision; its application, score and the score's version are already loaded.

    `outcomes` are all versions of its outcome, the newest first.
    """
    application = decision.application
    score = application.score
    return {
        "id": decision.pk,
        "product": application.product.slug,
        "reference": application.reference,
        "decided_at": moment(decision.decided_at),
        "recommendation": str(decision.recommendation),
        "status": str(application.status),
        "decision": _decided(decision, officer),
        "pd": score.pd,  # the very float that is stored
        "score": score.score,
        "band": score.band or None,
        "reasons": _reasons(decision),
        "policy": [
            {"rule": result["rule"], "passed": result["passed"]}
            for result in decision.policy_results
        ],
        "model": {
            "version": score.model_version.name if score.model_version else None,
            "bundle": score.bundle_hash or None,
            "route": str(score.route),
        },
        "uncertainty": _uncertainty(score.uncertainty),
        "warnings": list(score.warnings),
        "outcomes": [outcome_of(outcome) for outcome in outcomes],
    }


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


def moment(at: datetime) -> str:
    """Write a moment as the API does: UTC, milliseconds.

    Examples
    --------
    >>> moment(datetime(2026, 11, 22, 10, 15, 2, 114_000, tzinfo=UTC))
    '2026-11-22T10:15:02.114Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uncertainty(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    return {name: stored[name] for name in ("models", "agreeing", "pd_low", "pd_high")}


def _decided(decision: Decision, officer: OfficerDecision | None) -> dict[str, str] | None:
    if officer is not None:
        at, verdict, by = officer.decided_at, officer.verdict, "officer"
    elif decision.automatic:
        at, verdict, by = decision.decided_at, decision.automatic, "policy"
    else:
        return None
    return {"verdict": str(verdict), "decided_at": moment(at), "by": by}


def _reasons(decision: Decision) -> list[dict[str, Any]]:
    application = decision.application
    score = application.score
    if not score.contributions:
        return []
    contract = score.contract.read()
    values = normalised(contract, application.features)
    return [
        {
            "feature": reason.feature,
            "points": round(reason.points, 1),
            "code": reason.code,
            "text": reason.text,
        }
        for reason in principal_reasons(contract, values, score.contributions)
    ]
