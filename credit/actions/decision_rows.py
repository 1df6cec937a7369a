"""The rows of a decision, written in one statement: one way to the database and back.

Nothing is half-written: a statement is its own transaction. The key is claimed in it too, so that
where it was taken before nothing else is written.
"""

from collections.abc import Mapping

import orjson
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from credit.actions.idempotency import Idempotency
from credit.audit_chain import Event
from credit.considering import Considered
from credit.prepared import Prepared, Value

STATUS = 201
ENDPOINT = "decisions"
_FIGURES = ("pd", "margin", "points", "base_points", "score")

# A concurrent duplicate waits at the unique index for the first one's commit, and then claims
# nothing.
_CLAIM = """
    INSERT INTO credit_idempotencyrecord
        (partner_id, endpoint, key, body_sha256, status, answer, created_at)
    VALUES (%(partner)s::bigint, %(endpoint)s::varchar, %(key)s::varchar,
        %(body_sha256)s::varchar, %(status_code)s::smallint,
        %(answer)s::text, %(at)s::timestamptz)
    ON CONFLICT (partner_id, endpoint, key) DO NOTHING
    RETURNING id
"""
_NO_CLAIM = "SELECT 1 AS id"

# Only where a name was sent: the step costs a statement without one a plan for each month.
_APPLICANT = """
applicant AS (
    INSERT INTO credit_applicant (application_id, partner_id, name, address)
    SELECT id, %(partner)s::bigint, %(name)s::varchar, %(address)s::varchar
    FROM application
),
"""

_ROWS = """
WITH claim AS ({claim}),
application AS (
    INSERT INTO credit_application (id, product_id, partner_id, reference, amount, term_months,
        features, status, received_at, salt)
    SELECT %(id)s::varchar, %(product)s::bigint, %(partner)s::bigint, %(reference)s::varchar,
        %(amount)s::numeric, %(term_months)s::integer, %(features)s::jsonb, %(status)s::varchar,
        %(at)s::timestamptz, %(salt)s::bytea
    FROM claim
    RETURNING id
),
{applicant}score AS (
    INSERT INTO credit_score (application_id, contract_id, route, model_version_id, bundle_hash,
        pd, margin, points, base_points, score, band, contributions, warnings, uncertainty,
        partner_id)
    SELECT id, %(contract)s::bigint, %(route)s::varchar, %(model_version)s::bigint,
        %(bundle_hash)s::varchar, %(pd)s::float8, %(margin)s::float8, %(points)s::float8,
        %(base_points)s::float8, %(score)s::integer, %(band)s::varchar,
        %(contributions)s::jsonb, %(warnings)s::jsonb, %(uncertainty)s::jsonb,
        %(partner)s::bigint
    FROM application
),
decision AS (
    INSERT INTO credit_decision (id, partner_id, policy_id, recommendation, policy_results,
        automatic, decided_at)
    SELECT id, %(partner)s::bigint, %(policy)s::bigint, %(recommendation)s::varchar,
        %(policy_results)s::jsonb, %(automatic)s::varchar, %(at)s::timestamptz
    FROM application
),
monitored AS (
    INSERT INTO vault.applicant_attribute (application_id, attribute, value, recorded_at)
    SELECT id, name, belongs_to, %(at)s::timestamptz
    FROM application, jsonb_each_text(%(monitoring)s::jsonb) AS sent (name, belongs_to)
),
audited AS (
    INSERT INTO credit_auditevent (type, target, user_id, partner_id, at, details, hash)
    SELECT %(event_type)s::varchar, %(target)s::varchar, NULL, %(partner)s::bigint,
        %(at)s::timestamptz, %(details)s::jsonb, %(hash)s::varchar
    FROM application
)
SELECT count(*) FROM application
"""
_STATEMENTS = {
    (is_claimed, is_named): Prepared(
        f"decide{'_claimed' * is_claimed}{'_named' * is_named}",
        _ROWS.format(
            claim=_CLAIM if is_claimed else _NO_CLAIM, applicant=_APPLICANT if is_named else ""
        ),
    )
    for is_claimed in (True, False)
    for is_named in (True, False)
}


def insert(made: Considered, *, event: Event, idempotency: Idempotency | None, answer: str) -> bool:
    """Write a decision and all that belongs to it, with its event; False: the key was taken.

    `answer` is the text to give again to the same key.
    """
    applicant = made.application.applicant
    values = _values(made) | {
        "monitoring": _json(made.application.monitoring),
        "event_type": event.type,
        "target": event.target,
        "details": _json(event.details),
        "hash": event.hash,
    }
    if applicant is not None:
        values |= {"name": applicant.name, "address": applicant.address}
    if made.partner is None or idempotency is None:
        return _written(_STATEMENTS[False, applicant is not None], values)
    claimed: dict[str, Value] = {
        "endpoint": ENDPOINT,
        "status_code": STATUS,
        "key": idempotency.key,
        "body_sha256": idempotency.body_sha256,
        "answer": answer,
    }
    return _written(_STATEMENTS[True, applicant is not None], values | claimed)


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
        return statement.number(connection, values) > 0


def _json(value: object) -> str:
    """Write a value for jsonb, which has an order of its own; hashes are of canonical JSON."""
    return orjson.dumps(value).decode()
