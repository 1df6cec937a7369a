"""Whether an application is like those the model learned from.

The measure is surprisal, -log2 of the probability of the row, under the best tree of pairwise
dependencies among the binned features (Chow and Liu, 1968): each feature given one other. It
sees values that are rare and pairs that do not go together; it does not see triples. A row that
surprises more than all but one in two hundred training rows is said to be unlike them.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from scoring.contract import Contract, Feature
from scoring.features import Value
from scoring.reasons import in_words

FORMAT = 1
MOST_NAMED = 3
Code = Callable[[Value], int]


class FamiliarityRefused(ValueError):
    """The table is not one of this contract."""


class Familiarity:
    """What the training rows looked like, ready to hold an application against.

    Parameters
    ----------
    raw : dict
        `familiarity.json`: `threshold` in bits, and for each feature of the contract `edges` (of
        a number), `parent` (place of another feature, or null), `bits` (own bins in rows of the
        parent's bins; the last bin is of a missing value) and `usual` (mean bits).
    contract : Contract
        The product it belongs to.

    Raises
    ------
    FamiliarityRefused
        It belongs to another contract, or its tables do not fit the features.
    """

    def __init__(self, raw: Mapping[str, Any], *, contract: Contract) -> None:
        if raw.get("format") != FORMAT or raw.get("contract_hash") != contract.hash:
            raise FamiliarityRefused("the table of familiarity is of another contract")
        entries = _entries(raw.get("features"), contract)
        if not _is_number(raw.get("threshold")):
            raise FamiliarityRefused("the table of familiarity has no threshold")
        self.threshold = float(raw["threshold"])
        self._features = contract.features
        self._codes = [
            (feature.name, _code_of(feature, entry.get("edges")))
            for feature, entry in zip(contract.features, entries, strict=True)
        ]
        self._parents = [entry["parent"] for entry in entries]
        self._bits: list[list[list[float]]] = [entry["bits"] for entry in entries]
        self._usual = [float(entry["usual"]) for entry in entries]

    def bits(self, values: Mapping[str, Value]) -> list[float]:
        """Say how much each feature surprises, given its parent, in contract order.

        Parameters
        ----------
        values : mapping of feature to value
            As `features.validate` returns them.

        Returns
        -------
        list of n_features floats
            Zero or more, in bits; their sum is the row's surprisal.
        """
        codes = [code(values[name]) for name, code in self._codes]
        return [
            self._bits[at][0 if parent is None else codes[parent]][codes[at]]
            for at, parent in enumerate(self._parents)
        ]

    def warning(self, values: Mapping[str, Value]) -> str | None:
        """Say that an application is unlike the training data, and by what; None where it is not.

        Parameters
        ----------
        values : mapping of feature to value
            As `features.validate` returns them.
        """
        bits = self.bits(values)
        if sum(bits) <= self.threshold:
            return None
        below = [usual - own for own, usual in zip(bits, self._usual, strict=True)]
        order = sorted(range(len(below)), key=lambda at: below[at])
        named = [self._features[at] for at in order[:MOST_NAMED] if below[at] < 0]
        said = ", ".join(f"{item.label} ({in_words(item, values[item.name])})" for item in named)
        return f"unlike the training data: {said}"


def _entries(found: object, contract: Contract) -> list[dict[str, Any]]:
    """Hold the tables to the features: then every valid value has its place in them."""
    entries = found if isinstance(found, list) else []
    names = [entry.get("feature") if isinstance(entry, dict) else None for entry in entries]
    if names != [*contract.feature_names]:
        raise FamiliarityRefused("the table of familiarity lists other features")
    sizes = [
        _bins(feature, entry) for feature, entry in zip(contract.features, entries, strict=True)
    ]
    for entry, size in zip(entries, sizes, strict=True):
        parent = entry.get("parent")
        if parent is not None and (type(parent) is not int or not 0 <= parent < len(sizes)):
            raise FamiliarityRefused(f"{entry['feature']}: there is no feature {parent!r}")
        rows = 1 if parent is None else sizes[parent]
        if not _is_table(entry.get("bits"), rows, size) or not _is_number(entry.get("usual")):
            raise FamiliarityRefused(f"{entry['feature']}: the bits do not fit the bins")
    return entries


def _bins(feature: Feature, entry: Mapping[str, Any]) -> int:
    """Count a feature's bins; the last is of a missing value."""
    edges = entry.get("edges")
    if not feature.kind.is_numeric and edges is None:
        return len(feature.values) + 1
    if not feature.kind.is_numeric or not isinstance(edges, list) or not _is_row(edges):
        raise FamiliarityRefused(f"{feature.name}: the edges do not fit the feature")
    if edges != sorted(edges):
        raise FamiliarityRefused(f"{feature.name}: the edges do not ascend")
    return len(edges) + 2


def _is_table(found: object, rows: int, columns: int) -> bool:
    if not isinstance(found, list) or len(found) != rows:
        return False
    return all(isinstance(row, list) and len(row) == columns and _is_row(row) for row in found)


def _is_row(found: list[Any]) -> bool:
    return all(_is_number(value) for value in found)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _code_of(feature: Feature, edges: list[float] | None) -> Code:
    """Say in which bin a value is; the last one is of a missing value."""
    if edges is not None:
        return lambda value: len(edges) + 1 if value is None else bisect_right(edges, value)
    words: dict[str, Value] = {"true": True, "false": False}
    is_text = feature.kind == "category"
    places = {value if is_text else words[value]: at for at, value in enumerate(feature.values)}
    return lambda value: places.get(value, len(places))
