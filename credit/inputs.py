"""Feature values as they are scored, whatever JSON and PostgreSQL made of their numbers."""

from collections.abc import Mapping

from scoring.contract import Contract, Kind
from scoring.features import Value


def normalised(contract: Contract, values: Mapping[str, Value]) -> dict[str, Value]:
    """Write every decimal as a float, and no zero with a minus.

    jsonb gives 1e16 back as a whole number and -0.0 as 0.0; the commitment in the audit trail is
    to the values, so they need one form before and after.
    """
    decimals = {feature.name for feature in contract.features if feature.kind is Kind.DECIMAL}
    return {
        name: float(value) + 0.0 if name in decimals and value is not None else value
        for name, value in values.items()
    }
