"""Deciding: the one way in which an application, its score and its decision are written."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from credit import considering, meters, tenancy
from credit.actions import (
    alerts,
    canary_minutes,
    decision_rows,
    decisions_together,
    exploration,
    shadow_scores,
)
from credit.actions import idempotency as keys
from credit.actions.decided import Decided, event_of, told
from credit.actions.idempotency import Idempotency, IdempotencyConflict
from credit.considering import Asked, Considered
from credit.ladder import Climbed
from credit.models import ApiKey, Partner
from credit.serving import UnknownProduct
from scoring.features import InputRefused
from scoring.policy import Recommendation

__all__ = [
    "Decided",
    "Idempotency",
    "IdempotencyConflict",
    "UnknownProduct",
    "decide",
    "decide_typed",
]

log = structlog.get_logger("credit.decisions")


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
    asked = Asked(
        product=product,
        partner=key.partner if key is not None else partner,
        body=body,
        at=at,
    )
    made = decisions_together.made(asked, idempotency)
    if made is None or made.decided is None:
        return _decide_alone(asked, idempotency, considered=made.considered if made else None)
    if not made.is_written:
        return _given_to(asked.partner, idempotency)
    _tell_around(made.considered)
    return made.decided


def _decide_alone(
    asked: Asked, idempotency: Idempotency | None, *, considered: Considered | None
) -> Decided:
    """Decide on this thread's own connection, what is considered already or not."""
    try:
        considered = considered or considering.consider(
            product=asked.product, partner=asked.partner, body=asked.body, at=asked.at
        )
    except InputRefused:
        given = _given_before(asked.partner, idempotency)
        if given is None:
            raise
        return given
    if considered.recommended.recommendation is Recommendation.DECLINE:
        considered = exploration.drawn(considered)
    decided = told(considered)
    given = _write(considered, decided, idempotency)
    if given is not None:
        return given
    _tell_around(considered)
    return decided


def decide_typed(
    *, product: str, partner: Partner | None, body: Mapping[str, object], at: datetime
) -> Decided:
    """Decide what a person here typed in, in the transaction that says who: never by policy alone.

    Raises `InputRefused` and then stores nothing.
    """
    considered = considering.left_to_a_person(
        considering.consider(product=product, partner=partner, body=body, at=at)
    )
    decided = told(considered)
    _write(considered, decided, None)
    transaction.on_commit(partial(_tell_around, considered))
    return decided


def _tell_around(considered: Considered) -> None:
    """Count it, have the shadows look at it, and say what failed: once it is stored."""
    meters.decided(considered)
    shadow_scores.offer(considered)
    canary_minutes.offer(considered)
    if considered.troubles:
        _say(considered)


def _write(
    considered: Considered, decided: Decided, idempotency: Idempotency | None
) -> Decided | None:
    """Write everything, or find the answer that the key was taken for."""
    if not considered.troubles and considered.explored is None:
        return _write_rows(considered, decided, idempotency)
    with transaction.atomic():
        given = _write_rows(considered, decided, idempotency)
        if given is None:
            exploration.note(considered)
            for trouble in considered.troubles:
                alerts.raise_alert(
                    cause=trouble.told_as,
                    product=considered.terms.product,
                    version=trouble.version,
                    message=str(trouble),
                    at=considered.at,
                )
    return given


def _write_rows(
    considered: Considered, decided: Decided, idempotency: Idempotency | None
) -> Decided | None:
    event = event_of(considered)
    if decision_rows.insert(considered, event=event, idempotency=idempotency, answer=decided.text):
        return None
    return _given_to(considered.partner, idempotency)


def _given_to(partner: Partner | None, idempotency: Idempotency | None) -> Decided:
    """Find the answer that a key was taken for."""
    given = _given_before(partner, idempotency)
    if given is None:
        raise IdempotencyConflict("The answer to this idempotency key was just forgotten.")
    return given


def _given_before(partner: Partner | None, idempotency: Idempotency | None) -> Decided | None:
    """Look for an answer to a request that today's contract would refuse."""
    if partner is None or idempotency is None:
        return None
    with tenancy.rows_of(partner):
        text = keys.answer_to(partner, decision_rows.ENDPOINT, idempotency)
    if text is None:
        return None
    answer = json.loads(text)
    return Decided(decision_id=answer["id"], answer=answer, text=text, replayed=True)


def _say(considered: Considered) -> None:
    """Leave a line in the log where something failed: ids and routes, nothing about a person."""
    log.error(
        _what_happened(considered.climbed),
        decision_id=considered.id,
        product=considered.terms.product.slug,
        recommendation=considered.recommended.recommendation.value,
        route=considered.route.value,
        cause=", ".join(trouble.cause for trouble in considered.troubles),
        message="; ".join(str(trouble) for trouble in considered.troubles),
    )


def _what_happened(climbed: Climbed) -> str:
    if climbed.scored is None:
        return "decided_without_a_model"
    return "decided_by_a_fallback" if climbed.troubles else "decided_without_its_bootstrap_models"
