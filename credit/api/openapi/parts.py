"""What the shapes of requests and answers are put together from."""

from typing import Any

from credit.api import fault_codes
from credit.api.fields import HIGHEST_NUMBER

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {
    "type": "string",
    "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
    "description": "A ULID: it sorts by time and cannot be guessed.",
}
SLUG: Schema = {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,50}$"}
REFERENCE: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "description": "Your own name for the application; put no personal data into it.",
}
MONEY: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$",
    "description": "An amount in the product's currency, as text so that nothing rounds it.",
}
SENTENCE: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
}
CODE: Schema = {
    "type": "string",
    "description": "What is wrong, for programs. More may come than are listed now at"
    f" {fault_codes.PAGE}.",
}
NUMBER: Schema = {"type": "integer", "minimum": 1}
NAMED_NUMBER: Schema = {**NUMBER, "maximum": HIGHEST_NUMBER}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def ref(name: str) -> Schema:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """Describe an object of an answer: these members today, and others may join them."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        **more,
    }


def asked(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """Describe an object of a request: a member that is not known would be lost in silence."""
    return thing(properties, optional=optional, additionalProperties=False, **more)


def or_null(schema: Schema) -> Schema:
    """Allow null beside the one type of a schema."""
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}
