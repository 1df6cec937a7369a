"""Deciding: the one way in which an application, its score and its decision are written."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from credit import answers, ladder, requests, serving, tenancy
from credit.actions import alerts, audit, decision_rows
from credit.actions.refusals import ActionDenied
from credit.ids import new_id
from credit.ladder import Climbed, Scored
from credit.models import (
    ApiKey,
    Application,
    AuditEvent,
    Decision,
    IdempotencyRecord,
    Partner,
    Score,
)
from credit.serving import Terms, UnknownProduct
from scoring.features import FieldProblem, InputRefused, Value
from scoring.policy import Recommendation, Recommended, recommend
from scoring.records import UNASKED, normalised
from scoring.sessions import GraphFailed
from scoring.uncertainty import Uncertainty, assess

__all__ = ["Decided", "Idempotency", "IdempotencyConflict", "UnknownProduct", "decide"]

log = structlog.get_logger("credit.decisions")
_AFTER = {
    Recommendation.APPROVE: Application.Status.APPROVED,
    Recommendation.DECLINE: Application.Status.DECLINED,
}


class IdempotencyConflict(ActionDenied):
    """The key came before, with another body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """A caller's name for a request, and the fingerprint of what it held."""

    key: str
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answer, and whether it was given before."""

    decision_id: str
    answer: dict[str, Any]
    replayed: bool = False


@dataclass(slots=True, kw_only=True)
class _Considered:
    """A decision made and not yet written."""

    terms: Terms
    decision: Decision  # with its application and score, none of them saved
    answer: dict[str, Any]
    monitoring: dict[str, str]
    climbed: Climbed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sureness:
    """How sure the model is, and what to tell about it."""

    uncertainty: Uncertainty | None = None
    warnings: tuple[str, ...] = ()
    needs_person: bool = False  # it could not be found out


def decide(
    *,
    product: object,
    partner: Partner | None,
    key: ApiKey | None = None,
    body: Mapping[str, object],
    idempotency: Idempotency | None = None,
    at: datetime,
) -> Decided:
    """Check, score, recommend, and write all of it in one transaction.

    Without a working model the application still is stored, and goes to a person. Raises
    `InputRefused` (of which `UnknownProduct` is one) and then stores nothing.
    """
    owner = key.partner if key is not None else partner
    try:
        considered = _consider(product=product, partner=owner, body=body, at=at)
    except InputRefused:
        given = _given_before(owner, idempotency)
        if given is None:
            raise
        return given
    given = _write(considered, owner, idempotency, at=at)
    if given is not None:
        return given
    _say(considered)
    return Decided(decision_id=considered.decision.pk, answer=considered.answer)


def _consider(
    *, product: object, partner: Partner | None, body: Mapping[str, object], at: datetime
) -> _Considered:
    """Decide in memory: read what is in force, check, score, apply the policy."""
    found = _terms(product, body, at=at)
    application = requests.read(body, product=found.product.slug, contract=found.contract)
    values = normalised(found.contract, application.features)
    climbed = ladder.climb(found, values, at=at)
    scored = climbed.scored
    sureness = _sureness(found, scored, values)
    recommended = recommend(
        found.policy,
        pd=scored.score.pd if scored else None,
        requested=application.requested,
        values=values,
        score=scored.score.score if scored else None,
        uncertainty=sureness.uncertainty,
    )
    if sureness.needs_person or (scored and scored.route == Score.Route.SCORECARD):
        recommended = replace(recommended, automatic=False)
    row = Application(
        id=new_id(at),
        product=found.product,
        partner=partner,
        reference=application.reference,
        amount=application.requested.amount,
        term_months=application.requested.term_months,
        features=values,
        status=_status(recommended),
        received_at=at,
        salt=os.urandom(16),
    )
    score = _score_row(row, found, climbed, sureness)
    decision = _decision_row(row, found, recommended, at=at)
    row.score = score
    return _Considered(
        terms=found,
        decision=decision,
        answer=answers.answer_of(decision, officer=None),
        monitoring=application.monitoring,
        climbed=climbed,
    )


def _terms(product: object, body: Mapping[str, object], *, at: datetime) -> Terms:
    """Find the product; where there is none, the body's own shape is still worth a word."""
    if not isinstance(product, str):
        code = "missing" if product is None else "wrong_type"
        wrong = FieldProblem("/product", code, "must be the name of a product")
        raise InputRefused((wrong, *requests.shape_problems(body)))
    try:
        return serving.terms(product, at=at)
    except UnknownProduct as unknown:
        raise InputRefused((*unknown.problems, *requests.shape_problems(body))) from unknown


def _sureness(found: Terms, scored: Scored | None, values: Mapping[str, Value]) -> _Sureness:
    """Ask the bootstrap models and the table of familiarity; a scorecard has neither."""
    if scored is None or scored.engine is None:
        return _Sureness()
    loaded, warnings, needs_person, unsure = scored.engine, [], False, None
    try:
        unsure = assess(loaded, values, scored.score, found.policy)
    except GraphFailed:
        warnings, needs_person = [UNASKED], True
    if unsure is not None and unsure.agreement < found.policy.agreement_at_least:
        warnings.append(unsure.warning)
    unlike = loaded.familiarity.warning(values) if loaded.familiarity else None
    return _Sureness(
        uncertainty=unsure,
        warnings=(*warnings, *([unlike] if unlike else [])),
        needs_person=needs_person,
    )


def _status(recommended: Recommended) -> Application.Status:
    if not recommended.automatic:
        return Application.Status.AWAITING_OFFICER
    return _AFTER[recommended.recommendation]


def _score_row(
    application: Application, found: Terms, climbed: Climbed, sureness: _Sureness
) -> Score:
    warnings = [*climbed.warnings, *sureness.warnings]
    if climbed.scored is None:
        return Score(
            application=application,
            contract=found.contract_version,
            route=Score.Route.NONE,
            warnings=warnings,
        )
    scored, version = climbed.scored.score, climbed.scored.version
    return Score(
        application=application,
        contract=version.contract,
        route=climbed.scored.route,
        model_version=version,
        bundle_hash=scored.bundle_hash,
        pd=scored.pd,
        margin=scored.margin,
        points=scored.points,
        base_points=scored.base_points,
        score=scored.score,
        band=scored.band,
        contributions=list(scored.contributions),
        warnings=warnings,
        uncertainty=asdict(sureness.uncertainty) if sureness.uncertainty else None,
    )


def _decision_row(
    application: Application, found: Terms, recommended: Recommended, *, at: datetime
) -> Decision:
    return Decision(
        id=application.pk,
        application=application,
        policy=found.policy_version,
        recommendation=recommended.recommendation.value,
        policy_results=[
            {"rule": result.rule, "passed": result.passed, "text": result.text}
            for result in recommended.results
        ],
        automatic=recommended.recommendation.value if recommended.automatic else "",
        decided_at=at,
    )


def _write(
    considered: _Considered,
    owner: Partner | None,
    idempotency: Idempotency | None,
    *,
    at: datetime,
) -> Decided | None:
    """Write everything, or find the answer that the key was taken for."""
    if not considered.climbed.troubles:
        return _write_rows(considered, owner, idempotency, at=at)
    with transaction.atomic():
        given = _write_rows(considered, owner, idempotency, at=at)
        if given is None:
            for _, trouble in considered.climbed.troubles:
                alerts.raise_alert(
                    cause=trouble.cause,
                    product=considered.terms.product,
                    message=str(trouble),
                    at=at,
                )
    return given


def _write_rows(
    considered: _Considered,
    owner: Partner | None,
    idempotency: Idempotency | None,
    *,
    at: datetime,
) -> Decided | None:
    claim = None
    if owner is not None and idempotency is not None:
        claim = {
            "key": idempotency.key,
            "body_sha256": idempotency.body_sha256,
            "answer": considered.answer,
        }
    written = decision_rows.insert(
        considered.decision,
        event=_event(considered, owner, at=at),
        monitoring=considered.monitoring,
        partner=owner,
        claim=claim,
        at=at,
    )
    if written:
        return None
    given = _given_before(owner, idempotency)
    if given is None:
        raise IdempotencyConflict("The answer to this idempotency key was just forgotten.")
    return given


def _event(considered: _Considered, partner: Partner | None, *, at: datetime) -> AuditEvent:
    decision = considered.decision
    application = decision.application
    return audit.event_of(
        AuditEvent.Type.APPLICATION_DECIDED,
        target=f"decision:{decision.pk}",
        by=None,
        partner=partner,
        at=at,
        # The salt goes with the person's data when that is erased; then nobody can guess it.
        inputs=audit.commit(
            bytes(application.salt), requests.inputs_of(application, application.features)
        ),
        recommendation=decision.recommendation,
        automatic=decision.automatic,
        route=str(application.score.route),
        bundle=application.score.bundle_hash,
        contract=considered.terms.contract_version.hash,
        policy=decision.policy.number,
    )


def _given_before(partner: Partner | None, idempotency: Idempotency | None) -> Decided | None:
    """Look for an answer to a request that today's contract would refuse."""
    if partner is None or idempotency is None:
        return None
    with tenancy.rows_of(partner):
        return _answer_to(partner, idempotency)


def _answer_to(partner: Partner, idempotency: Idempotency) -> Decided | None:
    record = IdempotencyRecord.objects.filter(
        partner=partner, endpoint=decision_rows.ENDPOINT, key=idempotency.key
    ).first()
    if record is None:
        return None
    if record.body_sha256 != idempotency.body_sha256:
        raise IdempotencyConflict("This idempotency key was used before, with another body.")
    answer: dict[str, Any] = record.answer or {}
    return Decided(decision_id=answer["id"], answer=answer, replayed=True)


def _say(considered: _Considered) -> None:
    """Leave a line in the log: ids and routes, nothing about a person."""
    decision, troubles = considered.decision, considered.climbed.troubles
    facts = {
        "decision_id": decision.pk,
        "product": considered.terms.product.slug,
        "recommendation": decision.recommendation,
        "route": str(decision.application.score.route),
    }
    if not troubles:
        log.info("decided", **facts)
        return
    said = "; ".join(str(trouble) for _, trouble in troubles)
    causes = ", ".join(trouble.cause for _, trouble in troubles)
    event = "decided_by_a_fallback" if considered.climbed.scored else "decided_without_a_model"
    log.error(event, cause=causes, message=said, **facts)
