"""A whole request that a product takes, made up from its contract: to copy and change."""

from decimal import Decimal
from typing import Any

from scoring.contract import Contract
from scoring.features import Value, example


def whole_request(contract: Contract) -> dict[str, Any]:
    """Make up a request; what stands in it twice is the same in both places."""
    features = example(contract)
    return {
        "product": contract.slug,
        "reference": "A-2291",
        "requested": _requested(contract, features),
        "features": features,
    }


def _requested(contract: Contract, features: dict[str, Value]) -> dict[str, Any]:
    bounds = contract.requested
    said = {item.same_as: features[item.name] for item in contract.features if item.same_as}
    amount = said.get("requested.amount", (bounds.amount_minimum + bounds.amount_maximum) // 2)
    requested: dict[str, Any] = {"amount": f"{Decimal(str(amount)):.2f}"}
    if bounds.has_term:
        middle = ((bounds.term_minimum or 0) + (bounds.term_maximum or 0)) // 2
        requested["term_months"] = said.get("requested.term_months", middle)
    return requested
