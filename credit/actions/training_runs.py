"""Trainings that were asked for. The row is the truth; the message to the worker a hint.

Imported by the web process: the training itself is in `credit.actions.training`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from kombu.exceptions import OperationalError

from credit import retraining
from credit.actions import audit, training_alerts, users
from credit.actions.refusals import ActionDenied, require_role
from credit.costs import Cost
from credit.models import AuditEvent, ModelVersion, Product, Role, TrainingRun, User
from credit.retraining import Due

log = structlog.get_logger("credit.training")
State = TrainingRun.State
UNFINISHED = (State.QUEUED, State.RUNNING)
TASK = "credit.run_training"
_MOST_ATTEMPTS = 2
_MESSAGE_LOST_AFTER = timedelta(seconds=60)
_WORKING = 7_301_002  # the class of advisory locks held by whoever trains


class OneAtATime(ActionDenied):
    """The product is being trained already."""


class BudgetSpent(ActionDenied):
    """The month's trainings are used up: the contract says how many there may be, and how long."""


class Cancelled(ActionDenied):
    """Somebody cancelled the run while this worker was on it."""


class NothingToDo(ActionDenied):
    """The run is finished, or someone else works on it."""


class Overtaken(ActionDenied):
    """The run was taken from this worker, who was thought dead."""


@transaction.atomic
def request(
    *, product_id: int, by: User, at: datetime, enqueue: bool = True, is_plain: bool = False
) -> TrainingRun:
    """Ask for a training; the worker hears of it once this is committed.

    It follows the recipe of the champion, if that has one; a plain one the contract alone.
    """
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="start a training")
    recipe = {} if is_plain else _recipe_in_service(product_id)
    run = TrainingRun(product_id=product_id, requested_by=by, requested_at=at, recipe=recipe)
    return _asked(run, by=by, enqueue=enqueue)


@transaction.atomic
def request_recipe(
    *, product_id: int, recipe: Mapping[str, Any], why: str, by: User, at: datetime
) -> TrainingRun:
    """Ask for a training by a recipe, as `fair_alternatives.decide` does when one is taken."""
    require_role(by, Role.COMPLIANCE, Role.MODEL_VALIDATOR, to="take a fairer alternative")
    run = TrainingRun(
        product_id=product_id,
        requested_by=by,
        requested_at=at,
        trigger=TrainingRun.Trigger.FAIRER,
        why=why,
        recipe=dict(recipe),
    )
    return _asked(run, by=by, enqueue=True)


@transaction.atomic
def request_due(*, product_id: int, due: Due, at: datetime, enqueue: bool = True) -> TrainingRun:
    """Ask for a training that nobody asked for: its account has no signature, so anyone's may."""
    run = TrainingRun(
        product_id=product_id,
        requested_by=users.learning_worker(),
        requested_at=at,
        trigger=due.trigger,
        why=due.why,
        recipe=_recipe_in_service(product_id),
    )
    return _asked(run, by=None, enqueue=enqueue)


@transaction.atomic
def cancel(*, run_id: int, by: User, at: datetime) -> TrainingRun:
    """End a run that waits, or is on: its worker stops at its next word of progress."""
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="cancel a training")
    run = TrainingRun.objects.select_for_update().select_related("product").get(pk=run_id)
    if run.state not in UNFINISHED:
        words = gettext("The training run {run} is finished: there is nothing to cancel.")
        raise NothingToDo(words.format(run=run_id))
    run.state, run.cancelled_by, run.finished_at = State.CANCELLED, by, at
    run.save(update_fields=["state", "cancelled_by", "finished_at"])
    audit.record(
        AuditEvent.Type.TRAINING_CANCELLED,
        target=f"training_run:{run.pk}",
        by=by,
        at=at,
        product=run.product.slug,
        share_done=round(run.share_done, 2),
    )
    return run


@transaction.atomic
def start(*, run_id: int, at: datetime) -> TrainingRun:
    """Take a run up. Call it inside `sole_worker`.

    It began when its first worker did: what a killed one used of the month's minutes counts.
    """
    run = (
        TrainingRun.objects.select_for_update(skip_locked=True)
        .filter(pk=run_id, state__in=UNFINISHED)
        .first()
    )
    if run is None:
        raise NothingToDo(f"The training run {run_id} is finished, or another worker's.")
    run.started_at = run.started_at or at
    run.state, run.attempts = State.RUNNING, run.attempts + 1
    run.step, run.share_done = "Starting", 0.0
    run.save(update_fields=["state", "started_at", "attempts", "step", "share_done"])
    return run


def progress(*, run: TrainingRun, step: str, share: float) -> None:
    """Say how far it is; a short statement of its own, for the training is in no transaction."""
    if step == run.step and share < run.share_done + 0.01:
        return
    run.step, run.share_done = step[:200], share
    if not _mine(run).update(step=run.step, share_done=share):
        raise _gone(run)


@transaction.atomic
def succeed(*, run: TrainingRun, version: ModelVersion, at: datetime) -> None:
    """Finish a run with the candidate that it made; in the transaction that registers it."""
    finished = _mine(run).update(
        state=State.SUCCEEDED, finished_at=at, version=version, step="Done", share_done=1.0
    )
    if not finished:
        raise _gone(run)
    training_alerts.note_succeeded(run=run, at=at)


def charge(*, run: TrainingRun, cost: Cost, rows: int | None) -> None:
    """Write down what an attempt cost, however it ended."""
    attempt = TrainingRun.objects.filter(pk=run.pk, attempts=run.attempts)
    attempt.update(cpu_seconds=cost.cpu_seconds, peak_megabytes=cost.peak_megabytes, rows=rows)


@transaction.atomic
def fail(*, run_id: int, problem: str, at: datetime) -> None:
    """Finish a run that came to nothing, with the sentence why, and have people told."""
    unfinished = TrainingRun.objects.filter(pk=run_id, state__in=UNFINISHED)
    if unfinished.update(state=State.FAILED, finished_at=at, problem=problem):
        audit.record(
            AuditEvent.Type.TRAINING_FAILED,
            target=f"training_run:{run_id}",
            by=None,
            at=at,
            problem=problem,
        )
        training_alerts.note_failed(run_id=run_id, at=at)


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


def is_any_unfinished() -> bool:
    """Say whether a training waits, or is under way."""
    return TrainingRun.objects.filter(state__in=UNFINISHED).exists()


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
                problem="The worker was cut off in the middle of it twice: killed, perhaps out of "
                "memory, or without its database.",
                at=at,
            )
    return [run.pk for run in runs if run.attempts < _MOST_ATTEMPTS]


def _asked(run: TrainingRun, *, by: User | None, enqueue: bool) -> TrainingRun:
    product, at = Product.objects.get(pk=run.product_id), run.requested_at
    _check_budget(product, at=at)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
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
        trigger=str(run.trigger),
        why=run.why,
        **({"recipe": run.recipe} if run.recipe else {}),
    )
    if enqueue:
        transaction.on_commit(lambda: _tell_worker(run.pk))
    return run


def _recipe_in_service(product_id: int) -> dict[str, Any]:
    """Give the champion's recipe, so that a retraining does not undo what was taken."""
    made = TrainingRun.objects.filter(
        version__product=product_id, version__stage=ModelVersion.Stage.CHAMPION
    )
    return made.values_list("recipe", flat=True).first() or {}


def _check_budget(product: Product, *, at: datetime) -> None:
    budget = retraining.budget_of(product, at=at)
    if budget.is_spent:
        words = gettext(
            "The trainings of {product} for this month are used up: {runs} of {most_runs} runs, "
            "{minutes} of {most_minutes} minutes. The contract says so."
        )
        raise BudgetSpent(
            words.format(
                product=product.name,
                runs=budget.runs,
                most_runs=budget.most_runs,
                minutes=round(budget.minutes),
                most_minutes=budget.most_minutes,
            )
        )


def _gone(run: TrainingRun) -> ActionDenied:
    """Say why a run is this worker's no more."""
    if TrainingRun.objects.filter(pk=run.pk, state=State.CANCELLED).exists():
        return Cancelled(gettext("The training was cancelled."))
    return Overtaken(f"The training run {run.pk} was taken up by another worker.")


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
