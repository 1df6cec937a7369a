"""From points a feature gave or took to words an applicant can use."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from scoring.contract import Category, Contract, Feature
from scoring.features import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 4  # principal reasons


class Reason(NamedTuple):
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
    most: int = MOST,
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
    order = sorted(range(len(contributions)), key=contributions.__getitem__)  # sorting is stable
    features = contract.features
    return tuple(
        Reason(
            feature=features[at].name,
            points=sum_,
            code=features[at].code,
            text=_text(features[at], values.get(features[at].name), contributions[at]),
        )
        for at, sum_ in _principal(order, contributions, groups_of(contract), most=most)
    )


def principal_codes(contract: Contract, contributions: Sequence[float]) -> tuple[str, ...]:
    """Name the codes of the reasons that `principal_reasons` would choose, worst first."""
    order = sorted(range(len(contributions)), key=contributions.__getitem__)
    chosen = _principal(order, contributions, groups_of(contract), most=MOST)
    return tuple(contract.features[at].code for at, _ in chosen)


def principal_texts(
    contract: Contract, values: Mapping[str, Iterable[Value]], contributions: "NDArray[np.float32]"
) -> list[str]:
    """Say the principal reasons of many applications, a line each: "CODE text; CODE text".

    Parameters
    ----------
    values : mapping of feature to n values
        What was scored; columns may be polars series.
    contributions : array of shape (n, n_features)
        Points each feature gave (+) or took (-), in contract order.

    Returns
    -------
    list of n texts
        As `principal_reasons` would choose and word them.
    """
    groups, features = groups_of(contract), contract.features
    columns = [list(values[feature.name]) for feature in features]
    orders = contributions.argsort(axis=1, kind="stable").tolist()
    lines = []
    for row, (order, points) in enumerate(zip(orders, contributions.tolist(), strict=True)):
        chosen = _principal(order, points, groups, most=MOST)
        texts = [
            f"{features[at].code} {_text(features[at], columns[at][row], points[at])}"
            for at, _ in chosen
        ]
        lines.append("; ".join(texts))
    return lines


@lru_cache(maxsize=256)  # contracts are compared by their hash
def groups_of(contract: Contract) -> tuple[str, ...] | None:
    """Name each feature's reason, in contract order; None where every feature is its own."""
    if all(feature.group is None for feature in contract.features):
        return None
    return tuple(feature.group or f"feature {feature.name}" for feature in contract.features)


def _principal(
    order: Sequence[int],
    contributions: Sequence[float],
    groups: tuple[str, ...] | None,
    *,
    most: int,
) -> list[tuple[int, float]]:
    """Choose features, worst first, each with the points of its group; `order` is worst first."""
    if groups is None:
        worst = ((at, contributions[at]) for at in order[:most])
        return [(at, points) for at, points in worst if points < 0]
    sums: dict[str, float] = {}
    worst_of: dict[str, int] = {}
    for at in order:  # the worst of a group comes first
        worst_of.setdefault(groups[at], at)
        sums[groups[at]] = sums.get(groups[at], 0.0) + contributions[at]
    adverse = [(worst_of[group], points) for group, points in sums.items() if points < 0]
    return sorted(adverse, key=lambda reason: reason[1])[:most]


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
    if feature.categories:
        return _category(feature, value).label
    number = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    unit = feature.unit_of_one if value == 1 and feature.unit_of_one else feature.unit
    return f"{number} {unit}" if unit else number


def _reason(feature: Feature, value: Value, points: float) -> Reason:
    return Reason(
        feature=feature.name, points=points, code=feature.code, text=_text(feature, value, points)
    )


def _text(feature: Feature, value: Value, points: float) -> str:
    if value is None:
        return feature.missing_text or f"{feature.label}: {feature.missing_label}"
    category = _category(feature, value) if feature.categories else None
    if category is not None and category.text is not None:
        return category.text
    template = feature.adverse_text if points < 0 else feature.favourable_text
    words = category.label if category is not None else in_words(feature, value)
    return template.replace("{value}", words)


def _category(feature: Feature, value: Value) -> Category:
    return feature.category_of[str(value).lower() if isinstance(value, bool) else str(value)]
