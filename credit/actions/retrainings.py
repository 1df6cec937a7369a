"""Trainings that come by themselves: the schedule, and what is due by it or by what was seen."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext

from credit import retraining
from credit.actions import audit, training_runs
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Product, RetrainingSchedule, Role, TrainingRun, User

log = structlog.get_logger("credit.training")
MOST_DAYS = 366


class ScheduleRefused(ActionDenied):
    """No training can come at such times."""


@transaction.atomic
def schedule(
    *, product_id: int, every_days: int, next_at: datetime, by: User, at: datetime
) -> RetrainingSchedule:
    """Have a product trained again every so many days, from a moment on."""
    _check_who(by)
    product = Product.objects.get(pk=product_id)
    if not 1 <= every_days <= MOST_DAYS:
        raise ScheduleRefused(gettext("Say a number of days from 1 to 366."))
    if next_at <= at:
        raise ScheduleRefused(gettext("The next training lies ahead."))
    kept, _is_new = RetrainingSchedule.objects.update_or_create(
        product=product,
        defaults={"every_days": every_days, "next_at": next_at, "set_by": by, "set_at": at},
    )
    audit.record(
        AuditEvent.Type.RETRAINING_SCHEDULED,
        target=f"product:{product.slug}",
        by=by,
        at=at,
        every_days=every_days,
        next_at=next_at.isoformat(),
    )
    return kept


@transaction.atomic
def unschedule(*, product_id: int, by: User, at: datetime) -> None:
    """Take the schedule away; what else asks for a training still does."""
    _check_who(by)
    product = Product.objects.get(pk=product_id)
    gone, _ = RetrainingSchedule.objects.filter(product=product).delete()
    if gone:
        audit.record(
            AuditEvent.Type.RETRAINING_SCHEDULED,
            target=f"product:{product.slug}",
            by=by,
            at=at,
            every_days=0,
        )


@transaction.atomic
def start_due(*, product_id: int, at: datetime, enqueue: bool = True) -> TrainingRun | None:
    """Ask for the training that is due; None where none is, or none may be asked for now.

    A training that is on puts the next one off; a month that is used up loses one of the schedule.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    due = retraining.due(product, at=at)
    if due is None:
        return None
    try:
        run = training_runs.request_due(product_id=product.pk, due=due, at=at, enqueue=enqueue)
    except training_runs.OneAtATime:
        return None
    except training_runs.BudgetSpent as spent:
        log.warning("training_not_started", product=product.slug, why=str(spent))
        if due.trigger == TrainingRun.Trigger.SCHEDULE:
            _move_on(product, at=at)
            _tell(product, str(spent), at=at)
        return None
    if due.trigger == TrainingRun.Trigger.SCHEDULE:
        _move_on(product, at=at)
    return run


def _check_who(by: User) -> None:
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="schedule trainings")


def _move_on(product: Product, *, at: datetime) -> None:
    """Go to the next time that lies ahead: what was missed while nothing ran comes once."""
    kept = RetrainingSchedule.objects.get(product=product)
    step = timedelta(days=kept.every_days)
    kept.next_at += step * ((at - kept.next_at) // step + 1)
    kept.save(update_fields=["next_at"])


def _tell(product: Product, why: str, *, at: datetime) -> None:
    audit.record(
        AuditEvent.Type.TRAINING_NOT_STARTED,
        target=f"product:{product.slug}",
        by=None,
        at=at,
        why=why,
    )
