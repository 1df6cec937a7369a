"""Bringing what the outbox holds to the partners, as often as it takes. Each may arrive twice.

A delivery is claimed in a short transaction that counts the try and sets when the next one is due;
a worker that dies on the way has lost nothing. No transaction is open while a receiver answers.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from secrets import SystemRandom
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from credit import answers
from credit.actions import alerts, audit, outbox, webhooks
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    AuditEvent,
    Decision,
    Role,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from credit.webhooks import addresses, sending, signing
from credit.webhooks.sending import Answer
from credit.words import in_a_sentence

log = structlog.get_logger("credit.webhooks")
State = WebhookDelivery.State
MOST_TRIES = 24  # over about three and a half days
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=6)
JITTER = 0.2  # a wait is this share shorter or longer, so that a herd does not stay together
DISABLED_AFTER = timedelta(days=3)
KEPT_FOR = timedelta(days=90)
SWEEPS_FOR = timedelta(seconds=60)
_AT_ONCE = 8
_LEASE = timedelta(minutes=2)  # longer than a try can take
_GONE = 410
_chance = SystemRandom()


class CannotReplay(ActionDenied):
    """The endpoint takes nothing as things stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One try, with all that it takes: sending it looks at no table."""

    delivery_id: int
    endpoint_id: str
    attempt: int
    url: str
    message_id: str
    body: bytes
    secrets: tuple[str, ...]  # none where the key that they are derived from is gone


def is_any_due(*, at: datetime) -> bool:
    """Say whether anything is to be tried."""
    return _due(at=at).exists()


def sweep(*, at: datetime, clock: Callable[[], datetime]) -> int:
    """Deliver what is due, and say how many tries that took.

    An endpoint that fails is left alone until the next sweep, so it holds nobody up for long.
    """
    failed: set[str] = set()
    tries = 0
    while clock() - at < SWEEPS_FOR and (jobs := claim(besides=sorted(failed), at=clock())):
        with ThreadPoolExecutor(len(jobs)) as pool:
            came = list(pool.map(_send, jobs, repeat(int(clock().timestamp()))))
        for job, answer in zip(jobs, came, strict=True):
            finish(job=job, answer=answer, at=clock())
            if not answer.is_good:
                failed.add(job.endpoint_id)
        tries += len(jobs)
    return tries


@transaction.atomic
def claim(*, besides: Sequence[str] = (), at: datetime) -> list[Job]:
    """Take up deliveries that are due and nobody else's."""
    due = (
        _due(at=at)
        .select_for_update(skip_locked=True, of=("self",))
        .exclude(endpoint__in=besides)
        .select_related("event", "endpoint")
        .order_by("next_try_at", "pk")
    )
    claimed = list(_one_of_each_that_fails(due[:_AT_ONCE]))
    for delivery in claimed:
        delivery.attempts += 1
        delivery.tried_at, delivery.next_try_at = at, at + _LEASE
        delivery.save(update_fields=["attempts", "tried_at", "next_try_at"])
    return [_job(delivery, at=at) for delivery in claimed]


@transaction.atomic
def finish(*, job: Job, answer: Answer, at: datetime) -> None:
    """Write down what came of a try, unless the delivery was replayed meanwhile."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=job.endpoint_id)
    delivery = (
        endpoint.deliveries.select_for_update()
        .filter(pk=job.delivery_id, attempts=job.attempt, state=State.PENDING)
        .first()
    )
    if delivery is None:
        return
    delivery.status, delivery.problem = answer.status, answer.problem[:300]
    delivery.excerpt = "" if answer.is_good else answer.excerpt[:500]
    if answer.is_good:
        delivery.state, delivery.next_try_at = State.DELIVERED, None
    elif delivery.attempts >= MOST_TRIES:
        delivery.state, delivery.next_try_at = State.FAILED, None
    else:
        delivery.next_try_at = at + wait_after(delivery.attempts)
    delivery.save(update_fields=["status", "problem", "excerpt", "state", "next_try_at"])
    _judge(endpoint, answer, at=at)
    _say(job, answer)


@transaction.atomic
def replay(*, delivery_id: int, by: User, at: datetime) -> WebhookDelivery:
    """Owe a delivery anew, under the same message id, and try it at once."""
    require_role(by, Role.ADMINISTRATOR, to="replay a delivery")
    found = WebhookDelivery.objects.select_for_update(of=("self",))
    delivery = found.select_related("endpoint", "event").get(pk=delivery_id)
    if delivery.endpoint.state != WebhookEndpoint.State.ACTIVE:
        state = in_a_sentence(delivery.endpoint.get_state_display())
        words = gettext("This webhook is {state}; nothing can be sent to it.")
        raise CannotReplay(words.format(state=state))
    if delivery.event.due_at is not None and at < delivery.event.due_at:
        words = gettext("What this tells of can still be undone; it is sent when that is over.")
        raise CannotReplay(words)
    delivery.state, delivery.attempts, delivery.next_try_at = State.PENDING, 0, at
    delivery.replays += 1
    delivery.save(update_fields=["state", "attempts", "next_try_at", "replays"])
    audit.record(
        AuditEvent.Type.WEBHOOK_REPLAYED,
        target=f"webhook:{delivery.endpoint_id}",
        by=by,
        partner=delivery.endpoint.partner,
        at=at,
        event=delivery.event_id,
    )
    transaction.on_commit(outbox.tell_worker)
    return delivery


@transaction.atomic
def purge(*, at: datetime) -> int:
    """Forget old events with their deliveries, and what nobody took for so long; says how many."""
    old = WebhookEvent.objects.filter(created_at__lt=at - KEPT_FOR).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:10_000])
    WebhookDelivery.objects.filter(event__in=ids).delete()
    return WebhookEvent.objects.filter(pk__in=ids).delete()[0]


def wait_after(attempts: int) -> timedelta:
    """Double the wait with each try, up to six hours, give or take a fifth."""
    wait = min(FIRST_WAIT * (1 << (attempts - 1)), LONGEST_WAIT)
    return wait * _chance.uniform(1 - JITTER, 1 + JITTER)


def _due(*, at: datetime) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        state=State.PENDING,
        next_try_at__lte=at,
        endpoint__state=WebhookEndpoint.State.ACTIVE,
        endpoint__partner__is_active=True,
    )


def _one_of_each_that_fails(due: Iterable[WebhookDelivery]) -> Iterator[WebhookDelivery]:
    """Leave out what would find out no more: one try tells whether an endpoint answers again."""
    asked = set()
    for delivery in due:
        if delivery.endpoint.failing_since is None or delivery.endpoint_id not in asked:
            asked.add(delivery.endpoint_id)
            yield delivery


def _job(delivery: WebhookDelivery, *, at: datetime) -> Job:
    endpoint, event = delivery.endpoint, delivery.event
    try:
        secrets = webhooks.secrets_of(endpoint, at=at)
    except signing.KeyMissing:
        secrets = []
    return Job(
        delivery_id=delivery.pk,
        endpoint_id=endpoint.pk,
        attempt=delivery.attempts,
        url=endpoint.url,
        message_id=event.pk,
        body=json.dumps(_message(event, at=at), ensure_ascii=False, separators=(",", ":")).encode(),
        secrets=tuple(secrets),
    )


def _message(event: WebhookEvent, *, at: datetime) -> dict[str, Any]:
    """Say what happened: the ids, and of a decision what its partner may read of it now."""
    told: dict[str, Any] = dict(event.payload)
    if "decision" in told:
        told["answer"] = _answer(told["decision"], at=at)
    return {
        "id": event.pk,
        "type": str(event.kind),
        "created_at": answers.moment(event.created_at),
        "data": told,
    }


def _answer(decision_id: str, *, at: datetime) -> dict[str, Any]:
    decision = Decision.objects.to_be_told().get(pk=decision_id)
    return answers.answer_of(
        decision,
        officer=getattr(decision, "officer_decision", None),
        at=at,
        outcomes=decision.outcomes.all(),
    )


def _send(job: Job, timestamp: int) -> Answer:
    if not job.secrets:
        return Answer(problem="The key of its secret is gone; the partner must exchange it.")
    signed = signing.headers(
        job.secrets, message_id=job.message_id, timestamp=timestamp, body=job.body
    )
    return sending.post(
        job.url,
        body=job.body,
        headers={**signed, "Content-Type": "application/json", "User-Agent": "Evenhand/1"},
        allowed=settings.EVENHAND_WEBHOOK_NETWORKS,
    )


def _judge(endpoint: WebhookEndpoint, answer: Answer, *, at: datetime) -> None:
    """Note since when an endpoint fails; give up one that is gone, or that failed for days."""
    if answer.is_good:
        endpoint.failing_since = None
    elif endpoint.failing_since is None:
        endpoint.failing_since = at
    endpoint.save(update_fields=["failing_since"])
    failing = endpoint.failing_since
    is_dead = failing is not None and at - failing >= DISABLED_AFTER
    if endpoint.state == WebhookEndpoint.State.ACTIVE and (is_dead or answer.status == _GONE):
        webhooks.move(endpoint=endpoint, to=WebhookEndpoint.State.DISABLED, by=None, at=at)
        why = "it says that it is gone" if answer.status == _GONE else "nothing arrived in 3 days"
        alerts.raise_alert(
            cause="webhook_disabled",
            product=None,
            message=f"The webhook of {endpoint.partner.name} at {addresses.host_of(endpoint.url)}"
            f" was disabled: {why}.",
            at=at,
        )


def _say(job: Job, answer: Answer) -> None:
    """Leave a line in the log: ids and the status, no address and no body."""
    log.info(
        "webhook_tried",
        event_id=job.message_id,
        endpoint=job.endpoint_id,
        attempt=job.attempt,
        status=answer.status,
        problem_of_receiver=answer.problem,
    )
