"""Where a partner wants to be told of events, and the secret by which it knows us."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credit import tenancy
from credit.actions import webhooks as actions
from credit.api import bodies, fields, problem_types, query_strings
from credit.api.endpoints import Endpoint, caller_of
from credit.api.openapi import examples
from credit.api.openapi.operations import operation
from credit.api.rendering import answered
from credit.models import EventKind, WebhookEndpoint
from credit.models.partners import Scope
from credit.queries import webhooks as queries
from scoring.features import FieldProblem, InputRefused

ONE = {200: ("As it stands now", "Webhook", examples.WEBHOOK)}
NEW_SECRET = ("With its secret, which is told this once", "NewWebhook", examples.NEW_WEBHOOK)
CHANGES = (problem_types.NOT_FOUND, problem_types.CONFLICT)


class Webhooks(Endpoint):
    """A partner's webhooks."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS, "POST": Scope.WEBHOOKS}

    @operation(
        "list_webhooks",
        "List your webhooks",
        answers={200: ("All of them", "WebhookList", examples.WEBHOOK_LIST)},
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Give all of them; there are never many."""
        caller = caller_of(request)
        query_strings.read(request)
        with tenancy.rows_of(caller.partner):
            return answered({"results": queries.of_partner(caller.partner)})

    @operation(
        "register_webhook",
        "Be told of events at an address of yours",
        body=("WebhookRequest", examples.WEBHOOK_REQUESTS),
        answers={201: NEW_SECRET},
        problems=(problem_types.CONFLICT,),
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        query_strings.read(request)
        url, kinds = _read(bodies.read(request).content)
        made = actions.register(url=url, kinds=kinds, key=caller.key, at=timezone.now())
        return answered(_with_secret(made), status=201)


class WebhookDetail(Endpoint):
    """One webhook."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS, "DELETE": Scope.WEBHOOKS}

    @operation("read_webhook", "Read a webhook", answers=ONE, problems=(problem_types.NOT_FOUND,))
    def get(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """Give it, or the 404 that another partner's gets as well."""
        caller = caller_of(request)
        query_strings.read(request)
        with tenancy.rows_of(caller.partner):
            return answered(queries.one_of_partner(caller.partner, webhook_id))

    @operation("remove_webhook", "Remove a webhook", answers=ONE, problems=CHANGES)
    def delete(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """Remove it, and tell it for the last time."""
        return _change(request, actions.remove, webhook_id)


class WebhookPause(Endpoint):
    """No more messages for now."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS}

    @operation("pause_webhook", "Let messages wait", answers=ONE, problems=CHANGES)
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        return _change(request, actions.pause, webhook_id)


class WebhookResume(Endpoint):
    """Messages again, those that waited first."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS}

    @operation(
        "resume_webhook",
        "Get messages again after a pause, or after it was disabled",
        answers=ONE,
        problems=CHANGES,
    )
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        return _change(request, actions.resume, webhook_id)


class WebhookSecret(Endpoint):
    """A new secret."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS}

    @operation(
        "rotate_webhook_secret",
        "Exchange the secret; the one before it signs for 24 hours as well",
        answers={200: NEW_SECRET},
        problems=(problem_types.NOT_FOUND,),
    )
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        _refuse_more(request)
        made = actions.rotate(endpoint_id=webhook_id, key=caller_of(request).key, at=timezone.now())
        return answered(_with_secret(made))


def _change(
    request: HttpRequest, action: Callable[..., WebhookEndpoint], webhook_id: str
) -> HttpResponse:
    _refuse_more(request)
    changed = action(endpoint_id=webhook_id, key=caller_of(request).key, at=timezone.now())
    return answered(queries.told(changed))


def _refuse_more(request: HttpRequest) -> None:
    """Refuse what would be lost in silence: a query, or a body where none is read."""
    query_strings.read(request)
    bodies.refuse(request)


def _read(body: Mapping[str, object]) -> tuple[str, list[EventKind]]:
    """Check every field, and name every bad one at once."""
    problems = fields.shape_problems(body, ("url", "events"), of="a webhook")
    url, events = body.get("url"), body.get("events")
    if url is not None and not isinstance(url, str):
        problems.append(FieldProblem("/url", "wrong_type", "must be a text"))
    if events is not None:
        problems += _event_problems(events)
    if problems or not isinstance(events, list):
        raise InputRefused(tuple(problems))
    return str(url), [EventKind(each) for each in events]


def _event_problems(events: object) -> list[FieldProblem]:
    if not isinstance(events, list):
        return [FieldProblem("/events", "wrong_type", "must be a list")]
    if not 1 <= len(events) <= len(EventKind):
        words = f"must name 1 to {len(EventKind)} kinds of events"
        return [FieldProblem("/events", "out_of_bounds", words)]
    words = f"must be one of: {', '.join(EventKind.values)}"
    return [
        FieldProblem(f"/events/{place}", "unknown_category", words)
        for place, each in enumerate(events)
        if not isinstance(each, str) or each not in EventKind.values
    ]


def _with_secret(made: actions.Registered) -> dict[str, Any]:
    return {**queries.told(made.endpoint), "secret": made.secret}
