"""The statement that writes decisions: one, or several at once.

What comes with each is a row of `given`, of `sent` where its key is claimed first; the rest of the
statement is the same for one as for many. Each table is filled from there and not from another's
rows: nothing is joined for a row that is either given or not.
"""

from functools import cache

from credit.prepared import Prepared

# What comes with a decision, by the type that its text is read as.
_TYPES = {
    "at": "timestamptz",
    "id": "varchar",
    "product": "bigint",
    "partner": "bigint",
    "reference": "varchar",
    "amount": "numeric",
    "term_months": "integer",
    "features": "jsonb",
    "status": "varchar",
    "salt": "bytea",
    "contract": "bigint",
    "route": "varchar",
    "model_version": "bigint",
    "bundle_hash": "varchar",
    "pd": "float8",
    "margin": "float8",
    "points": "float8",
    "base_points": "float8",
    "score": "integer",
    "band": "varchar",
    "contributions": "jsonb",
    "warnings": "jsonb",
    "uncertainty": "jsonb",
    "policy": "bigint",
    "recommendation": "varchar",
    "policy_results": "jsonb",
    "automatic": "varchar",
    "monitoring": "jsonb",
    "event_type": "varchar",
    "target": "varchar",
    "details": "jsonb",
    "hash": "varchar",
}
_OF_A_CLAIM = {
    "endpoint": "varchar",
    "status_code": "smallint",
    "key": "varchar",
    "body_sha256": "varchar",
    "answer": "text",
}
_OF_A_NAME = {"name": "varchar", "address": "varchar"}

# A concurrent duplicate waits at the unique index for the first one's commit, and then claims
# nothing.
_CLAIM = """
claim AS (
    INSERT INTO credit_idempotencyrecord
        (partner_id, endpoint, key, body_sha256, status, answer, created_at)
    SELECT partner, endpoint, key, body_sha256, status_code, answer, at FROM sent
    ON CONFLICT (partner_id, endpoint, key) DO NOTHING
    RETURNING partner_id, key
),
given AS (
    SELECT sent.* FROM sent JOIN claim ON claim.partner_id = sent.partner AND claim.key = sent.key
),
"""

# Only where a name was sent: the step costs a statement without one a plan for each month.
_APPLICANT = """
applicant AS (
    INSERT INTO credit_applicant (application_id, partner_id, name, address)
    SELECT id, partner, name, address FROM given
),
"""

_ROWS = """
WITH {first} ({names}) AS (VALUES {rows}),
{claim}application AS (
    INSERT INTO credit_application (id, product_id, partner_id, reference, amount, term_months,
        features, status, received_at, salt)
    SELECT id, product, partner, reference, amount, term_months, features, status, at, salt
    FROM given
    RETURNING id
),
{applicant}score AS (
    INSERT INTO credit_score (application_id, contract_id, route, model_version_id, bundle_hash,
        pd, margin, points, base_points, score, band, contributions, warnings, uncertainty,
        partner_id)
    SELECT id, contract, route, model_version, bundle_hash, pd, margin, points, base_points, score,
        band, contributions, warnings, uncertainty, partner
    FROM given
),
decision AS (
    INSERT INTO credit_decision (id, partner_id, policy_id, recommendation, policy_results,
        automatic, decided_at)
    SELECT id, partner, policy, recommendation, policy_results, automatic, at
    FROM given
),
monitored AS (
    INSERT INTO vault.applicant_attribute (application_id, attribute, value, recorded_at)
    SELECT id, told.name, told.belongs_to, at
    FROM given, jsonb_each_text(monitoring) AS told (name, belongs_to)
),
audited AS (
    INSERT INTO credit_auditevent (type, target, user_id, partner_id, at, details, hash)
    SELECT event_type, target, NULL, partner, at, details, hash
    FROM given
)
SELECT id FROM application
"""


@cache
def statement(*, rows: int = 1, is_claimed: bool, is_named: bool) -> Prepared:
    """Give the statement for so many decisions: with a key each, and with who applies, or without.

    Its places are named as the types above; those of a second row and further have a number.
    """
    types = {**_TYPES, **(_OF_A_CLAIM if is_claimed else {}), **(_OF_A_NAME if is_named else {})}
    text = _ROWS.format(
        names=", ".join(types),
        rows=", ".join(_row(types, number) for number in range(rows)),
        first="sent" if is_claimed else "given",
        claim=_CLAIM if is_claimed else "",
        applicant=_APPLICANT if is_named else "",
    )
    name = f"decide{'_claimed' * is_claimed}{'_named' * is_named}_{rows}"
    return Prepared(name, text)


def _row(types: dict[str, str], number: int) -> str:
    suffix = f"_{number}" if number else ""
    return "(" + ", ".join(f"%({name}{suffix})s::{kind}" for name, kind in types.items()) + ")"
