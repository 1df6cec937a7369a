"""Webhooks: a partner's own for the API, everybody's with their deliveries for the console."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from credit.answers import moment
from credit.models import Partner, WebhookDelivery, WebhookEndpoint
from credit.webhooks.addresses import shown

State = WebhookEndpoint.State


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """An endpoint as the console shows it; of its address without the query."""

    id: str
    partner_name: str
    url: str
    kinds: list[str]
    state: str
    state_label: str
    state_since: datetime
    failing_since: datetime | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One event on its way to one endpoint."""

    id: int
    event_id: str
    kind: str
    kind_label: str
    subject: str
    partner_name: str
    url: str
    created_at: datetime
    state: str
    state_label: str
    attempts: int
    replays: int
    next_try_at: datetime | None
    tried_at: datetime | None
    status: int | None
    problem: str
    excerpt: str
    is_held: bool  # it waits, and its endpoint takes nothing now
    can_replay: bool


def told(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Tell an endpoint as the API does, to the partner whose it is."""
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "events": list(endpoint.kinds),
        "status": str(endpoint.state),
        "created_at": moment(endpoint.created_at),
        "failing_since": moment(endpoint.failing_since) if endpoint.failing_since else None,
        "old_secret_until": moment(endpoint.before_until) if endpoint.before_until else None,
    }


def of_partner(partner: Partner) -> list[dict[str, Any]]:
    """Tell a partner's endpoints, the newest first; there are never many."""
    return [told(each) for each in _kept(partner)]


def one_of_partner(partner: Partner, endpoint_id: str) -> dict[str, Any]:
    """Tell one endpoint; another partner's does not exist."""
    return told(_kept(partner).get(pk=endpoint_id))


def endpoints() -> list[EndpointRow]:
    """List what partners registered and did not remove, what fails first."""
    delivery = WebhookDelivery.State
    found = (
        WebhookEndpoint.objects.exclude(state=State.REMOVED)
        .select_related("partner")
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=delivery.PENDING)),
            given_up=Count("deliveries", filter=Q(deliveries__state=delivery.FAILED)),
        )
        .order_by("failing_since", "partner__name", "-pk")  # nulls are last in PostgreSQL
    )
    return [
        EndpointRow(
            id=each.pk,
            partner_name=each.partner.name,
            url=shown(each.url),
            kinds=list(each.kinds),
            state=each.state,
            state_label=each.get_state_display(),
            state_since=each.state_since,
            failing_since=each.failing_since,
            waiting=each.waiting,
            given_up=each.given_up,
        )
        for each in found
    ]


def deliveries(
    *, endpoint_id: str | None = None, state: str | None = None, limit: int = 100
) -> list[DeliveryRow]:
    """List deliveries, the newest first."""
    found = WebhookDelivery.objects.select_related("event", "endpoint__partner").order_by("-pk")
    if endpoint_id:
        found = found.filter(endpoint=endpoint_id)
    if state:
        found = found.filter(state=state)
    return [_row(each) for each in found[:limit]]


def _kept(partner: Partner) -> Any:
    own = WebhookEndpoint.objects.filter(partner=partner)
    return own.exclude(state=State.REMOVED).order_by("-pk")


def _row(delivery: WebhookDelivery) -> DeliveryRow:
    event, endpoint = delivery.event, delivery.endpoint
    takes = endpoint.state == State.ACTIVE
    return DeliveryRow(
        id=delivery.pk,
        event_id=event.pk,
        kind=event.kind,
        kind_label=event.get_kind_display(),
        subject=event.subject,
        partner_name=endpoint.partner.name,
        url=shown(endpoint.url),
        created_at=event.created_at,
        state=delivery.state,
        state_label=delivery.get_state_display(),
        attempts=delivery.attempts,
        replays=delivery.replays,
        next_try_at=delivery.next_try_at,
        tried_at=delivery.tried_at,
        status=delivery.status,
        problem=delivery.problem,
        excerpt=delivery.excerpt,
        is_held=delivery.state == WebhookDelivery.State.PENDING and not takes,
        can_replay=takes,
    )
