"""The contract as JSON Schema, for partners' tools and the API's pages."""

from typing import Any

from scoring.contract import Contract, Feature, Kind, Protected

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_schema(contract: Contract) -> Schema:
    """Describe a whole decision request for this product.

    Every object refuses unknown fields. JSON Schema cannot say everything that is checked: an
    amount's bounds are in its description, since exact amounts are texts.

    Returns
    -------
    dict
        A JSON Schema of draft 2020-12.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> json_schema(contract)["properties"]["features"]["properties"]["duration_months"]["maximum"]
    84
    """
    properties: dict[str, Schema] = {
        "product": {"const": contract.slug},
        "reference": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "your own id",
        },
        "requested": _requested(contract),
        "features": _object(
            {feature.name: _feature(feature) for feature in contract.features},
            required=[item.name for item in contract.features if not item.may_be_missing],
        ),
        "monitoring": _object({item.name: _monitored(item) for item in contract.assessable}),
        "applicant": _object(
            {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "address": {
                    "type": "string",
                    "maxLength": 500,
                    "description": "lines as on an envelope",
                },
            },
            required=["name"],
        ),
    }
    return {
        "$schema": DRAFT,
        "title": f"Decision request: {contract.name}",
        **_object(properties, required=["product", "reference", "requested", "features"]),
    }


def _object(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _requested(contract: Contract) -> Schema:
    bounds = contract.requested
    amount = {
        "type": "string",
        "title": f"Amount ({contract.currency})",
        "pattern": r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$",
        "description": f"{bounds.amount_minimum} to {bounds.amount_maximum}",
    }
    if not bounds.has_term:
        return _object({"amount": amount}, required=["amount"])
    term = {
        "type": "integer",
        "title": "Term (months)",
        "minimum": bounds.term_minimum,
        "maximum": bounds.term_maximum,
    }
    return _object({"amount": amount, "term_months": term}, required=["amount", "term_months"])


def _feature(feature: Feature) -> Schema:
    title = f"{feature.label} ({feature.unit})" if feature.unit else feature.label
    schema: Schema = {"title": title} | _type_of(feature)
    notes = [feature.help, feature.same_as and f"The same as {feature.same_as}."]
    if any(notes):
        schema["description"] = " ".join(note for note in notes if note)
    return schema


def _type_of(feature: Feature) -> Schema:
    choices: list[Schema]
    if feature.kind is Kind.CATEGORY:
        choices = [{"const": item.value, "title": item.label} for item in feature.categories]
        absent = {"type": "null", "title": feature.missing_label}
        return {"oneOf": [*choices, absent] if feature.may_be_missing else choices}
    if feature.kind is Kind.BOOLEAN:
        return {"type": _type("boolean", feature)}
    low, high = feature.bounds
    name = "number" if feature.kind is Kind.DECIMAL else "integer"
    return {"type": _type(name, feature), "minimum": _plain(low), "maximum": _plain(high)}


def _type(name: str, feature: Feature) -> str | list[str]:
    return [name, "null"] if feature.may_be_missing else name


def _plain(bound: float) -> float:
    return int(bound) if bound == int(bound) else bound


def _monitored(attribute: Protected) -> Schema:
    return {
        "title": attribute.label,
        "oneOf": [{"const": item.value, "title": item.label} for item in attribute.groups],
    }
