"""The OpenAPI document: made once a process from the endpoints themselves."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from credit.api.openapi.plain_paths import PLAIN_PATHS
from credit.api.openapi.schemas import COMPONENTS
from credit.api.read_only import read_only


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """How a key is shown."""

    target_class = "credit.api.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """Describe the header."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ev_<prefix>_<secret>",
            "description": "An API key of your partner account. Its scopes say what it may do:"
            " score, read, outcomes, batch.",
        }


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add shapes and plain views; drf-spectacular calls this when the document is made."""
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    result["paths"] |= PLAIN_PATHS
    result.setdefault("components", {})["schemas"] = dict(sorted(COMPONENTS.items()))
    return result


@cache
def written() -> bytes:
    """Give the document as JSON, the same bytes in every process."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # theirs
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


@read_only
def openapi(_request: HttpRequest) -> HttpResponse:
    """Give the document to whoever asks."""
    return HttpResponse(written(), content_type="application/json")
