"""The shapes of requests and answers, as JSON Schema 2020-12: the components of the document."""

from credit.api.openapi.answers import ANSWERS
from credit.api.openapi.batches import BATCHES
from credit.api.openapi.parts import CODE, TEXT, Schema, ref, thing
from credit.api.openapi.requests import REQUESTS
from credit.api.openapi.webhooks import WEBHOOKS

PROBLEMS: dict[str, Schema] = {
    "Fault": thing(
        {
            "pointer": {
                "type": "string",
                "description": "Where, as a JSON pointer (RFC 6901); empty for the whole body.",
            },
            "code": CODE,
            "detail": {"type": "string", "description": "The same in words, for people."},
        }
    ),
    "Problem": thing(
        {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "instance": {"type": "string", "format": "uri-reference"},
            "request_id": TEXT,
            "errors": {"type": "array", "items": ref("Fault")},
            "error": {
                "type": "string",
                "description": "At the token endpoint only: the error's name in RFC 6749.",
            },
        },
        optional=("error",),
        description="A problem document (RFC 9457).",
    ),
}

STATE: Schema = {"type": "string", "description": "ok, or what is wrong"}
HEALTH: dict[str, Schema] = {
    "Health": thing({"status": TEXT}),
    "Readiness": thing(
        {
            "status": {"type": "string", "enum": ["ok", "not_ready"]},
            "parts": thing(
                {
                    "database": STATE,
                    "broker": STATE,
                    "models": {
                        "description": "Each live product's champion: loaded, with the right hash.",
                        "anyOf": [{"type": "object", "additionalProperties": STATE}, STATE],
                    },
                }
            ),
        }
    ),
}

COMPONENTS: dict[str, Schema] = {
    **REQUESTS,
    **ANSWERS,
    **WEBHOOKS,
    **BATCHES,
    **PROBLEMS,
    **HEALTH,
}
