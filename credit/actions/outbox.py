"""What partners are owed to hear, written in the transaction that did it: rows are the truth."""

from collections.abc import Callable, Mapping, Sequence
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


def put(
    *,
    kind: EventKind,
    partner: Partner | None,
    payload: Mapping[str, str],
    turn: str | Callable[[], str] = "",
    due_at: datetime | None = None,
    at: datetime,
) -> WebhookEvent | None:
    """Owe a partner's endpoints an event; None where nobody listens, or where it was put before.

    The payload names ids, the first of which is what the event is about: `{"batch": "01J…"}`.
    Where a turn is named, it is another event of the same kind; one that has to be looked up is
    asked for only where somebody listens. Where a time is given, nobody is told before it, and
    until then it can be withdrawn.
    """
    if partner is None or not (listening := _endpoints(partner, kind)):
        return None
    named = turn() if callable(turn) else turn
    subject = ":".join((*next(iter(payload.items())), *filter(None, [named])))
    event = WebhookEvent(
        id=new_id(at),
        partner=partner,
        kind=kind,
        subject=subject,
        payload=dict(payload),
        created_at=at,
        due_at=due_at,
    )
    return _owe(event, listening, next_try_at=due_at or at)


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


@transaction.atomic
def _owe(
    event: WebhookEvent, listening: Sequence[WebhookEndpoint], *, next_try_at: datetime
) -> WebhookEvent | None:
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:  # it was put before
        return None
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(event=event, endpoint=each, next_try_at=next_try_at) for each in listening
    )
    transaction.on_commit(tell_worker)
    return event


def _endpoints(partner: Partner, kind: EventKind) -> list[WebhookEndpoint]:
    found = partner.webhooks.filter(state__in=LISTENING).order_by("pk")
    return [each for each in found if kind in each.kinds]
