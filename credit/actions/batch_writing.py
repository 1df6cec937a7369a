"""Writing some rows of a batch: all that they are, and how far the batch is, as one."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog
from django.db import connection, transaction
from django.db.models import F

from credit import meters, tenancy, vault
from credit.actions import alerts, audit, canary_minutes, queue_items
from credit.actions.refusals import ActionDenied
from credit.batch_chunks import Chunk
from credit.models import AuditEvent, Batch
from credit.models.applications import WAITING

log = structlog.get_logger("credit.batches")

# Row security lets nobody COPY; a set of rows from JSON costs as little and needs no statement a
# row (decision record 0009).
_APPLICATIONS = """
INSERT INTO credit_application (id, product_id, partner_id, reference, amount, term_months,
    features, status, queued, received_at, salt)
SELECT id, %s, %s, reference, amount, term_months, features, status, status = ANY(%s), %s,
    decode(salt, 'hex')
FROM jsonb_to_recordset(%s) AS r (id text, reference text, amount numeric, term_months int,
    features jsonb, status text, salt text)
"""
_APPLICANTS = """
INSERT INTO credit_applicant (application_id, partner_id, name, address)
SELECT id, %s, name, address FROM jsonb_to_recordset(%s) AS r (id text, name text, address text)
"""
_NOBODY = "[]"
_SCORES = """
INSERT INTO credit_score (application_id, contract_id, route, model_version_id, bundle_hash, pd,
    margin, points, base_points, score, band, contributions, warnings, uncertainty, partner_id)
SELECT id, contract_id, route, model_version_id, bundle_hash, pd,
    margin, points, base_points, score, coalesce(band, ''), coalesce(contributions, '[]'),
    warnings, uncertainty, %s
FROM jsonb_to_recordset(%s) AS r (id text, contract_id bigint, route text,
    model_version_id bigint, bundle_hash text, pd float8, margin float8, points float8,
    base_points float8, score int, band text, contributions jsonb, warnings jsonb,
    uncertainty jsonb)
"""
_DECISIONS = """
INSERT INTO credit_decision (id, partner_id, policy_id, recommendation, policy_results,
    automatic, decided_at, event_id)
SELECT id, %s, %s, recommendation, policy_results, automatic, %s, %s
FROM jsonb_to_recordset(%s) AS r (id text, recommendation text, policy_results jsonb,
    automatic text)
"""
_RESULTS = """
INSERT INTO credit_batchrow (batch_id, number, decision_id, problems)
SELECT %s, number, decision_id, problems
FROM jsonb_to_recordset(%s) AS r (number int, decision_id text, problems jsonb)
"""


class Overtaken(ActionDenied):
    """The batch was cancelled, or taken from this worker, who was thought dead."""


def write(*, batch: Batch, chunk: Chunk) -> None:
    """Store some rows' decisions, results and evidence, and how far the batch is, as one."""
    if not chunk.rows:
        return
    with transaction.atomic():
        _store(batch, chunk)
        with _sending_values_apart() as cursor:  # the queue is nothing of a partner's
            queue_items.put_in_of_file(cursor=cursor, chunk=chunk, partner_id=batch.partner_id)
    meters.rows_stored(chunk)
    _say(batch, chunk)


def _store(batch: Batch, chunk: Chunk) -> None:
    with tenancy.rows_of(batch.partner):
        advance(
            batch=batch,
            rows_decided=F("rows_decided") + chunk.decided,
            rows_refused=F("rows_refused") + chunk.refused,
            stalls=0,
        )
        event = audit.record(
            AuditEvent.Type.BATCH_DECIDED,
            target=f"batch:{batch.pk}",
            by=None,
            partner=batch.partner,
            at=chunk.at,
            first=chunk.first,
            last=chunk.last,
            decisions=chunk.evidence,
        )
        terms = chunk.terms
        with _sending_values_apart() as cursor:
            cursor.execute(
                _APPLICATIONS,
                [
                    *(terms.product.pk, batch.partner_id, list(WAITING), chunk.at),
                    chunk.applications,
                ],
            )
            if chunk.applicants != _NOBODY:
                cursor.execute(_APPLICANTS, [batch.partner_id, chunk.applicants])
            cursor.execute(_SCORES, [batch.partner_id, chunk.scores])
            cursor.execute(
                _DECISIONS,
                [
                    *(batch.partner_id, terms.policy_version.pk, chunk.at, event.pk),
                    chunk.decisions,
                ],
            )
            cursor.execute(_RESULTS, [batch.pk, chunk.results])
        vault.store_each(chunk.monitoring, at=chunk.at)
        canary_minutes.store(counts=chunk.canary)
        told = {trouble.told_as: trouble for trouble in chunk.troubles.values()}
        for cause, trouble in told.items():
            alerts.raise_alert(
                cause=cause,
                product=terms.product,
                version=trouble.version,
                message=str(trouble),
                at=chunk.at,
            )


def advance(*, batch: Batch, **changes: object) -> None:
    """Change the batch's row, which locks it: until this commits, nobody cancels it."""
    mine = Batch.objects.filter(pk=batch.pk, state=Batch.State.RUNNING, attempts=batch.attempts)
    if not mine.update(**changes):
        raise Overtaken("It was cancelled, or another worker took it up.")


@contextmanager
def _sending_values_apart() -> Iterator[psycopg.Cursor]:
    """Keep a megabyte of values out of the statement's text, which PostgreSQL reads twice."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def _say(batch: Batch, chunk: Chunk) -> None:
    """Leave a line in the log: ids, counts and routes, nothing about a person."""
    facts = {"batch": batch.pk, "first": chunk.first, "last": chunk.last}
    said = {**facts, "decided": chunk.decided, "refused": chunk.refused, **chunk.routes}
    if chunk.troubles:
        log.error("batch_rows_decided_by_a_fallback", cause=", ".join(chunk.troubles), **said)
    else:
        log.info("batch_rows_decided", **said)
