"""A decision as a file: all that somebody needs, beside the bundle, to compute it again.

It holds what the applicant stated, so it is as confidential as the application.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scoring.application import RequestedValues
from scoring.canonical import commitment, no_doubles
from scoring.contract import Contract, Kind
from scoring.features import Value

FORMAT = 1
LARGEST = 4_000_000  # bytes
UNASKED = "The bootstrap models could not be asked; a person decides."
BY_HAND = "Entered or corrected by hand; a person decides."
EXPLORED = "Drawn by chance to learn from: policy alone would decline it. A person decides."
SCORECARD, NONE = "scorecard", "none"  # routes that no graph took
ROUTES = ("champion", "canary", "previous_champion", SCORECARD, NONE)


class RecordRefused(ValueError):
    """The file is no record of a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a model said, to the bit; all None, "" or empty where none scored."""

    pd: float | None
    margin: float | None
    points: float | None
    base_points: float | None
    score: int | None
    band: str
    contributions: tuple[float, ...]  # points by feature, in the contract's order
    uncertainty: dict[str, Any] | None  # as `uncertainty.Uncertainty` has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One decision: its inputs, what bound them, what came out, and by what it was computed."""

    decision: str
    decided_at: str  # ISO 8601
    product: str
    route: str  # one of ROUTES
    bundle: str  # "sha256:…"; "" where no model scored
    contract: str  # of the model, "sha256:…"
    policy_contract: str  # whose policy was in force, "sha256:…"
    reference: str
    requested: RequestedValues
    features: dict[str, Value]
    salt: str  # hex; with the inputs it makes the commitment
    commitment: str  # as the audit trail holds it
    figures: Figures
    warnings: tuple[str, ...]
    recommendation: str
    automatic: str  # the verdict that stood without a person, or ""
    policy_results: tuple[dict[str, Any], ...]  # {rule, passed, text}

    @property
    def inputs_commitment(self) -> str:
        """What the audit trail must hold for these inputs."""
        return commitment(bytes.fromhex(self.salt), inputs(self))


def inputs(record: Record) -> dict[str, Any]:
    """Say what the audit trail commits to: all that was asked and stated."""
    return committed(
        reference=record.reference, requested=record.requested, features=record.features
    )


def committed(
    *, reference: str, requested: RequestedValues, features: Mapping[str, Value]
) -> dict[str, Any]:
    """Write inputs as they are committed to; features are normalised before."""
    return {
        "reference": reference,
        "amount": f"{requested.amount:.2f}",
        "term_months": requested.term_months,
        "features": dict(features),
    }


def normalised(contract: Contract, values: Mapping[str, Value]) -> dict[str, Value]:
    """Write every decimal as a float, and no zero with a minus.

    JSON and jsonb give 1e16 back as a whole number and -0.0 as 0.0; the commitment in the audit
    trail is to the values, so they need one form before and after.
    """
    decimals = _decimals(contract)
    return {
        name: float(value) + 0.0 if name in decimals and value is not None else value
        for name, value in values.items()
    }


@lru_cache(maxsize=256)  # contracts are compared by their hash
def _decimals(contract: Contract) -> frozenset[str]:
    return frozenset(item.name for item in contract.features if item.kind is Kind.DECIMAL)


def to_json(record: Record) -> bytes:
    """Write a record; `from_json` reads it to the bit.

    Examples
    --------
    >>> from scoring.records import from_json
    >>> from_json(to_json(record)) == record  # doctest: +SKIP
    True
    """
    said = {"format": FORMAT, **asdict(record)}
    said["requested"] = {
        "amount": f"{record.requested.amount:.2f}",
        "term_months": record.requested.term_months,
    }
    return (json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def from_json(content: bytes) -> Record:
    """Read a record.

    Raises
    ------
    RecordRefused
        It is too large, no JSON, of another format, or lacks a field; the message names it.
    """
    said = object_of(content)
    if said.pop("format", None) != FORMAT:
        raise RecordRefused(f"its format is not {FORMAT}")
    try:
        return _record(said)
    except KeyError as missing:
        raise RecordRefused(f"it lacks {missing.args[0]!r}") from missing
    except (TypeError, ValueError, ArithmeticError, AttributeError) as wrong:
        raise RecordRefused(f"a field holds what it cannot hold: {wrong}") from wrong


def object_of(content: bytes) -> dict[str, Any]:
    """Read a JSON object that says each thing once.

    Raises
    ------
    RecordRefused
        It is too large, no JSON, or no object; or a key stands twice in it.
    """
    if len(content) > LARGEST:
        raise RecordRefused(f"it is larger than {LARGEST:,} bytes")
    try:
        said = json.loads(content, parse_constant=_no_constants, object_pairs_hook=no_doubles)
    except (ValueError, RecursionError) as error:
        raise RecordRefused(f"it is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise RecordRefused("it holds no object")
    return said


def _record(said: dict[str, Any]) -> Record:
    requested, figures = said.pop("requested"), said.pop("figures")
    texts = {name: _text(said, name) for name in _TEXTS}
    if texts["route"] not in ROUTES:
        raise ValueError(f"{texts['route']!r} is no route")
    bytes.fromhex(texts["salt"])
    return Record(
        **texts,
        requested=_requested(requested),
        features=_values(said["features"]),
        figures=_figures(figures),
        warnings=tuple(said["warnings"]),
        policy_results=tuple(dict(result) for result in said["policy_results"]),
    )


_TEXTS = (
    *("decision", "decided_at", "product", "route", "bundle", "contract", "policy_contract"),
    *("reference", "salt", "commitment", "recommendation", "automatic"),
)


def _text(said: Mapping[str, Any], name: str) -> str:
    if not isinstance(said[name], str):
        raise TypeError(f"{name} is no text")
    return str(said[name])


def _requested(said: Mapping[str, Any]) -> RequestedValues:
    term = said["term_months"]
    if term is not None and not isinstance(term, int):
        raise TypeError("term_months is no whole number")
    if not isinstance(said["amount"], str):
        raise TypeError("amount is no text")  # a number would have been rounded already
    return RequestedValues(amount=Decimal(said["amount"]), term_months=term)


def _values(said: Mapping[str, Any]) -> dict[str, Value]:
    for name, value in said.items():
        if not isinstance(value, (str, int, float, bool, type(None))):
            raise TypeError(f"features.{name} is no single value")
    return dict(said)


def _figures(said: Mapping[str, Any]) -> Figures:
    numbers = {name: _number(said[name]) for name in ("pd", "margin", "points", "base_points")}
    score = said["score"]
    return Figures(
        **numbers,
        score=None if score is None else int(score),
        band=str(said["band"]),
        contributions=tuple(float(points) for points in said["contributions"]),
        uncertainty=None if said["uncertainty"] is None else dict(said["uncertainty"]),
    )


def _number(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _no_constants(word: str) -> float:
    raise ValueError(f"{word} is no number")
