"""The rows of a decision, written in one statement: one way to the database and back.

Nothing is half-written: a statement is its own transaction. The key is claimed in it too, so that
where it was taken before nothing else is written.
"""

from collections.abc import Mapping

import orjson
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from credit.actions.decision_sql import statement
from credit.actions.idempotency import Idempotency
from credit.audit_chain import Event
from credit.considering import Considered
from credit.prepared import Prepared, Value

STATUS = 201
ENDPOINT = "decisions"
_FIGURES = ("pd", "margin", "points", "base_points", "score")


def insert(made: Considered, *, event: Event, idempotency: Idempotency | None, answer: str) -> bool:
    """Write a decision and all that belongs to it, with its event; False: the key was taken.

    `answer` is the text to give again to the same key.
    """
    is_claimed = made.partner is not None and idempotency is not None
    is_named = made.application.applicant is not None
    its_values = values(
        made, event=event, idempotency=idempotency if is_claimed else None, answer=answer
    )
    return _written(statement(is_claimed=is_claimed, is_named=is_named), its_values)


def values(
    made: Considered, *, event: Event, idempotency: Idempotency | None, answer: str
) -> dict[str, Value]:
    """Give what the statement writes of a decision, by the names of its places."""
    applicant = made.application.applicant
    found = _values(made) | {
        "monitoring": _json(made.application.monitoring),
        "event_type": event.type,
        "target": event.target,
        "details": _json(event.details),
        "hash": event.hash,
    }
    if applicant is not None:
        found |= {"name": applicant.name, "address": applicant.address}
    if idempotency is not None:
        found |= {
            "endpoint": ENDPOINT,
            "status_code": STATUS,
            "key": idempotency.key,
            "body_sha256": idempotency.body_sha256,
            "answer": answer,
        }
    return found


def _values(made: Considered) -> dict[str, Value]:
    asked, figures, verdict = made.application, made.figures, made.verdict
    uncertainty = figures["uncertainty"]
    return {
        "at": made.at,
        "id": made.id,
        "product": made.terms.product.pk,
        "partner": made.partner.pk if made.partner else None,
        "reference": asked.reference,
        "amount": asked.requested.amount,
        "term_months": asked.requested.term_months,
        "features": _json(made.values),
        "status": made.status.value,
        "salt": made.salt,
        "contract": figures["contract_id"],
        "route": figures["route"],
        "model_version": figures.get("model_version_id"),
        "bundle_hash": figures["bundle_hash"],
        **{name: figures.get(name) for name in _FIGURES},
        "band": figures.get("band", ""),
        "contributions": _json(figures.get("contributions", ())),
        "warnings": _json(figures["warnings"]),
        "uncertainty": None if uncertainty is None else _json(uncertainty),
        "policy": made.terms.policy_version.pk,
        "recommendation": verdict["recommendation"],
        "policy_results": _json(verdict["policy_results"]),
        "automatic": verdict["automatic"],
    }


def _written(statement: Prepared, values: Mapping[str, Value]) -> bool:
    """Write, on a new connection where the server of this thread's is gone.

    It need not be asked before each decision whether it is still there: asking twice writes once,
    since the key and the decision's id are unique.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # once: `django.db.connection` looks it up each time
    connection.ensure_connection()
    try:
        return _executed(connection, statement, values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or not connection.connection.closed:
            raise
        connection.close()
        connection.ensure_connection()
        return _executed(connection, statement, values)


def _executed(
    connection: BaseDatabaseWrapper, statement: Prepared, values: Mapping[str, Value]
) -> bool:
    with connection.wrap_database_errors:
        return bool(statement.column(connection, values))


def _json(value: object) -> str:
    """Write a value for jsonb, which has an order of its own; hashes are of canonical JSON."""
    return orjson.dumps(value).decode()
