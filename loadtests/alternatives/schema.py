"""Pydantic models of a decision request, made from the contract's features."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

TYPES: dict[str, type] = {"integer": int, "decimal": float, "boolean": bool}
STRICT = ConfigDict(extra="forbid")


def request_of(contract: Mapping[str, Any]) -> type[BaseModel]:
    """Make the model of a whole request."""
    features: dict[str, Any] = {
        feature["name"]: (_type(feature), ...) for feature in contract["features"]
    }
    return create_model(
        "DecisionRequest",
        __config__=STRICT,
        product=(Literal[contract["slug"]], ...),
        reference=(Annotated[str, Field(min_length=1, max_length=100)], ...),
        requested=(create_model("Requested", __config__=STRICT, **_requested(contract)), ...),
        features=(create_model("Features", __config__=STRICT, **features), ...),
        monitoring=(dict[str, str], {}),
    )


def _type(feature: Mapping[str, Any]) -> Any:
    kind = feature["kind"]
    if kind == "category":
        found: Any = Literal[tuple(each["value"] for each in feature["categories"])]
    else:
        bounds = {"ge": feature.get("minimum"), "le": feature.get("maximum")}
        found = Annotated[TYPES[kind], Field(**bounds)]
    return found | None if "missing_codes" in feature else found


def _requested(contract: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {"amount": (str, ...)}
    if "term_months" in contract["requested"]:
        fields["term_months"] = (int, ...)
    return fields
