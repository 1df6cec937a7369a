"""Files of applications: received, cancelled, ended, and forgotten after a stated time.

The row is the truth and the message to the worker a hint; `credit.actions.batch_runs` works them.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from credit import answers, serving, tenancy, uploads
from credit.actions import audit, idempotency, outbox
from credit.actions.idempotency import Idempotency
from credit.actions.refusals import ActionDenied
from credit.batch_answers import batch_answer
from credit.ids import new_id
from credit.models import ApiKey, AuditEvent, Batch, BatchRow, EventKind, Partner
from credit.uploads import Upload

log = structlog.get_logger("credit.batches")
State = Batch.State
TASK = "credit.work_batches"
STATUS = 202
KEPT_FOR = timedelta(days=30)  # from its end; its decisions stay
MOST_UNFINISHED = 10  # of a partner
_ENDPOINT = "batches"
_DELETED_AT_ONCE = 20_000  # rows


class TooManyUnfinished(ActionDenied):
    """The partner has as many unfinished batches as it may have."""


class Ended(ActionDenied):
    """The batch is over, so there is nothing to cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The answer, and whether it was given before."""

    answer: dict[str, Any]
    replayed: bool = False


def receive(
    *,
    product: str,
    key: ApiKey,
    upload: Upload,
    kind: Batch.Format,
    once: Idempotency,
    at: datetime,
) -> Received:
    """Take a file over; the worker hears of it once this is committed.

    Raises `UnknownProduct`.
    """
    partner = key.partner
    batch = Batch(
        id=new_id(at),
        product=serving.terms(product, at=at).product,
        partner=partner,
        format=kind,
        bytes=upload.bytes,
        sha256=upload.sha256,
        received_at=at,
    )
    answer = batch_answer(batch)
    with tenancy.rows_of(partner):
        given = idempotency.claim(
            partner=partner,
            endpoint=_ENDPOINT,
            idempotency=once,
            status=STATUS,
            answer=answers.text_of(answer),
            at=at,
        )
        if given is not None:
            return Received(answer=json.loads(given), replayed=True)
        _check_room(partner)
        uploads.keep(upload, batch.pk)
        batch.save(force_insert=True)
        _record(AuditEvent.Type.BATCH_RECEIVED, batch, at=at, file=upload.sha256, product=product)
        transaction.on_commit(_tell_worker)
    return Received(answer=answer)


def cancel(*, batch_id: str, key: ApiKey, at: datetime) -> Batch:
    """Stop a batch before its next rows; what was decided stays. A second time changes nothing."""
    with tenancy.rows_of(key.partner):
        batch = (
            Batch.objects.select_for_update(of=("self",))
            .select_related("product")
            .get(pk=batch_id, partner=key.partner)
        )
        if batch.state == State.CANCELLED:
            return batch
        if batch.state not in Batch.UNFINISHED:
            raise Ended(f"The batch is over: {batch.get_state_display().lower()}.")
        end(batch=batch, state=State.CANCELLED, at=at)
    return batch


def end(*, batch: Batch, state: Batch.State, at: datetime) -> None:
    """Finish a batch; inside a transaction that has its row locked."""
    batch.state, batch.finished_at = state, at
    batch.save(update_fields=["state", "finished_at", "problems"])
    _record(
        AuditEvent.Type.BATCH_ENDED,
        batch,
        at=at,
        state=str(state),
        decided=batch.rows_decided,
        refused=batch.rows_refused,
    )
    if state != Batch.State.CANCELLED:  # who cancelled it knows
        outbox.put(
            kind=EventKind.BATCH_COMPLETED,
            partner=batch.partner,
            payload={"batch": batch.pk},
            at=at,
        )
    transaction.on_commit(lambda: uploads.remove(batch.pk))


def is_any_unfinished() -> bool:
    """Say whether a batch waits, or is being worked."""
    return Batch.objects.filter(state__in=Batch.UNFINISHED).exists()


def purge(*, at: datetime) -> int:
    """Forget batches that ended long ago, and files that no batch needs; says how many batches."""
    old = Batch.objects.filter(finished_at__lt=at - KEPT_FOR).order_by("pk")
    forgotten = list(old.values_list("pk", flat=True))
    for batch_id in forgotten:
        _forget(batch_id)
    for name in uploads.leftovers(at=at):
        if not Batch.objects.filter(pk=name, state__in=Batch.UNFINISHED).exists():
            uploads.remove(name)
    return len(forgotten)


def _forget(batch_id: str) -> None:
    """Delete some rows a transaction: a million at once would hold the others up."""
    rows = BatchRow.objects.filter(batch_id=batch_id).order_by("number")
    while numbers := list(rows.values_list("number", flat=True)[:_DELETED_AT_ONCE]):
        rows.filter(number__lte=numbers[-1]).delete()
    Batch.objects.filter(pk=batch_id).delete()


def _check_room(partner: Partner) -> None:
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)  # one at a time
    unfinished = Batch.objects.filter(partner=partner, state__in=Batch.UNFINISHED).count()
    if unfinished >= MOST_UNFINISHED:
        raise TooManyUnfinished(
            f"There are {unfinished} unfinished batches, as many as there may be. Wait for one to "
            "end, or cancel one."
        )


def _record(what: AuditEvent.Type, batch: Batch, *, at: datetime, **details: Any) -> None:
    audit.record(what, target=f"batch:{batch.pk}", by=None, partner=batch.partner, at=at, **details)


def _tell_worker() -> None:
    """Send the message; where the broker is away, the sweep finds the row within seconds."""
    try:
        current_app.send_task(TASK)
    except OperationalError as error:
        log.warning("worker_not_told", error=type(error).__name__)
