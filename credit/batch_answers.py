"""A batch as the API tells it, and the result of each of its rows."""

from datetime import datetime
from typing import Any

from credit import answers
from credit.models import Batch, BatchRow


def batch_answer(batch: Batch) -> dict[str, Any]:
    """Tell how far a batch is; its product is already loaded."""
    return {
        "id": batch.pk,
        "product": batch.product.slug,
        "state": str(batch.state),
        "format": str(batch.format),
        "bytes": batch.bytes,
        "sha256": batch.sha256,
        "received_at": answers.moment(batch.received_at),
        "started_at": answers.moment(batch.started_at) if batch.started_at else None,
        "finished_at": answers.moment(batch.finished_at) if batch.finished_at else None,
        "rows": batch.rows,
        "rows_done": batch.rows_done,
        "rows_decided": batch.rows_decided,
        "rows_refused": batch.rows_refused,
        "errors": batch.problems,
    }


def row_answer(row: BatchRow, *, at: datetime) -> dict[str, Any]:
    """Tell what became of a row; its decision is loaded with all that telling it needs."""
    decision = row.decision
    told = decision and answers.answer_of(
        decision,
        officer=getattr(decision, "officer_decision", None),
        at=at,
        outcomes=decision.outcomes.all(),
    )
    return {"row": row.number, "decision": told, "errors": row.problems}
