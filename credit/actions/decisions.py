"""Deciding: the one way in which an application, its score and its decision are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from credit import answers, considering, tenancy
from credit.actions import alerts, audit, decision_rows
from credit.actions import idempotency as keys
from credit.actions.idempotency import Idempotency, IdempotencyConflict
from credit.considering import Considered
from credit.ladder import Climbed
from credit.models import ApiKey, AuditEvent, Decision, Partner
from credit.serving import UnknownProduct
from scoring.features import InputRefused

__all__ = ["Decided", "Idempotency", "IdempotencyConflict", "UnknownProduct", "decide"]

log = structlog.get_logger("credit.decisions")


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
    given = _write(considered, decision, answer, idempotency)
    if given is not None:
        return given
    _say(considered)
    return Decided(decision_id=decision.pk, answer=answer)


def _write(
    considered: Considered,
    decision: Decision,
    answer: dict[str, Any],
    idempotency: Idempotency | None,
) -> Decided | None:
    """Write everything, or find the answer that the key was taken for."""
    if not considered.troubles:
        return _write_rows(considered, decision, answer, idempotency)
    with transaction.atomic():
        given = _write_rows(considered, decision, answer, idempotency)
        if given is None:
            for trouble in considered.troubles:
                alerts.raise_alert(
                    cause=trouble.cause,
                    product=considered.terms.product,
                    message=str(trouble),
                    at=considered.at,
                )
    return given


def _write_rows(
    considered: Considered,
    decision: Decision,
    answer: dict[str, Any],
    idempotency: Idempotency | None,
) -> Decided | None:
    owner, claim = considered.partner, None
    if owner is not None and idempotency is not None:
        claim = {
            "key": idempotency.key,
            "body_sha256": idempotency.body_sha256,
            "answer": answer,
        }
    event = audit.event_of(
        AuditEvent.Type.APPLICATION_DECIDED,
        target=f"decision:{decision.pk}",
        by=None,
        partner=owner,
        at=considered.at,
        **considered.evidence,
    )
    if decision_rows.insert(considered, event=event, claim=claim):
        return None
    given = _given_before(owner, idempotency)
    if given is None:
        raise IdempotencyConflict("The answer to this idempotency key was just forgotten.")
    return given


def _given_before(partner: Partner | None, idempotency: Idempotency | None) -> Decided | None:
    """Look for an answer to a request that today's contract would refuse."""
    if partner is None or idempotency is None:
        return None
    with tenancy.rows_of(partner):
        return _replayed(keys.answer_to(partner, decision_rows.ENDPOINT, idempotency))


def _replayed(given: dict[str, Any] | None) -> Decided | None:
    return None if given is None else Decided(decision_id=given["id"], answer=given, replayed=True)


def _say(considered: Considered) -> None:
    """Leave a line in the log: ids and routes, nothing about a person."""
    troubles = considered.troubles
    facts = {
        "decision_id": considered.id,
        "product": considered.terms.product.slug,
        "recommendation": str(considered.recommended.recommendation),
        "route": str(considered.route),
    }
    if not troubles:
        log.info("decided", **facts)
        return
    said = "; ".join(str(trouble) for trouble in troubles)
    causes = ", ".join(trouble.cause for trouble in troubles)
    log.error(_what_happened(considered.climbed), cause=causes, message=said, **facts)


def _what_happened(climbed: Climbed) -> str:
    if climbed.scored is None:
        return "decided_without_a_model"
    return "decided_by_a_fallback" if climbed.troubles else "decided_without_its_bootstrap_models"
