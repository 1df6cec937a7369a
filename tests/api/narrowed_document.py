"""The document with what only this installation knows, so that all it still allows is accepted.

JSON Schema cannot say which products there are, what printable text is, or where a webhook may go.
"""

import copy

import factories
from api_document import CLOSED

from scoring.contracts.schema import json_schema

LINE = "^[!-~]([ -~]{0,60}[!-~])?$"  # printable, without blanks at its ends
# An address, so that nothing asks for a name; without fragment or backslash.
PUBLIC = r'^https://8\.8\.8\.8/[!-"$-\[\]-~]*$'
SLUG = {"type": "string", "enum": [factories.CONTRACT.slug]}
FEATURE = {"type": "string", "enum": [each.name for each in factories.CONTRACT.features]}


def narrowed():
    document = copy.deepcopy(CLOSED)
    schemas = document["components"]["schemas"]
    schemas["DecisionRequest"] = _application()
    schemas["WebhookRequest"]["properties"]["url"]["pattern"] = PUBLIC
    schemas["OutcomeRequest"]["properties"]["reason"]["pattern"] = LINE
    for name in ("FeedbackRequest", "WithdrawalRequest"):
        schemas[name]["properties"]["text"]["pattern"] = LINE
    schemas["FeedbackRequest"]["properties"]["feature"] = FEATURE
    for operations in document["paths"].values():
        for operation in operations.values():
            _know_products(operation)
    _without_examples(document["paths"])
    return document


def _application():
    """Give the contract's schema, with amounts that its bounds allow."""
    whole = json_schema(factories.CONTRACT)
    whole["properties"]["reference"]["pattern"] = LINE
    for said in whole["properties"]["applicant"]["properties"].values():
        said["pattern"] = LINE
    return {name: part for name, part in whole.items() if not name.startswith("$")}


def _know_products(operation):
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in {"product", "slug"}:
            parameter["schema"] = SLUG


def _without_examples(part):
    """Leave examples out: they name addresses and products of other installations."""
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _without_examples(each)
    if isinstance(part, dict):
        part.pop("examples", None)


def aligned(application):
    """Ask for what the features say already; an application is refused where the two differ."""
    features = application["features"]
    asked = {"amount": f"{features['amount']}.00", "term_months": features["duration_months"]}
    return {**application, "requested": asked}


def with_whole_numbers(value):
    """Write 24 for 24.0, which JSON Schema takes for an integer and we do not."""
    if isinstance(value, dict):
        return {name: with_whole_numbers(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value
