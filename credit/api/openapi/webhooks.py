"""The shapes of webhooks, and of what is sent to them."""

from credit.api.openapi.parts import ID, MOMENT, TEXT, Schema, or_null, ref, thing
from credit.models import EventKind, WebhookEndpoint

WEBHOOK: Schema = {
    "id": ID,
    "url": TEXT,
    "events": {"type": "array", "items": ref("EventKind")},
    "status": ref("WebhookStatus"),
    "created_at": MOMENT,
    "failing_since": or_null(MOMENT),
    "old_secret_until": or_null(
        {**MOMENT, "description": "Until then the secret before this one signs as well."}
    ),
}
WEBHOOKS: dict[str, Schema] = {
    "EventKind": {"type": "string", "enum": list(EventKind.values)},
    "WebhookStatus": {
        "type": "string",
        "enum": list(WebhookEndpoint.State.values),
        "description": "disabled: nothing arrived for three days; resume it when that is mended.",
    },
    "Webhook": thing(WEBHOOK),
    "NewWebhook": thing(
        {
            **WEBHOOK,
            "secret": {
                "type": "string",
                "pattern": "^whsec_[A-Za-z0-9+/]{43}=$",
                "description": "What we sign with. It is told this once.",
            },
        }
    ),
    "WebhookList": thing({"results": {"type": "array", "items": ref("Webhook")}}),
    "WebhookMessage": thing(
        {
            "id": {**ID, "description": "Of the event: the same in every try and replay."},
            "type": ref("EventKind"),
            "created_at": MOMENT,
            "data": thing(
                {
                    "decision": ID,
                    "answer": ref("Decision"),
                    "batch": ID,
                },
                optional=("decision", "answer", "batch"),
                description="Ids, and of a decision what you may read of it now.",
            ),
        },
        description="What we send to your address. Fields may be added: ignore unknown ones.",
    ),
}
