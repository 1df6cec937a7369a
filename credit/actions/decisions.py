"""Deciding: the one way in which an application, its score and its decision are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from credit import answers, considering, tenancy, vault
from credit.actions import alerts, audit
from credit.actions import idempotency as keys
from credit.actions.idempotency import Idempotency, IdempotencyConflict
from credit.considering import Considered
from credit.models import ApiKey, AuditEvent, Decision, Partner
from credit.serving import UnknownProduct
from scoring.features import InputRefused

__all__ = ["Decided", "Idempotency", "IdempotencyConflict", "UnknownProduct", "decide"]

log = structlog.get_logger("credit.decisions")
_ENDPOINT = "decisions"
_STATUS = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The answer, and whether it was given before."""

    decision_id: str
    answer: dict[str, Any]
    replayed: bool = False


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
        considered = considering.consider(product=product, partner=owner, body=body, at=at)
    except InputRefused:
        given = _given_before(owner, idempotency)
        if given is None:
            raise
        return given
    decision = considering.unsaved(considered)
    answer = answers.answer_of(decision, officer=None)
    with tenancy.rows_of(owner):
        given = _claim(owner, idempotency, answer, at=at)
        if given is not None:
            return given
        _write(considered, decision)
    _say(considered)
    return Decided(decision_id=decision.pk, answer=answer)


def _write(considered: Considered, decision: Decision) -> None:
    application, at = decision.application, considered.at
    application.save(force_insert=True)
    application.score.save(force_insert=True)
    decision.save(force_insert=True)
    vault.store(application.pk, considered.application.monitoring, at=at)
    audit.record(
        AuditEvent.Type.APPLICATION_DECIDED,
        target=f"decision:{decision.pk}",
        by=None,
        partner=considered.partner,
        at=at,
        **considered.evidence,
    )
    for _, trouble in considered.climbed.troubles:
        alerts.raise_alert(
            cause=trouble.cause, product=considered.terms.product, message=str(trouble), at=at
        )


def _claim(
    partner: Partner | None,
    idempotency: Idempotency | None,
    answer: dict[str, Any],
    *,
    at: datetime,
) -> Decided | None:
    """Take the key for this answer, or find the answer it was taken for."""
    if partner is None or idempotency is None:
        return None
    given = keys.claim(
        partner=partner,
        endpoint=_ENDPOINT,
        idempotency=idempotency,
        status=_STATUS,
        answer=answer,
        at=at,
    )
    return _replayed(given)


def _given_before(partner: Partner | None, idempotency: Idempotency | None) -> Decided | None:
    """Look for an answer to a request that today's contract would refuse."""
    if partner is None or idempotency is None:
        return None
    with tenancy.rows_of(partner):
        return _replayed(keys.answer_to(partner, _ENDPOINT, idempotency))


def _replayed(given: dict[str, Any] | None) -> Decided | None:
    return None if given is None else Decided(decision_id=given["id"], answer=given, replayed=True)


def _say(considered: Considered) -> None:
    """Leave a line in the log: ids and routes, nothing about a person."""
    troubles = considered.climbed.troubles
    facts = {
        "decision_id": considered.id,
        "product": considered.terms.product.slug,
        "recommendation": str(considered.recommended.recommendation),
        "route": str(considered.route),
    }
    if not troubles:
        log.info("decided", **facts)
        return
    said = "; ".join(str(trouble) for _, trouble in troubles)
    causes = ", ".join(trouble.cause for _, trouble in troubles)
    event = "decided_by_a_fallback" if considered.climbed.scored else "decided_without_a_model"
    log.error(event, cause=causes, message=said, **facts)
