"""From points a feature gave or took to words an applicant can use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.contract import Category, Contract, Feature, Kind
from scoring.features import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one feature did to the score, against the people who get this loan."""

    feature: str
    points: float  # below 0: it cost points
    code: str
    text: str


def all_reasons(
    contract: Contract, values: Mapping[str, Value], contributions: Sequence[float]
) -> tuple[Reason, ...]:
    """Put every feature's share of the score into words, worst first.

    Features of equal points keep the contract's order.

    Parameters
    ----------
    contract : Contract
        The product.
    values : mapping of feature to value
        What was scored.
    contributions : sequence of n_features floats
        Points each feature gave (+) or took (-), in contract order.

    Returns
    -------
    tuple of n_features Reason

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.features import example
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> reasons = all_reasons(contract, example(contract), [-31.2, *[0.0] * 16])
    >>> reasons[0].text
    'Balance of the checking account is below zero'
    """
    reasons = [
        _reason(feature, values.get(feature.name), points)
        for feature, points in zip(contract.features, contributions, strict=True)
    ]
    return tuple(sorted(reasons, key=lambda reason: reason.points))  # sorting is stable


def principal_reasons(
    contract: Contract,
    values: Mapping[str, Value],
    contributions: Sequence[float],
    *,
    most: int = 4,
) -> tuple[Reason, ...]:
    """Choose the reasons that an adverse decision states: those that cost the most points.

    Features that the contract puts in one group are one reason: its points are their sum, its
    words those of the member that cost the most.

    Parameters
    ----------
    most : int
        At most so many; more than four are seldom read (12 CFR 1002.9, comment 9(b)(2)-1).

    Returns
    -------
    tuple of Reason
        Only such as cost points, worst first; ties in the order of `all_reasons`.
    """
    grouped: dict[str, Reason] = {}
    for reason in all_reasons(contract, values, contributions):  # the worst of a group comes first
        key = contract.feature(reason.feature).group or f"feature {reason.feature}"
        first = grouped.get(key)
        grouped[key] = replace(first, points=first.points + reason.points) if first else reason
    adverse = [reason for reason in grouped.values() if reason.points < 0]
    return tuple(sorted(adverse, key=lambda reason: reason.points)[:most])


def in_words(feature: Feature, value: Value) -> str:
    """Say a value as people do: a category's label, a number with its unit.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> in_words(contract.feature("amount"), 4200), in_words(contract.feature("housing"), "own")
    ('4,200 DM', 'owned')
    """
    if value is None:
        return feature.missing_label
    if feature.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
        return _category(feature, value).label
    number = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return f"{number} {feature.unit}" if feature.unit else number


def _reason(feature: Feature, value: Value, points: float) -> Reason:
    return Reason(
        feature=feature.name, points=points, code=feature.code, text=_text(feature, value, points)
    )


def _text(feature: Feature, value: Value, points: float) -> str:
    if value is None:
        return feature.missing_text or f"{feature.label}: {feature.missing_label}"
    if feature.categories and (text := _category(feature, value).text) is not None:
        return text
    template = feature.adverse_text if points < 0 else feature.favourable_text
    return template.replace("{value}", in_words(feature, value))


def _category(feature: Feature, value: Value) -> Category:
    name = str(value).lower() if isinstance(value, bool) else value
    return next(item for item in feature.categories if item.value == name)
