"""Fairness reports on a period, asked of the worker: it alone may look into the vault.

The audit event is the order. `monitoring` reads what was asked for and has not been made.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.utils.translation import gettext
from kombu.exceptions import OperationalError

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, ModelVersion, Product, Role, User

log = structlog.get_logger("credit.fairness_reports")
TASK = "monitoring.answer_fairness"
STAGES = ("recommendation", "final", "low_side", "high_side", "terms")
ALL = "fairness:all"
_SAME_WITHIN = timedelta(minutes=10)


class NoSuchPeriod(ActionDenied):
    """It is not one or more whole months that are over."""


class NoSuchStage(ActionDenied):
    """Reports know no such stage of deciding."""


class AskedAlready(ActionDenied):
    """Somebody just asked for the same."""


@transaction.atomic
def request(
    *,
    product_id: int | None,
    version_id: int | None = None,
    stages: Sequence[str],
    since: date,
    until: date,
    by: User,
    at: datetime,
) -> AuditEvent:
    """Ask for reports on whole months, `until` not included; without a product, across products.

    Months, for two periods that differ by a few days would give away the few people between.
    """
    require_role(by, Role.COMPLIANCE, Role.MODEL_VALIDATOR, to="ask for a fairness report")
    check_period(since=since, until=until, at=at)
    _check_stages(stages)
    target, details = _order(product_id, version_id, stages, since=since, until=until)
    _check_new(target, details, at=at)
    event = audit.record(AuditEvent.Type.FAIRNESS_ASKED, target=target, by=by, at=at, **details)
    transaction.on_commit(_tell_worker)
    return event


def check_period(*, since: date, until: date, at: datetime) -> None:
    """Refuse what is not one or more whole months, all of them over."""
    is_whole = since.day == until.day == 1 and since < until
    if not is_whole or until > at.astimezone(UTC).date():
        raise NoSuchPeriod(
            gettext("A report is on one month or more, whole ones, and all of them over.")
        )


def _check_stages(stages: Sequence[str]) -> None:
    if not stages or not set(stages) <= set(STAGES):
        raise NoSuchStage(gettext("Choose one stage of deciding or more."))


def _order(
    product_id: int | None,
    version_id: int | None,
    stages: Sequence[str],
    *,
    since: date,
    until: date,
) -> tuple[str, dict[str, Any]]:
    product = Product.objects.get(pk=product_id) if product_id is not None else None
    version = None
    if product is not None and version_id is not None:
        version = ModelVersion.objects.get(pk=version_id, product=product)
    return f"fairness:{product.slug}" if product else ALL, {
        "version": version.pk if version else None,
        "stages": [stage for stage in STAGES if stage in stages],
        "since": _midnight(since).isoformat(),
        "until": _midnight(until).isoformat(),
    }


def _check_new(target: str, details: dict[str, Any], *, at: datetime) -> None:
    same = AuditEvent.objects.filter(
        target=target, type=AuditEvent.Type.FAIRNESS_ASKED, details=details
    )
    if same.filter(at__gt=at - _SAME_WITHIN).exists():
        raise AskedAlready(gettext("The same was asked for a moment ago; the worker makes it."))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _tell_worker() -> None:
    """Send the message; where the broker is away, the sweep finds the event within a minute."""
    try:
        current_app.send_task(TASK)
    except OperationalError as error:
        log.warning("worker_not_told", error=str(error))
