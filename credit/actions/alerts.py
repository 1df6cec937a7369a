"""Things a person must look at. While one is open, the same cause only counts up."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import Alert, AuditEvent, Product, Role, User


class AlreadyResolved(ActionDenied):
    """Someone has resolved it before."""


def raise_alert(*, cause: str, product: Product | None, message: str, at: datetime) -> Alert:
    """Open an alert, or count one up that is open."""
    with transaction.atomic():
        counted = _count_up(cause=cause, product=product, message=message, at=at)
        if counted:
            return counted
        try:
            with transaction.atomic():
                return Alert.objects.create(
                    cause=cause, product=product, message=message, first_at=at, last_at=at
                )
        except IntegrityError:  # another process opened it at the same time
            counted = _count_up(cause=cause, product=product, message=message, at=at)
            if counted is None:
                raise
            return counted


@transaction.atomic
def resolve(*, alert_id: int, by: User, at: datetime) -> Alert:
    """Close an alert; the same cause opens a new one."""
    require_role(by, Role.MODEL_VALIDATOR, Role.ADMINISTRATOR, to="resolve an alert")
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.resolved_at is not None:
        raise AlreadyResolved(gettext("This alert is resolved already."))
    alert.resolved_at = at
    alert.save(update_fields=["resolved_at"])
    audit.record(
        AuditEvent.Type.ALERT_RESOLVED, target=f"alert:{alert.pk}", by=by, at=at, cause=alert.cause
    )
    return alert


def _count_up(*, cause: str, product: Product | None, message: str, at: datetime) -> Alert | None:
    is_open = Alert.objects.filter(cause=cause, product=product, resolved_at=None)
    counted = is_open.update(times=F("times") + 1, last_at=at, message=message)
    # Another process may open it between two statements: what was not counted is not there yet.
    return is_open.first() if counted else None
