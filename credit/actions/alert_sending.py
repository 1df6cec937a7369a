"""Bringing alerts to people's mail and to the lender's own webhook, as often as it takes.

As with partners' webhooks: a try is claimed in a short transaction that says when the next is due,
and no transaction is open while a mail server or a receiver answers. A worker that dies between
the receiver's yes and ours sends the same message once more, under the same id.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet

from credit import alert_words
from credit.actions import alert_deliveries, alerts
from credit.actions.webhook_deliveries import MOST_TRIES, wait_after
from credit.models import AlertDelivery
from credit.webhooks import sending, signing

log = structlog.get_logger("credit.alerts")
State = AlertDelivery.State
SWEEPS_FOR = timedelta(seconds=60)
_AT_ONCE = 20
_LEASE = timedelta(minutes=5)  # longer than a try can take


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One try: `address` is a person's; without one it goes to the webhook."""

    delivery_id: int
    attempt: int
    message_id: str
    address: str
    subject: str
    text: str
    body: bytes


def is_any_due(*, at: datetime) -> bool:
    """Say whether anybody is to be told of an alert, or one ends by itself."""
    return (
        alerts.passed(at=at).exists()
        or alert_deliveries.untold(at=at).exists()
        or _due(at=at).exists()
    )


def sweep(*, at: datetime, clock: Callable[[], datetime]) -> int:
    """Send what is due, and say how many tries that took."""
    tries = 0
    while clock() - at < SWEEPS_FOR and (jobs := claim(at=clock())):
        for job in jobs:
            problem = _mail(job) if job.address else _post(job, timestamp=int(clock().timestamp()))
            finish(job=job, problem=problem, at=clock())
        tries += len(jobs)
    return tries


@transaction.atomic
def claim(*, at: datetime) -> list[Job]:
    """Take up tellings that are due and nobody else's; cancel those that nobody needs any more."""
    due = (
        _due(at=at)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("alert__product", "user")
        .order_by("next_try_at", "pk")
    )
    claimed = list(due[:_AT_ONCE])
    jobs = []
    for delivery in claimed:
        if _is_needless(delivery):
            delivery.state, delivery.next_try_at = State.CANCELLED, None
        else:
            delivery.attempts += 1
            delivery.next_try_at = at + _LEASE
            jobs.append(_job(delivery))
        delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return jobs


@transaction.atomic
def finish(*, job: Job, problem: str, at: datetime) -> None:
    """Write down what came of a try, unless it was owed anew meanwhile."""
    delivery = (
        AlertDelivery.objects.select_for_update()
        .filter(pk=job.delivery_id, attempts=job.attempt, state=State.PENDING)
        .first()
    )
    if delivery is None:
        return
    delivery.problem = problem[:300]
    if not problem:
        delivery.state, delivery.next_try_at, delivery.sent_at = State.SENT, None, at
    elif delivery.attempts >= MOST_TRIES:
        delivery.state, delivery.next_try_at = State.FAILED, None
    else:
        delivery.next_try_at = at + wait_after(delivery.attempts)
    delivery.save(update_fields=["state", "next_try_at", "sent_at", "problem"])
    log.info("alert_told", delivery=job.delivery_id, attempt=job.attempt, problem=problem)


def secrets() -> list[str]:
    """Derive what signs the lender's own webhook: one secret for each key, the newest first."""
    keys = settings.EVENHAND_WEBHOOK_KEYS
    salt = settings.EVENHAND_ALERT_WEBHOOK.encode()
    named = [signing.key_id(key) for key in keys]
    return [signing.secret_of("alerts", salt, named=each, keys=keys) for each in named]


def _due(*, at: datetime) -> QuerySet[AlertDelivery]:
    return AlertDelivery.objects.filter(state=State.PENDING, next_try_at__lte=at)


def _is_needless(delivery: AlertDelivery) -> bool:
    """Find a mail of what is over, or to who wants none any more; a webhook hears of both ends."""
    if delivery.user is None:
        return not settings.EVENHAND_ALERT_WEBHOOK
    person = delivery.user
    wants = person.is_active and person.mails_alerts and person.email
    return not (wants and settings.EVENHAND_MAIL_IS_ON and delivery.alert.resolved_at is None)


def _job(delivery: AlertDelivery) -> Job:
    alert = delivery.alert
    event = delivery.event.removeprefix("alert.")
    owed = int(delivery.owed_at.timestamp())  # told again after a silence it is another message
    message_id = f"alert-{alert.pk}-{event}-{delivery.pk}-{owed}"
    told = alert_words.told(alert, event=delivery.event, message_id=message_id)
    return Job(
        delivery_id=delivery.pk,
        attempt=delivery.attempts,
        message_id=message_id,
        address=delivery.user.email if delivery.user else "",
        subject=alert_words.subject(alert),
        text=alert_words.text(alert),
        body=json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(),
    )


def _mail(job: Job) -> str:
    """Send a mail; what went wrong in a word, nothing where it was taken."""
    host = settings.EVENHAND_ADDRESS.rpartition("//")[2].partition("/")[0].partition(":")[0]
    message = EmailMessage(
        subject=job.subject,
        body=job.text,
        to=[job.address],
        headers={"Message-ID": f"<{job.message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        return type(error).__name__
    return ""


def _post(job: Job, *, timestamp: int) -> str:
    signed = signing.headers(
        secrets(), message_id=job.message_id, timestamp=timestamp, body=job.body
    )
    answer = sending.post(
        settings.EVENHAND_ALERT_WEBHOOK,
        body=job.body,
        headers={**signed, "Content-Type": "application/json", "User-Agent": "Evenhand/1"},
        allowed=settings.EVENHAND_WEBHOOK_NETWORKS,
    )
    return "" if answer.is_good else answer.problem or f"It answered {answer.status}."
