"""Stored decisions as records: all that is needed, beside the bundle, to compute them again."""

from typing import Any

from django.db.models.fields.json import KeyTransform

from credit.models import Application, AuditEvent, Decision, Score
from scoring.application import RequestedValues
from scoring.canonical import moment
from scoring.contract import Contract
from scoring.records import Figures, Record, normalised

Evidence = dict[str, Any]


def record_of(
    decision: Decision, *, contract: Contract, evidence: Evidence | None = None
) -> Record | None:
    """Put a decision's rows together; None where the audit trail knows nothing of it.

    `contract` is the one that its inputs were read by, `evidence` what the trail says where that
    was looked up before.
    """
    evidence = evidence or evidence_of(decision)
    if evidence is None:
        return None
    application = decision.application
    return Record(
        decision=decision.pk,
        decided_at=moment(decision.decided_at),
        product=application.product.slug,
        route=str(application.score.route),
        bundle=application.score.bundle_hash,
        contract=application.score.contract.hash,
        policy_contract=decision.policy.contract_hash,
        reference=application.reference,
        requested=RequestedValues(amount=application.amount, term_months=application.term_months),
        features=normalised(contract, application.features),
        salt=bytes(application.salt).hex(),
        commitment=str(evidence.get("inputs", "")),
        figures=_figures(application),
        warnings=tuple(application.score.warnings),
        recommendation=decision.recommendation,
        automatic=decision.automatic,
        policy_results=tuple(decision.policy_results),
    )


def evidence_of(decision: Decision) -> Evidence | None:
    """Find what the audit trail says: in an event of its own, or in that of its batch's rows."""
    if decision.event_id is None:
        events = AuditEvent.objects.filter(
            target=f"decision:{decision.pk}", type=AuditEvent.Type.APPLICATION_DECIDED
        )
        return events.values_list("details", flat=True).first()
    events = AuditEvent.objects.filter(pk=decision.event_id, type=AuditEvent.Type.BATCH_DECIDED)
    one_of_many = KeyTransform(decision.pk, KeyTransform("decisions", "details"))
    return events.values_list(one_of_many, flat=True).first()


def _figures(application: Application) -> Figures:
    score: Score = application.score
    return Figures(
        pd=score.pd,
        margin=score.margin,
        points=score.points,
        base_points=score.base_points,
        score=score.score,
        band=score.band,
        contributions=tuple(float(points) for points in score.contributions),
        uncertainty=score.uncertainty,
    )
