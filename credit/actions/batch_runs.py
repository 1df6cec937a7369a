"""Working batches: one at a time, some rows a transaction, from where the last worker came to."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import psycopg
import structlog
from django.db import connection, transaction
from django.db.models import F

from credit import batch_chunks, serving, tenancy, untrusted_rows, uploads, vault
from credit.actions import alerts, audit, batches
from credit.actions.refusals import ActionDenied
from credit.batch_chunks import Chunk
from credit.models import AuditEvent, Batch
from credit.untrusted_rows import RowsRefused
from scoring.features import FieldProblem, InputRefused
from scoring.request_rows import Row

log = structlog.get_logger("credit.batches")
State = Batch.State
Clock = Callable[[], datetime]
_MOST_STALLS = 5
_WORKING = 7_301_003  # the advisory lock of whoever works batches
_KILLS = FieldProblem(
    "", "worker_lost", f"The worker was lost {_MOST_STALLS} times at the same place of the file."
)

# Row security lets nobody COPY; a set of rows from JSON costs as little and needs no statement a
# row (decision record 0009).
_APPLICATIONS = """
INSERT INTO credit_application (id, product_id, partner_id, reference, amount, term_months,
    features, status, received_at, salt)
SELECT id, %s, %s, reference, amount, term_months, features, status, %s, decode(salt, 'hex')
FROM jsonb_to_recordset(%s) AS r (id text, reference text, amount numeric, term_months int,
    features jsonb, status text, salt text)
"""
_SCORES = """
INSERT INTO credit_score (application_id, contract_id, route, model_version_id, bundle_hash, pd,
    margin, points, base_points, score, band, contributions, warnings, uncertainty)
SELECT id, contract_id, route, model_version_id, bundle_hash, pd,
    margin, points, base_points, score, coalesce(band, ''), coalesce(contributions, '[]'),
    warnings, uncertainty
FROM jsonb_to_recordset(%s) AS r (id text, contract_id bigint, route text,
    model_version_id bigint, bundle_hash text, pd float8, margin float8, points float8,
    base_points float8, score int, band text, contributions jsonb, warnings jsonb,
    uncertainty jsonb)
"""
_DECISIONS = """
INSERT INTO credit_decision (id, application_id, policy_id, recommendation, policy_results,
    automatic, decided_at, event_id)
SELECT id, id, %s, recommendation, policy_results, automatic, %s, %s
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


def work(*, clock: Clock) -> None:
    """Work all unfinished batches in the order in which they came, unless someone does already."""
    with _sole_worker() as is_free:
        while is_free and (waiting := _first_unfinished()):
            run(batch_id=waiting, clock=clock)


def run(*, batch_id: str, clock: Clock) -> None:
    """Give each row that has none its result. Call it inside `work`, or alone in a test."""
    batch = _start(batch_id=batch_id, at=clock())
    if batch is None:
        return
    try:
        try:
            with _undisturbed():
                _go_through(batch, clock)
        except (RowsRefused, InputRefused) as refused:  # the file ends, or the product is withdrawn
            _fail(batch=batch, problems=refused.problems, at=clock())
    except Overtaken as overtaken:
        log.info("batch_left", batch=batch_id, why=str(overtaken))


def _go_through(batch: Batch, clock: Clock) -> None:
    found = serving.terms(batch.product.slug, at=clock())
    with untrusted_rows.opened(
        uploads.path_of(batch.pk),
        kind=batch.format,
        contract=found.contract_version.text,
        skip=batch.rows_done,
    ) as file:
        _count(batch=batch, rows=file.total)
        for chunk in _ahead(batch, file.rows, clock):
            _write(batch=batch, chunk=chunk)
            if chunk.ended_by:
                raise chunk.ended_by
    _complete(batch=batch, at=clock())


def _ahead(batch: Batch, rows: Iterator[Row], clock: Clock) -> Iterator[Chunk]:
    """Consider some rows while those before them are written: the database has its own core."""
    first = batch.rows_done + 1
    with ThreadPoolExecutor(1, thread_name_prefix="batch") as beside:

        def begin(first: int) -> Future[Chunk]:
            at = clock()
            return beside.submit(
                batch_chunks.considered,
                rows,
                first=first,
                found=serving.terms(batch.product.slug, at=at),
                partner=batch.partner,
                at=at,
            )

        coming = begin(first)
        while (chunk := coming.result()).rows or chunk.ended_by:
            if chunk.ended_by is None:
                coming = begin(chunk.last + 1)
            yield chunk


@transaction.atomic
def _start(*, batch_id: str, at: datetime) -> Batch | None:
    batch = (
        Batch.objects.select_for_update(of=("self",))
        .select_related("product", "partner")
        .filter(pk=batch_id, state__in=Batch.UNFINISHED)
        .first()
    )
    if batch is None:
        return None
    if batch.stalls >= _MOST_STALLS:
        batch.problems = _told(batch, (_KILLS,))
        batches.end(batch=batch, state=State.FAILED, at=at)
        return None
    batch.state, batch.started_at = State.RUNNING, batch.started_at or at
    batch.attempts, batch.stalls = batch.attempts + 1, batch.stalls + 1
    batch.save(update_fields=["state", "started_at", "attempts", "stalls"])
    return batch


def _count(*, batch: Batch, rows: int) -> None:
    _advance(batch, rows=rows)


def _write(*, batch: Batch, chunk: Chunk) -> None:
    """Store some rows' decisions, results and evidence, and how far the batch is, as one."""
    if not chunk.rows:
        return
    with tenancy.rows_of(batch.partner):
        _advance(
            batch,
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
                [terms.product.pk, batch.partner_id, chunk.at, chunk.applications],
            )
            cursor.execute(_SCORES, [chunk.scores])
            cursor.execute(
                _DECISIONS, [terms.policy_version.pk, chunk.at, event.pk, chunk.decisions]
            )
            cursor.execute(_RESULTS, [batch.pk, chunk.results])
        vault.store_each(chunk.monitoring, at=chunk.at)
        for cause, trouble in chunk.troubles.items():
            alerts.raise_alert(
                cause=cause, product=terms.product, message=str(trouble), at=chunk.at
            )
    _say(batch, chunk)


@transaction.atomic
def _complete(*, batch: Batch, at: datetime) -> None:
    batches.end(batch=_mine(batch), state=State.COMPLETED, at=at)


@transaction.atomic
def _fail(*, batch: Batch, problems: tuple[FieldProblem, ...], at: datetime) -> None:
    mine = _mine(batch)
    mine.problems = _told(mine, problems)
    batches.end(batch=mine, state=State.FAILED, at=at)


def _advance(batch: Batch, **changes: object) -> None:
    """Change the batch's row, which locks it: until this commits, nobody cancels it."""
    mine = Batch.objects.filter(pk=batch.pk, state=State.RUNNING, attempts=batch.attempts)
    if not mine.update(**changes):
        raise Overtaken("It was cancelled, or another worker took it up.")


def _mine(batch: Batch) -> Batch:
    found = Batch.objects.select_for_update().filter(
        pk=batch.pk, state=State.RUNNING, attempts=batch.attempts
    )
    mine = found.first()
    if mine is None:
        raise Overtaken("It was cancelled, or another worker took it up.")
    return mine


def _told(batch: Batch, problems: tuple[FieldProblem, ...]) -> list[dict[str, object]]:
    """Say why a batch failed, and after which row; 0 where no row has its result."""
    return [
        {
            "after_row": batch.rows_done,
            "pointer": problem.pointer,
            "code": problem.code,
            "detail": problem.message,
        }
        for problem in problems
    ]


def _first_unfinished() -> str | None:
    waiting = Batch.objects.filter(state__in=Batch.UNFINISHED).order_by("pk")
    return waiting.values_list("pk", flat=True).first()


@contextmanager
def _sole_worker() -> Iterator[bool]:
    """Say whether nobody else works, for as long as this process lives: see training runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_WORKING])
        (is_free,) = cursor.fetchone()
    try:
        yield is_free
    finally:
        if is_free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_WORKING])


@contextmanager
def _sending_values_apart() -> Iterator[psycopg.Cursor]:
    """Keep a megabyte of values out of the statement's text, which PostgreSQL reads twice."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Spare the collector what was there before: each thousand rows made it look at all of that."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _say(batch: Batch, chunk: Chunk) -> None:
    """Leave a line in the log: ids, counts and routes, nothing about a person."""
    facts = {"batch": batch.pk, "first": chunk.first, "last": chunk.last}
    said = {**facts, "decided": chunk.decided, "refused": chunk.refused, **chunk.routes}
    if chunk.troubles:
        log.error("batch_rows_decided_by_a_fallback", cause=", ".join(chunk.troubles), **said)
    else:
        log.info("batch_rows_decided", **said)
