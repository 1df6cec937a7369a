"""The fallback model: points by bin, added up in plain Python, without a graph.

`scorecard.json` holds

    {"format": 1, "product": "consumer-loan", "contract_hash": "sha256:…",
     "base_points": 512.3,
     "features": [
       {"feature": "duration_months", "edges": [8.5, 16.0], "points": [9.1, 2.4, -6.0],
        "missing": -1.5},
       {"feature": "housing", "groups": [["own"], ["rent", "free"]], "points": [3.0, -7.2],
        "other": 0.0, "missing": 0.0}]}

One entry a feature of the contract, in any order, features without one give no points. Numbers
(booleans as 0 and 1): bin i holds values below `edges[i]` and not below `edges[i - 1]`, so there
is one more of `points` than of `edges`. Categories: bin i holds the values of `groups[i]`, and
`other` is given to values in no group. `missing` is given to a missing value. Points are on the
contract's scale and measured from `base_points`, the mean of the reference population, so they
are reasons in the same sense as the champion's: score = base_points + sum of points.
"""

import math
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from scoring.contract import Contract, Feature, Kind
from scoring.features import Value
from scoring.points import Score, band_of, to_pd, to_score

FORMAT = 1
MOST_POINTS = 1_000_000.0  # of one bin; a doubling of the odds is some 20
LARGEST_GAP = 0.02  # of AUC behind the model; people are told of a larger one
_NUMERIC_KEYS = {"feature", "edges", "points", "missing"}
_GROUP_KEYS = {"feature", "groups", "points", "other", "missing"}
Points = Callable[[Value], float]


class ScorecardRefused(ValueError):
    """The scorecard is not one of this contract."""


class Scorecard:
    """A scorecard ready to score.

    Parameters
    ----------
    card : dict
        `scorecard.json`, as described above.
    contract : Contract
        The product it belongs to.
    bundle_hash : str
        The bundle it was released in; named in every score.

    Raises
    ------
    ScorecardRefused
        It belongs to another contract, or its bins do not fit the features.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.features import example
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> card = {"format": 1, "product": contract.slug, "contract_hash": contract.hash,
    ...         "base_points": 540.0,
    ...         "features": [{"feature": "duration_months", "edges": [12.0, 36.0],
    ...                       "points": [8.0, 0.0, -12.0], "missing": 0.0}]}
    >>> scorecard = Scorecard(card, contract=contract, bundle_hash="sha256:…")
    >>> scorecard.score(example(contract)).score
    528
    """

    def __init__(self, card: Mapping[str, Any], *, contract: Contract, bundle_hash: str) -> None:
        self.contract = contract
        self.bundle_hash = bundle_hash
        _check_identity(card, contract)
        self.base_points = _number(card["base_points"], most=MOST_POINTS)
        entries = _entries(card, contract)
        self._points: list[tuple[str, Points]] = [
            (feature.name, _points_of(entries[feature.name], feature))
            for feature in contract.features
            if feature.name in entries
        ]

    def score(self, values: Mapping[str, Value]) -> Score:
        """Score one validated application.

        Parameters
        ----------
        values : mapping of feature to value
            As `features.validate` returns them.
        """
        given = {name: points(values[name]) for name, points in self._points}
        total = self.base_points + math.fsum(given.values())
        scale = self.contract.scale
        pd = to_pd(total, scale=scale)
        return Score(
            pd=pd,
            margin=(scale.offset - total) / scale.factor,
            points=total,
            score=to_score(total),
            band=band_of(pd, self.contract.bands),
            base_points=self.base_points,
            contributions=tuple(given.get(name, 0.0) for name in self.contract.feature_names),
            bundle_hash=self.bundle_hash,
            contract_hash=self.contract.hash,
        )


def _check_identity(card: Mapping[str, Any], contract: Contract) -> None:
    wanted = {"format": FORMAT, "product": contract.slug, "contract_hash": contract.hash}
    if set(card) != {*wanted, "base_points", "features"}:
        raise ScorecardRefused(f"the scorecard's keys are {sorted(card)}")
    wrong = [key for key, value in wanted.items() if card[key] != value]
    if wrong:
        raise ScorecardRefused(f"the scorecard is of another product: {', '.join(wrong)}")


def _entries(card: Mapping[str, Any], contract: Contract) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    if not isinstance(card["features"], list):
        raise ScorecardRefused("the scorecard's features must be a list")
    for entry in card["features"]:
        name = entry.get("feature") if isinstance(entry, dict) else None
        if name not in contract.feature_names or name in found:
            raise ScorecardRefused(f"{name!r} is no feature of the contract, or stands twice")
        found[name] = entry
    return found


def _points_of(entry: Mapping[str, Any], feature: Feature) -> Points:
    keys = _GROUP_KEYS if feature.kind is Kind.CATEGORY else _NUMERIC_KEYS
    if set(entry) != keys:
        raise ScorecardRefused(f"{feature.name}: the keys must be {sorted(keys)}")
    bins = "groups" if feature.kind is Kind.CATEGORY else "edges"
    if not isinstance(entry["points"], list) or not isinstance(entry[bins], list):
        raise ScorecardRefused(f"{feature.name}: points and {bins} must be lists")
    return _by_group(entry, feature) if bins == "groups" else _by_edges(entry, feature)


def _by_edges(entry: Mapping[str, Any], feature: Feature) -> Points:
    edges = [_number(edge) for edge in entry["edges"]]
    points = [_number(value, most=MOST_POINTS) for value in entry["points"]]
    missing = _number(entry["missing"], most=MOST_POINTS)
    if len(points) != len(edges) + 1 or edges != sorted(set(edges)):
        raise ScorecardRefused(f"{feature.name}: edges must ascend, with one more of points")

    def give(value: Value) -> float:
        if value is None or isinstance(value, str):
            return missing
        return points[bisect_right(edges, value)]

    return give


def _by_group(entry: Mapping[str, Any], feature: Feature) -> Points:
    groups = entry["groups"]
    if not all(isinstance(group, list) and _are_texts(group) for group in groups):
        raise ScorecardRefused(f"{feature.name}: each group must list values")
    listed = [value for group in groups for value in group]
    if len(groups) != len(entry["points"]) or len(set(listed)) != len(listed):
        raise ScorecardRefused(f"{feature.name}: a value stands twice, or points are missing")
    if not set(listed) <= set(feature.values):
        raise ScorecardRefused(f"{feature.name}: a group holds a value the contract lacks")
    points = {
        value: _number(given, most=MOST_POINTS)
        for group, given in zip(groups, entry["points"], strict=True)
        for value in group
    }
    other, missing = (_number(entry[key], most=MOST_POINTS) for key in ("other", "missing"))

    def give(value: Value) -> float:
        return missing if value is None else points.get(str(value), other)

    return give


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _number(value: object, *, most: float = sys.float_info.max) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) <= most:  # type: ignore[arg-type]  # NaN is not <= either
        raise ScorecardRefused(f"{value!r} is no number of points")
    return float(value)  # type: ignore[arg-type]
