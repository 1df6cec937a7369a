"""Trainings that were asked for. The row is the truth; the message to the worker a hint.

Imported by the web process: the training itself is in `credit.actions.training`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from kombu.exceptions import OperationalError

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, ModelVersion, Product, Role, TrainingRun, User

log = structlog.get_logger("credit.training")
State = TrainingRun.State
UNFINISHED = (State.QUEUED, State.RUNNING)
TASK = "credit.run_training"
_MOST_ATTEMPTS = 2
_MESSAGE_LOST_AFTER = timedelta(seconds=60)
_WORKING = 7_301_002  # the class of advisory locks held by whoever trains


class OneAtATime(ActionDenied):
    """The product is being trained already."""


class NothingToDo(ActionDenied):
    """The run is finished, or someone else works on it."""


class Overtaken(ActionDenied):
    """The run was taken from this worker, who was thought dead."""


@transaction.atomic
def request(*, product_id: int, by: User, at: datetime, enqueue: bool = True) -> TrainingRun:
    """Ask for a training; the worker hears of it once this is committed."""
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="start a training")
    product = Product.objects.get(pk=product_id)
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(product=product, requested_by=by, requested_at=at)
    except IntegrityError as error:
        raise OneAtATime(
            gettext("{product} is being trained already.").format(product=product.name)
        ) from error
    audit.record(
        AuditEvent.Type.TRAINING_REQUESTED,
        target=f"training_run:{run.pk}",
        by=by,
        at=at,
        product=product.slug,
    )
    if enqueue:
        transaction.on_commit(lambda: _tell_worker(run.pk))
    return run


@transaction.atomic
def start(*, run_id: int, at: datetime) -> TrainingRun:
    """Take a run up. Call it inside `sole_worker`."""
    run = (
        TrainingRun.objects.select_for_update(skip_locked=True)
        .filter(pk=run_id, state__in=UNFINISHED)
        .first()
    )
    if run is None:
        raise NothingToDo(f"The training run {run_id} is finished, or another worker's.")
    run.state, run.started_at, run.attempts = State.RUNNING, at, run.attempts + 1
    run.step, run.share_done = "Starting", 0.0
    run.save(update_fields=["state", "started_at", "attempts", "step", "share_done"])
    return run


def progress(*, run: TrainingRun, step: str, share: float) -> None:
    """Say how far it is; a short statement of its own, for the training is in no transaction."""
    if step == run.step and share < run.share_done + 0.01:
        return
    run.step, run.share_done = step[:200], share
    if not _mine(run).update(step=run.step, share_done=share):
        raise Overtaken(f"The training run {run.pk} was taken up by another worker.")


@transaction.atomic
def succeed(*, run: TrainingRun, version: ModelVersion, at: datetime) -> None:
    """Finish a run with the candidate that it made; in the transaction that registers it."""
    finished = _mine(run).update(
        state=State.SUCCEEDED, finished_at=at, version=version, step="Done", share_done=1.0
    )
    if not finished:
        raise Overtaken(f"The training run {run.pk} was taken up by another worker.")


@transaction.atomic
def fail(*, run_id: int, problem: str, at: datetime) -> None:
    """Finish a run that came to nothing, with the sentence why."""
    unfinished = TrainingRun.objects.filter(pk=run_id, state__in=UNFINISHED)
    if unfinished.update(state=State.FAILED, finished_at=at, problem=problem):
        audit.record(
            AuditEvent.Type.TRAINING_FAILED,
            target=f"training_run:{run_id}",
            by=None,
            at=at,
            problem=problem,
        )


@contextmanager
def sole_worker(run_id: int) -> Iterator[None]:
    """Hold the run for as long as this process lives: PostgreSQL lets go when it is killed."""
    if not _hold(run_id):
        raise NothingToDo(f"Another worker is on the training run {run_id}.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_WORKING, run_id])


def abandoned(*, at: datetime) -> list[int]:
    """Find runs whose message was lost or whose worker was killed; fail those that kill workers."""
    waiting = TrainingRun.objects.filter(
        state=State.QUEUED, requested_at__lte=at - _MESSAGE_LOST_AFTER
    )
    running = TrainingRun.objects.filter(state=State.RUNNING)
    runs = [run for run in (waiting | running).order_by("pk") if _is_free(run.pk)]
    for run in runs:
        if run.attempts >= _MOST_ATTEMPTS:
            fail(
                run_id=run.pk,
                problem="The worker was killed in the middle of it twice, perhaps out of memory.",
                at=at,
            )
    return [run.pk for run in runs if run.attempts < _MOST_ATTEMPTS]


def _mine(run: TrainingRun) -> QuerySet[TrainingRun]:
    return TrainingRun.objects.filter(pk=run.pk, attempts=run.attempts, state=State.RUNNING)


def _is_free(run_id: int) -> bool:
    if not _hold(run_id):
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_WORKING, run_id])
    return True


def _hold(run_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_WORKING, run_id])
        (held,) = cursor.fetchone()
    return bool(held)


def _tell_worker(run_id: int) -> None:
    """Send the message; where the broker is away, the sweep finds the row within a minute."""
    try:
        current_app.send_task(TASK, args=[run_id])
    except OperationalError as error:
        log.warning("worker_not_told", run=run_id, error=str(error))
