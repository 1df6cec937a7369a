"""Values that are within bounds and still hardly ever seen: worth a question to who types them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.contract import Contract, Feature
from scoring.features import Value
from scoring.reasons import in_words

STEPS = 0.5  # of the range between the quantiles, beyond them
TIMES = 2.0  # or so many times beyond them, where both are above zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlikely:
    """A value to ask about, in words, and between which most of the training rows lie."""

    feature: str
    value: str
    low: str
    high: str


def unlikely(
    contract: Contract, values: Mapping[str, Value], spread: Mapping[str, Any]
) -> tuple[Unlikely, ...]:
    """Find the numbers that lie far outside of what the model was trained on.

    Nine in ten training rows lie between a feature's `low` and `high` (5 and 95 % quantiles). A
    value is asked about where it is further out than half of the range between the two, or, on
    a scale that is above zero, than twice or half of the end: so that one in ten applicants is not
    asked about each of their numbers.

    Parameters
    ----------
    contract : Contract
        The product.
    values : mapping of feature to value
        As `features.validate` returns them.
    spread : mapping of feature to `{"low": number, "high": number, ...}`
        `features` of a bundle's manifest. What is not in it is not asked about.

    Returns
    -------
    tuple of Unlikely
        In contract order.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/personal-loan/contract.toml"))
    >>> spread = {"income_yearly": {"low": 26_000.0, "high": 160_000.0}}
    >>> [found.value for found in unlikely(contract, {"income_yearly": 4.0}, spread)]
    ['4 USD']
    >>> unlikely(contract, {"income_yearly": 20_000.0}, spread)
    ()
    """
    return tuple(
        Unlikely(
            feature=feature.name,
            value=in_words(feature, values[feature.name]),
            low=_said(feature, low),
            high=_said(feature, high),
        )
        for feature in contract.features
        if (ends := _ends(spread.get(feature.name), values.get(feature.name))) is not None
        for low, high in [ends]
    )


def _ends(spread: Mapping[str, Any] | None, value: Value) -> tuple[float, float] | None:
    """Give the quantiles that a number lies far outside of; None where it does not."""
    if not spread or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    low, high = spread.get("low"), spread.get("high")
    if low is None or high is None:
        return None
    beyond = STEPS * (high - low)
    is_small = value < low and (value < low - beyond or (low > 0 and value < low / TIMES))
    is_large = value > high and (value > high + beyond or (high > 0 and value > high * TIMES))
    return (low, high) if is_small or is_large else None


def _said(feature: Feature, number: float) -> str:
    return in_words(feature, int(number) if number == int(number) else number)
