"""Batches as the API tells them, one partner's at a time."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from credit.batch_answers import batch_answer, row_answer
from credit.models import Batch, BatchRow, Partner

PAGE = 50
RESULTS_PAGE = 500


def answer(batch_id: str, *, partner: Partner) -> dict[str, Any]:
    """Tell how far a batch is; another partner's does not exist."""
    return batch_answer(_visible(partner).get(pk=batch_id))


def listing(partner: Partner, cursor: str | None = None) -> dict[str, Any]:
    """Tell a page of batches, newest first; `next` is the cursor of the page after it."""
    found = _visible(partner).order_by("-pk")
    if cursor is not None:
        found = found.filter(pk__lt=cursor)
    page = list(found[: PAGE + 1])
    return {
        "results": [batch_answer(batch) for batch in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }


def results(batch_id: str, after: int, *, partner: Partner, at: datetime) -> dict[str, Any]:
    """Tell the results of rows after one, as decisions stand at a moment.

    The batch is read first: if it was over then, no row comes after those that are read now.
    """
    batch = _visible(partner).get(pk=batch_id)
    found = BatchRow.objects.filter(batch=batch, number__gt=after).order_by("number")
    rows = list(_told(found)[:RESULTS_PAGE])
    last = rows[-1].number if rows else after
    is_last = batch.state not in Batch.UNFINISHED and last >= batch.rows_done
    return {
        "results": [row_answer(row, at=at) for row in rows],
        "next": None if is_last else str(last),
    }


def _told(rows: QuerySet[BatchRow]) -> QuerySet[BatchRow]:
    told = rows.select_related(
        "decision__application__product",
        "decision__application__score__contract",
        "decision__application__score__model_version__product",
        "decision__officer_decision",
        "decision__correction",
        "decision__superseded_by",
    )
    return told.prefetch_related("decision__outcomes")


def _visible(partner: Partner) -> QuerySet[Batch]:
    return Batch.objects.filter(partner=partner).select_related("product")
