"""What clients were told, against what the database holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attempts import Told
from slo import CannotMeasure
from stack import Stack
from standing import Reckoning, reckon

if TYPE_CHECKING:
    from workload import Workload  # which brings Locust, and that patches the whole process

# With its score and its audit event: all of it is there, or the decision is not.
_SINGLES = """
SELECT application.reference, decision.id FROM credit_decision decision
JOIN credit_application application ON application.id = decision.id
JOIN credit_score score ON score.application_id = application.id
JOIN credit_auditevent event ON event.target = 'decision:' || decision.id
    AND event.type = 'application_decided'
WHERE application.reference LIKE %s
"""
_ROWS = """
SELECT application.reference, decision.id FROM credit_decision decision
JOIN credit_application application ON application.id = decision.id
JOIN credit_score score ON score.application_id = application.id
JOIN credit_auditevent event ON event.id = decision.event_id
JOIN credit_batchrow line ON line.decision_id = decision.id
WHERE application.reference LIKE %s
"""
_VERDICTS = """
SELECT verdict.decision_id, verdict.verdict FROM credit_officerdecision verdict
JOIN credit_application application ON application.id = verdict.decision_id
JOIN credit_auditevent event ON event.target = 'decision:' || verdict.decision_id
    AND event.type = 'officer_decided'
WHERE application.reference LIKE %s
"""
# What is above an officer's authority is stored as a proposal, with its own event.
_PROPOSED = """
SELECT proposed.decision_id, proposed.verdict FROM credit_proposeddecision proposed
JOIN credit_application application ON application.id = proposed.decision_id
JOIN credit_auditevent event ON event.target = 'decision:' || proposed.decision_id
    AND event.type = 'decision_proposed'
WHERE application.reference LIKE %s AND proposed.state = 'waiting'
"""
_MODELS = """
-- A canary is told as the champion, in whose place it scored.
SELECT application.id, product.slug || '/' || version.number, score.bundle_hash,
    CASE score.route WHEN 'canary' THEN 'champion' ELSE score.route END
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
JOIN credit_product product ON product.id = application.product_id
LEFT JOIN credit_modelversion version ON version.id = score.model_version_id
WHERE application.reference LIKE %s
"""
# A decision's model was champion within the second before it was made; it may have been so twice.
_OUT_OF_FORCE = """
SELECT decision.id FROM credit_decision decision
JOIN credit_application application ON application.id = decision.id
JOIN credit_score score ON score.application_id = application.id
WHERE application.reference LIKE %s AND score.route = 'champion' AND NOT EXISTS (
    SELECT FROM credit_stagechange crowned
    LEFT JOIN LATERAL (
        SELECT at FROM credit_stagechange later
        WHERE later.version_id = crowned.version_id AND later.stage = 'retired'
            AND later.id > crowned.id
        ORDER BY later.id LIMIT 1
    ) ended ON true
    WHERE crowned.version_id = score.model_version_id AND crowned.stage = 'champion'
        AND crowned.at <= decision.decided_at
        AND (ended.at IS NULL OR ended.at >= decision.decided_at - interval '1 second')
)
"""
# A policy was the newest within that second.
_MIXED = """
SELECT decision.id FROM credit_decision decision
JOIN credit_application application ON application.id = decision.id
JOIN credit_score score ON score.application_id = application.id
JOIN credit_policyversion policy ON policy.id = decision.policy_id
LEFT JOIN credit_modelversion version ON version.id = score.model_version_id
WHERE application.reference LIKE %s AND (
    policy.contract_id <> score.contract_id
    OR version.contract_id <> score.contract_id
    OR version.bundle_hash <> score.bundle_hash
    OR policy.in_force_from > decision.decided_at
    OR EXISTS (
        SELECT FROM credit_policyversion newer
        WHERE newer.contract_id = policy.contract_id AND newer.number > policy.number
            AND newer.id NOT IN (SELECT policy_id FROM credit_policywithdrawal)
            AND newer.in_force_from < decision.decided_at - interval '1 second'
    )
)
"""


def stored(stack: Stack, workload: "Workload") -> dict[str, Reckoning]:
    """Compare every acknowledged decision, row and officer's verdict with what is held."""
    run, unsure = workload.run, workload.unsure
    singles = [(each.reference, each.id) for each in workload.told]
    found = {
        "applications alone": reckon(
            singles, _but(stack.rows(_SINGLES, f"load-{run}-s-%"), unsure, singles)
        )
    }
    if workload.dues.get("batch"):
        rows = workload.told_rows
        found["rows of batches"] = reckon(
            rows, _but(stack.rows(_ROWS, f"load-{run}-b-%"), unsure, rows)
        )
    if workload.told_verdicts:
        verdicts = workload.told_verdicts
        like = f"load-{run}-%"
        held = [*stack.rows(_VERDICTS, like), *stack.rows(_PROPOSED, like)]
        found["officers' decisions"] = reckon(verdicts, _but(held, unsure, verdicts))
    return found


def _but(
    held: Sequence[tuple[str, str]], unsure: set[str], told: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Leave out what a client asked for and, to the end, was told nothing of: it may be there."""
    known = {name for name, _ in told}
    return [row for row in held if row[0] not in unsure or row[0] in known]


def statements(stack: Stack, workload: "Workload") -> dict[str, list[str]]:
    """Say of what must hold after any load which decisions contradict it."""
    like = f"load-{workload.run}-%"
    return {
        "answers name the model that is stored": _otherwise(stack, workload.told, like),
        "models were in force within a second": _ids(stack.rows(_OUT_OF_FORCE, like)),
        "contract, policy and model belong together": _ids(stack.rows(_MIXED, like)),
        "the audit trail verifies": _trail(stack),
    }


def left(workload: "Workload") -> dict[str, list[str]]:
    """Name what was asked for and, to the end, not answered."""
    return {"nothing is left without an answer": sorted(workload.unsure)}


def after_revocation(told: Sequence[Told], *, revoked_at: datetime) -> list[str]:
    """Find decisions that a revoked key could still ask for a second later."""
    return [
        each.id
        for each in told
        if each.by_second_key
        and datetime.fromisoformat(each.decided_at) > revoked_at + timedelta(seconds=1)
    ]


def _otherwise(stack: Stack, told: Sequence[Told], like: str) -> list[str]:
    held = {
        number: (name, bundle, route) for number, name, bundle, route in stack.rows(_MODELS, like)
    }
    return [
        each.id
        for each in told
        if held.get(each.id) != (each.version, each.bundle or "", each.route)
    ]


def _trail(stack: Stack) -> list[str]:
    try:
        report = stack.manage("verify_audit")
    except CannotMeasure as error:
        return [str(error)]
    return list(report["problems"])


def _ids(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [row[0] for row in rows]
