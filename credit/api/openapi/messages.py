"""What we send to partners' addresses, as OpenAPI 3.1 describes webhooks."""

from typing import Any

from credit.api.openapi import examples
from credit.api.openapi.parts import Schema, ref
from credit.models import EventKind


def _header(name: str, words: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": words, "schema": schema}


SIGNED = [
    _header("webhook-id", "The event, in every try the same.", {"type": "string"}),
    _header(
        "webhook-timestamp",
        "When this try was signed, in seconds since 1970. Refuse one that is five minutes off.",
        {"type": "string", "pattern": "^[0-9]+$"},
    ),
    _header(
        "webhook-signature",
        "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several with blanks between"
        " them while a secret is being exchanged.",
        {"type": "string", "pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$"},
    ),
]


def _message(kind: EventKind) -> dict[str, Any]:
    content = {"schema": ref("WebhookMessage"), "example": examples.webhook_message(kind)}
    return {
        "post": {
            "operationId": f"on_{kind.value.replace('.', '_')}",
            "summary": kind.label,
            "security": [],
            "parameters": SIGNED,
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": {"2XX": {"description": "You have it. Anything else is tried again."}},
        }
    }


MESSAGES: dict[str, Any] = {kind.value: _message(kind) for kind in EventKind}
