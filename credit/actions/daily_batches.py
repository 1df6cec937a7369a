"""Applications of one day, decided as one file of a partner and at that day's moment."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from credit import batch_chunks, serving
from credit.actions import audit, batch_writing, batches
from credit.batch_chunks import AT_ONCE, Taken
from credit.ids import new_id
from credit.models import AuditEvent, Batch, Partner, Product
from scoring.files.request_rows import Row


def decide(
    *, product: str, partner: Partner, bodies: Sequence[Mapping[str, object]], at: datetime
) -> Batch:
    """Decide applications as a batch does, and end the batch: all of it at once, or nothing.

    There is no file for a worker to read: the batch holds the hash and size of the lines that would
    be in it. Called by what replays past days; partners send files.
    """
    found = serving.terms(product, at=at)
    rows = [Row(number, dict(body)) for number, body in enumerate(bodies, start=1)]
    chunks = [
        batch_chunks.chunk_of(
            Taken(rows[first : first + AT_ONCE], None),
            first=first + 1,
            found=found,
            partner=partner,
            at=at,
        )
        for first in range(0, len(rows), AT_ONCE)
    ]
    with transaction.atomic():
        batch = _begun(bodies, product=found.product, partner=partner, at=at)
        for chunk in chunks:
            batch_writing.write(batch=batch, chunk=chunk)
        batch.rows_decided = sum(chunk.decided for chunk in chunks)
        batch.rows_refused = sum(chunk.refused for chunk in chunks)
        batches.end(batch=batch, state=Batch.State.COMPLETED, at=at)
    return batch


def _begun(
    bodies: Sequence[Mapping[str, Any]], *, product: Product, partner: Partner, at: datetime
) -> Batch:
    content = b"".join(orjson.dumps(body) + b"\n" for body in bodies)
    batch = Batch(
        id=new_id(at),
        product=product,
        partner=partner,
        format=Batch.Format.NDJSON,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        state=Batch.State.RUNNING,
        received_at=at,
        started_at=at,
        attempts=1,
        rows=len(bodies),
    )
    batch.save(force_insert=True)
    audit.record(
        AuditEvent.Type.BATCH_RECEIVED,
        target=f"batch:{batch.pk}",
        by=None,
        partner=partner,
        at=at,
        file=batch.sha256,
        product=product.slug,
    )
    return batch
