"""What partners are owed to hear, written in the transaction that did it: rows are the truth."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from credit.ids import new_id
from credit.models import EventKind, Partner, WebhookDelivery, WebhookEndpoint, WebhookEvent

log = structlog.get_logger("credit.webhooks")
TASK = "credit.deliver_webhooks"
State = WebhookEndpoint.State
DELIVERED = WebhookDelivery.State.DELIVERED
LISTENING = (State.ACTIVE, State.PAUSED, State.DISABLED)  # those two hear of it once they resume


@transaction.atomic
def put(
    *,
    kind: EventKind,
    partner: Partner | None,
    payload: Mapping[str, str],
    turn: str = "",
    due_at: datetime | None = None,
    at: datetime,
) -> WebhookEvent | None:
    """Owe a partner's endpoints an event; None where nobody listens, or where it was put before.

    The payload names ids, the first of which is what the event is about: `{"batch": "01J…"}`.
    Where a turn is named, it is another event of the same kind. Where a time is given, nobody is
    told before it, and until then it can be withdrawn.
    """
    if partner is None:
        return None
    listening = [each for each in _endpoints(partner) if kind in each.kinds]
    subject = ":".join((*next(iter(payload.items())), *filter(None, [turn])))
    if not listening:
        return None
    try:
        with transaction.atomic():
            event = WebhookEvent.objects.create(
                id=new_id(at),
                partner=partner,
                kind=kind,
                subject=subject,
                payload=dict(payload),
                created_at=at,
                due_at=due_at,
            )
    except IntegrityError:  # it was put before
        return None
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(event=event, endpoint=each, next_try_at=due_at or at)
            for each in listening
        ]
    )
    transaction.on_commit(tell_worker)
    return event


def withdraw(*, kind: EventKind, subject: str) -> bool:
    """Owe an event no longer; False where somebody was told, or is being told just now."""
    deliveries = WebhookDelivery.objects.select_for_update().filter(
        event__kind=kind, event__subject=subject
    )
    held = list(deliveries.order_by("pk"))
    if any(each.attempts or each.replays or each.state == DELIVERED for each in held):
        return False
    WebhookDelivery.objects.filter(pk__in=[each.pk for each in held]).delete()
    WebhookEvent.objects.filter(kind=kind, subject=subject).delete()
    return True


def tell_worker() -> None:
    """Send a hint; where the broker is away, the sweep finds the rows within ten seconds."""
    try:
        current_app.send_task(TASK, expires=10)
    except OperationalError as error:
        log.warning("worker_not_told", error=type(error).__name__)


def _endpoints(partner: Partner) -> list[WebhookEndpoint]:
    return list(partner.webhooks.filter(state__in=LISTENING).order_by("pk"))
