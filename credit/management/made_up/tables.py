"""Made-up decisions put into the tables: what becomes of each with COPY, the rest from there.

The tables' rows are what the product itself would have written, but for what no page and no job
reads: hashes of events are no hashes, no seal covers them, and letters are a few bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from psycopg import Cursor, sql

from credit.audit_chain import MONTH
from credit.management.made_up import fates, people
from credit.management.made_up.columns import make_table
from credit.management.made_up.scenes import Scene
from credit.management.made_up.spans import EVENTS_FROM, MADE_UP

AT_ONCE = 50_000
EVENTS_EACH = 8  # numbers that each application's events have to themselves, at most
_MOMENTS = (
    *("at", "received_at", "taken_at", "made_at", "answered_at", "notice_at", "reported_at"),
    "put_right_at",
)
_TYPES = {
    **dict.fromkeys(_MOMENTS, "timestamptz"),
    **dict.fromkeys(("number", "named", "place", "partner", "key", "version"), "bigint"),
    **dict.fromkeys(("officer", "signed_by", "notice_by"), "bigint"),
    **dict.fromkeys(("id", "status", "told", "verdict", "answer", "reason_code"), "text"),
    **dict.fromkeys(("corrects", "superseded", "made", "withdrawn", "is_override"), "boolean"),
    **dict.fromkeys(("is_bad", "helpful"), "boolean"),
    **dict.fromkeys(("observed_on", "matures_on"), "date"),
    "offered": "numeric",
}
_WHY = "'Payslips of three months were looked at.'"
_SALT = "decode(lpad(to_hex(f.number), 32, '0'), 'hex')"
_PEOPLE = "FROM made_up_fate f JOIN made_up_person p ON p.place = f.place"


def _event(nth: int, kind: str, at: str, *, of: str, who: str, details: str) -> str:
    """Write an event of each application of which there is one, numbered within its month."""
    month = f"to_char({at} AT TIME ZONE 'UTC', 'YYYYMM')::bigint * {MONTH}"
    number = f"{month} + {EVENTS_FROM} + f.number * {EVENTS_EACH} + {nth}"
    return f"""
    INSERT INTO credit_auditevent (id, type, target, user_id, partner_id, at, details, hash)
    SELECT {number}, '{kind}', 'decision:' || f.id, {who}, {at}, {details},
        lpad(to_hex(f.number * {EVENTS_EACH} + {nth}), 64, '0')
    {of}
    """


def _outcome(number: int, bad: str, at: str, why: str, holds: str) -> str:
    return f"""
    INSERT INTO credit_outcome (decision_id, number, is_bad, observed_on, reported_at,
        reported_with_id, matures_on, reason)
    SELECT id, {number}, {bad}, observed_on, {at}, key, matures_on, {why}
    FROM made_up_fate WHERE {holds}
    """  # noqa: S608 - put together from this file alone


_KIND = "CASE f.told WHEN 'declined' THEN 'adverse_action' ELSE 'counter_offer' END"
_SAID = """jsonb_build_object('verdict', f.verdict, 'is_override', f.is_override,
    'reason_code', f.reason_code, 'reason', CASE f.reason_code WHEN '' THEN '' ELSE
    lpad(to_hex(f.number), 64, '0') END)"""
_OUTCOME = """jsonb_build_object('version', {version}, 'outcome', lpad(to_hex(f.number), 64, '0'),
    'reason', '')"""
STATEMENTS = (
    f"""
    INSERT INTO credit_application (id, product_id, partner_id, reference, amount, term_months,
        features, status, received_at, salt, told)
    SELECT f.id, p.product, f.partner, '{MADE_UP}' || f.named, p.amount, p.term_months, p.features,
        f.status, f.received_at, {_SALT}, f.told
    {_PEOPLE}
    """,
    f"""
    INSERT INTO credit_score (application_id, partner_id, contract_id, route, model_version_id,
        bundle_hash, pd, margin, points, base_points, score, band, contributions, warnings,
        uncertainty)
    SELECT f.id, f.partner, p.contract, p.route, f.version, p.bundle_hash, p.pd, p.margin, p.points,
        p.base_points, p.score, p.band, p.contributions, p.warnings, p.uncertainty
    {_PEOPLE}
    """,
    f"""
    INSERT INTO credit_decision (id, partner_id, policy_id, recommendation, policy_results,
        automatic, decided_at)
    SELECT f.id, f.partner, p.policy, p.recommendation, p.policy_results, p.automatic, f.at
    {_PEOPLE}
    """,
    f"""
    INSERT INTO credit_officerdecision (decision_id, verdict, is_override, reason_code, reason,
        offered_amount, offered_term_months, decided_by_id, decided_at, signed_by_id, final_at,
        offer_until)
    SELECT f.id, f.verdict, f.is_override, f.reason_code,
        CASE f.reason_code WHEN '' THEN '' ELSE {_WHY} END,
        f.offered, CASE WHEN f.offered IS NOT NULL THEN p.term_months END, f.officer, f.made_at,
        f.signed_by, f.made_at + interval '10 minutes',
        CASE WHEN f.offered IS NOT NULL THEN (f.made_at + interval '30 days')::date END
    {_PEOPLE} WHERE f.made
    """,
    """
    INSERT INTO credit_offeranswer (decision_id, answer, words, recorded_by_id, recorded_at)
    SELECT id, answer, '', officer, answered_at FROM made_up_fate WHERE answer IS NOT NULL
    """,
    """
    INSERT INTO credit_withdrawal (decision_id, words, recorded_by_id, recorded_at)
    SELECT id, '', officer, taken_at FROM made_up_fate WHERE withdrawn
    """,
    f"""
    INSERT INTO credit_correction (decision_id, supersedes_id, changes, source, words,
        corrected_by_id, corrected_at)
    SELECT f.id, before.id, jsonb_build_array(jsonb_build_object('field', 'requested.amount',
        'before', was.amount::text, 'after', p.amount::text)), 'document', {_WHY}, f.officer, f.at
    {_PEOPLE}
    JOIN made_up_fate before ON before.number = f.number - 1
    JOIN made_up_person was ON was.place = before.place
    WHERE f.corrects
    """,
    f"""
    INSERT INTO credit_notice (decision_id, kind, number, why_again, has_address, pdf, html,
        pdf_sha256, html_sha256, certificate, seal, issued_by_id, issued_at)
    SELECT f.id, {_KIND}, 1, '', false, 'a letter', 'a letter', lpad('', 64, '0'),
        lpad('', 64, '0'), '{{}}', lpad('', 64, '0'), f.notice_by, f.notice_at
    FROM made_up_fate f WHERE f.told <> ''
    """,  # noqa: S608 - put together from this file alone
    """
    INSERT INTO credit_recommendationfeedback (decision_id, is_helpful, comment, given_by_id,
        given_at)
    SELECT id, helpful, '', officer, made_at FROM made_up_fate WHERE helpful IS NOT NULL
    """,
    _outcome(1, "is_bad", "reported_at", "''", "is_bad IS NOT NULL"),
    _outcome(2, "NOT is_bad", "put_right_at", _WHY, "put_right_at IS NOT NULL"),
    _event(
        0, "application_decided", "f.at", of=_PEOPLE, who="NULL, f.partner", details="p.details"
    ),
    _event(
        *(1, "application_taken", "f.taken_at"),
        of="FROM made_up_fate f WHERE f.made",
        who="f.officer, NULL",
        details="'{}'",
    ),
    _event(
        *(2, "officer_decided", "f.made_at"),
        of="FROM made_up_fate f WHERE f.made",
        who="coalesce(f.signed_by, f.officer), NULL",
        details=_SAID,
    ),
    _event(
        *(3, "notice_issued", "f.notice_at"),
        of="FROM made_up_fate f WHERE f.told <> ''",
        who="f.notice_by, NULL",
        details=f"jsonb_build_object('kind', {_KIND}, 'number', 1, 'seal', lpad('', 64, '0'))",
    ),
    _event(
        *(4, "outcome_reported", "f.reported_at"),
        of="FROM made_up_fate f WHERE f.is_bad IS NOT NULL",
        who="NULL, f.partner",
        details=_OUTCOME.format(version=1),
    ),
    _event(
        *(5, "outcome_corrected", "f.put_right_at"),
        of="FROM made_up_fate f WHERE f.put_right_at IS NOT NULL",
        who="NULL, f.partner",
        details=_OUTCOME.format(version=2),
    ),
)


def write(cursor: Cursor[Any], scene: Scene) -> Iterator[int]:
    """Write the rows in the order of time; says after each part how many they were."""
    people.put(cursor, scene.people)
    attributes = [each.name for each in scene.contract.assessable]
    make_table(cursor, "made_up_fate", _TYPES | {_column(each): "text" for each in attributes})
    for part in fates.drawn(scene, at_once=AT_ONCE):
        _put(cursor, part, [*_TYPES, *map(_column, attributes)])
        for statement in STATEMENTS:
            cursor.execute(statement)
        for attribute in attributes:
            cursor.execute(_groups(attribute), [attribute])
        yield part.height


def _put(cursor: Cursor[Any], part: pl.DataFrame, columns: Sequence[str]) -> None:
    moments = pl.col(_MOMENTS).cast(pl.Datetime("ms"))
    text = (
        part.with_columns(moments)
        .select(columns)
        .write_csv(include_header=False, datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ")
    )
    cursor.execute("TRUNCATE made_up_fate")
    with cursor.copy("COPY made_up_fate FROM STDIN (FORMAT csv)") as copy:
        copy.write(text)
    cursor.execute("ANALYZE made_up_fate")


def _groups(attribute: str) -> sql.Composed:
    return sql.SQL(
        "INSERT INTO vault.applicant_attribute (application_id, attribute, value, recorded_at)"
        " SELECT id, %s, {group}, at FROM made_up_fate WHERE {group} IS NOT NULL"
    ).format(group=sql.Identifier(_column(attribute)))


def _column(attribute: str) -> str:
    return f"group_{attribute}"
