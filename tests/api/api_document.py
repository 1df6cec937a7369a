"""The OpenAPI document as tests read it: pointers followed, and answers held to what it names."""

import json

from jsonschema import Draft202012Validator, FormatChecker

from credit.api.openapi.document import written

DOCUMENT = json.loads(written())
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item]


def operation(path, method):
    return DOCUMENT["paths"][path][method]


def found(part):
    """Follow a part of the document to where it stands."""
    while "$ref" in part:
        place = DOCUMENT
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        part = place
    return part


def answers(path, method):
    return {
        status: found(answer) for status, answer in operation(path, method)["responses"].items()
    }


def schema_of(path, method, status):
    (content,) = answers(path, method)[str(status)]["content"].values()
    return content["schema"]


def closed(part):
    """Let objects have only the members that stand there, so that one we forgot is seen."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    inside = {name: closed(each) for name, each in part.items()}
    if part.get("type") == "object" and "properties" in part:
        inside.setdefault("additionalProperties", False)
    return inside


CLOSED = closed(DOCUMENT)


def holds(value, schema):
    """Hold a value against a schema of the document, formats included."""
    whole = {**closed(schema), "components": CLOSED["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)
