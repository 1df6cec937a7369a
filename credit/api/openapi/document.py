"""The OpenAPI document: made once a process from the endpoints themselves."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from credit.api import problem_documents
from credit.api.openapi import links
from credit.api.openapi.messages import MESSAGES
from credit.api.openapi.plain_paths import PLAIN_PATHS
from credit.api.openapi.schemas import COMPONENTS
from credit.api.permissions import ANY_KEY
from credit.api.read_only import read_only
from credit.models.partners import Scope


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """How a key is shown."""

    target_class = "credit.api.authentication.KeyAuthentication"
    name = ["apiKey", "oauth", "oauthClient"]  # noqa: RUF012 - the framework's shape for it

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """Ask for a key, or for a token with the scope."""
        scope = auto_schema.view.scopes[auto_schema.method]
        return [{"apiKey": []}, {"oauth": [] if scope == ANY_KEY else [str(scope)]}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Describe the header, and where a token is had."""
        key = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ev_<prefix>_<secret>",
            "description": "An API key of your partner account. Its scopes say what it may do.",
        }
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": dict(Scope.choices)}
        oauth = {
            "type": "oauth2",
            "flows": {"clientCredentials": flow},
            "description": "An access token of an OAuth client of your partner account; good for"
            " an hour.",
        }
        client = {
            "type": "http",
            "scheme": "basic",
            "description": "The id and the secret of an OAuth client; they may stand in the form"
            " instead.",
        }
        return [key, oauth, client]


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add shapes and plain views; drf-spectacular calls this when the document is made."""
    operations = [each for item in result["paths"].values() for each in item.values()]
    for operation in operations:
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
    links.add({operation["operationId"]: operation for operation in operations})
    components = result.setdefault("components", {})
    components["responses"] = dict(sorted(_shared_refusals(operations).items()))
    components["schemas"] = dict(sorted(COMPONENTS.items()))
    result["paths"] |= PLAIN_PATHS
    result["webhooks"] = MESSAGES
    return result


def _shared_refusals(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a refusal down once for all operations that have it, and point to it from them."""
    shared: dict[str, Any] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            content = answer["content"].get(problem_documents.MEDIA_TYPE, {})
            kinds = content.get("examples", ())
            name = "Or".join(kind.title().replace("-", "") for kind in kinds)
            if name and shared.setdefault(name, answer) == answer:
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return shared


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
