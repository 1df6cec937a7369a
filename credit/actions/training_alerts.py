"""The alert that a product's trainings come to nothing: one, until one makes a candidate."""

from datetime import datetime

from credit.actions import alerts
from credit.models import TrainingRun


def note_failed(*, run_id: int, at: datetime) -> None:
    """Raise it, or count it up; in the transaction that fails the run."""
    run = TrainingRun.objects.select_related("product").get(pk=run_id)
    alerts.raise_alert(
        cause="training_failed",
        product=run.product,
        message=f"Training {run.pk} failed: {run.problem}",
        link=f"/console/{run.product.slug}/trainings/",
        at=at,
    )


def note_succeeded(*, run: TrainingRun, at: datetime) -> None:
    """Let it pass; in the transaction that the run succeeds in."""
    alerts.note_passed(cause="training_failed", product=run.product, at=at)
