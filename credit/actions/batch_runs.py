"""Working batches: one at a time, some rows a transaction, from where the last worker came to."""

import gc
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import connection, transaction

from credit import batch_chunks, serving, untrusted_rows, uploads
from credit.actions import batch_writing, batches
from credit.actions.batch_writing import Overtaken
from credit.batch_chunks import Chunk
from credit.models import Batch
from credit.untrusted_rows import ReaderLost, RowsRefused
from scoring.features import FieldProblem, InputRefused
from scoring.files.request_rows import Row

log = structlog.get_logger("credit.batches")
State = Batch.State
Clock = Callable[[], datetime]
_AHEAD = 2  # chunks
_MOST_STALLS = 5
_WORKING = 7_301_003  # the advisory lock of whoever works batches
_KILLS = FieldProblem(
    "", "worker_lost", f"The worker was lost {_MOST_STALLS} times at the same place of the file."
)


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
    except (Overtaken, ReaderLost) as left:
        log.info("batch_left", batch=batch_id, why=str(left))


def _go_through(batch: Batch, clock: Clock) -> None:
    found = serving.terms(batch.product.slug, at=clock())
    with untrusted_rows.opened(
        uploads.path_of(batch.pk),
        kind=batch.format,
        contract=found.contract_version.text,
        skip=batch.rows_done,
    ) as file:
        batch_writing.advance(batch=batch, rows=file.total)
        for chunk in _ahead(batch, file.rows, clock):
            batch_writing.write(batch=batch, chunk=chunk)
            if chunk.ended_by:
                raise chunk.ended_by
    _complete(batch=batch, at=clock())


def _ahead(batch: Batch, rows: Iterator[Row], clock: Clock) -> Iterator[Chunk]:
    """Consider some rows while those before them are written, and as many again.

    Half of it is the graphs', which need no Python: two threads use a core and a half, and the
    database takes what is left of the second.
    """
    first, has_more = batch.rows_done + 1, True
    under_way: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="batch") as beside:
        while has_more or under_way:
            while has_more and len(under_way) < _AHEAD:
                taken, at = batch_chunks.take(rows), clock()
                has_more = bool(taken.rows) and taken.ended_by is None
                if taken.rows or taken.ended_by:
                    found = serving.terms(batch.product.slug, at=at)
                    under_way.append(
                        beside.submit(
                            batch_chunks.considered,
                            taken,
                            first=first,
                            found=found,
                            partner=batch.partner,
                            at=at,
                        )
                    )
                first += len(taken.rows)
            if under_way:
                yield under_way.popleft().result()


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


@transaction.atomic
def _complete(*, batch: Batch, at: datetime) -> None:
    batches.end(batch=_mine(batch), state=State.COMPLETED, at=at)


@transaction.atomic
def _fail(*, batch: Batch, problems: tuple[FieldProblem, ...], at: datetime) -> None:
    mine = _mine(batch)
    mine.problems = _told(mine, problems)
    batches.end(batch=mine, state=State.FAILED, at=at)


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
def _undisturbed() -> Iterator[None]:
    """Spare the collector what was there before: each thousand rows made it look at all of that."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
