"""Paths outside the REST framework: no key, no scope, for machines that look after machines."""

from typing import Any

from credit.api.openapi.parts import Schema, ref

READY = {"status": "ok", "parts": {"database": "ok", "broker": "ok", "models": {"loan": "ok"}}}
NOT_READY = {
    "status": "not_ready",
    "parts": {"database": "ok", "broker": "ok", "models": {"loan": "bundle_missing"}},
}


def answer(words: str, schema: Schema, example: Any) -> dict[str, Any]:
    """Describe one JSON answer."""
    return {
        "description": words,
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def get(name: str, summary: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Describe a path that anybody may read."""
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": ["health"],
            "security": [],
            "responses": answers,
        }
    }


PLAIN_PATHS: dict[str, Any] = {
    "/healthz": get(
        "healthz",
        "Is the process up?",
        {"200": answer("It is", ref("Health"), {"status": "ok"})},
    ),
    "/readyz": get(
        "readyz",
        "Can it do its work?",
        {
            "200": answer("It can", ref("Readiness"), READY),
            "503": answer("One of its parts cannot", ref("Readiness"), NOT_READY),
        },
    ),
}
