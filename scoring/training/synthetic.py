"""A made-up lending product with made-up loans, for measuring and for tests: no real data."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scoring.contract import Contract, Direction, Feature, Kind

LEVELS = 6
BAD_RATE_LOGIT = -1.2

_HEAD = """\
format = 1
slug = "made-up"
name = "Made-up loan"
currency = "EUR"
jurisdictions = ["EU"]
source_note = "Made up by a generator of random numbers."
[outcome]
column = "bad"
bad = ["1"]
good = ["0"]
meaning = "default"
word = "probability of default"
window_months = 12
maturity = "Nobody repays a made-up loan."
[requested]
amount = {{ minimum = "100", maximum = "20000" }}
[economics]
loss_given_default = 0.5
margin = 0.1
review_cost = "25"
[scale]
base_points = 600
base_odds = 50
points_to_double_odds = 20
[[bands]]
name = "A"
pd_below = 0.2
[[bands]]
name = "B"
pd_below = 1.0
[policy]
approve_pd_at_most = 0.2
decline_pd_at_least = 0.5
[fairness]
minimum_air = 0.8
minimum_group = 30
blocks_promotion = false
[training]
seed = 7
rounds = {rounds}
max_depth = {max_depth}
learning_rate = 0.1
subsample = 0.8
colsample = 0.8
min_child_weight = 2
folds = {folds}
repeats = {repeats}
minimum_bads = {minimum_bads}
[[officer_reasons]]
code = "OFF01"
label = "A reason"
"""

_FEATURE = """\
[[features]]
name = "{name}"
label = "{name}"
kind = "{kind}"
source = "{name}"
code = "{code}"
adverse_text = "{name} is {{value}}"
favourable_text = "{name} is {{value}}"
"""
_MISSING = 'may_be_missing = true\nmissing_text = "{name} is not known"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to make up. Every third feature may be missing; the first number is held to rise."""

    numbers: int = 16
    categories: int = 4
    booleans: int = 0
    ordinals: int = 0
    rounds: int = 300
    max_depth: int = 4
    folds: int = 2
    repeats: int = 1
    minimum_bads: int = 20


def contract_of(recipe: Recipe) -> Contract:
    """Write and read the contract of a made-up product."""
    head = _HEAD.format(
        rounds=recipe.rounds,
        max_depth=recipe.max_depth,
        folds=recipe.folds,
        repeats=recipe.repeats,
        minimum_bads=recipe.minimum_bads,
    )
    kinds = (
        [("category", f"group_{at}") for at in range(recipe.categories)]
        + [("decimal", f"number_{at}") for at in range(recipe.numbers)]
        + [("boolean", f"flag_{at}") for at in range(recipe.booleans)]
        + [("ordinal", f"rank_{at}") for at in range(recipe.ordinals)]
    )
    features = [_feature(kind, name, at) for at, (kind, name) in enumerate(kinds, start=1)]
    return Contract.parse((head + "".join(features)).encode())


def loans_of(contract: Contract, *, rows: int, seed: int) -> pl.DataFrame:
    """Make up loans whose outcome depends on their features, as `ingestion.ingest` types them."""
    rng = np.random.default_rng(seed)
    risk, columns = np.full(rows, BAD_RATE_LOGIT), {}
    for feature in contract.features:
        column, effect = _column(feature, rows, rng)
        missing = rng.random(rows) < (0.15 if feature.may_be_missing else 0)
        values = [None if gone else value for gone, value in zip(missing, column, strict=True)]
        columns[feature.name] = values
        risk += np.where(missing, 0.3, effect)
    bad = (rng.random(rows) < 1 / (1 + np.exp(-risk))).astype(np.int8)
    ids = [str(number) for number in range(1, rows + 1)]
    return pl.DataFrame({"row": ids, **columns, "bad": bad})


def _feature(kind: str, name: str, at: int) -> str:
    is_ordinal = kind == "ordinal"
    kind = "category" if is_ordinal else kind
    text = _FEATURE.format(kind=kind, name=name, code=f"F{at:02}")
    if is_ordinal:
        text += 'encoding = "ordinal"\n' + ('direction = "up"\n' if name == "rank_0" else "")
    if kind == "decimal":
        text += "minimum = -10\nmaximum = 10\n"
        text += 'direction = "up"\n' if name == "number_0" else ""
    elif kind == "boolean":
        values = [(value, value) for value in ("true", "false")]
        text += _listed(values)
    else:
        text += _listed([(f"value_{level}", str(level)) for level in range(LEVELS)])
    return text + (_MISSING.format(name=name) if at % 3 == 0 else "")


def _listed(values: list[tuple[str, str]]) -> str:
    rows = ", ".join(
        f'{{ value = "{value}", label = "{value}", source = ["{source}"] }}'
        for value, source in values
    )
    return f"categories = [{rows}]\n"


def _column(feature: Feature, rows: int, rng: np.random.Generator) -> tuple[list[Any], Any]:
    """Make up values and what each adds to the risk."""
    if feature.kind is Kind.DECIMAL:
        numbers = rng.normal(size=rows).round(3)
        if feature.direction is Direction.UP:
            return numbers.tolist(), numbers
        return numbers.tolist(), rng.normal() * 0.5 * numbers + 0.3 * np.abs(numbers)
    levels = 2 if feature.kind is Kind.BOOLEAN else LEVELS
    drawn = rng.integers(levels, size=rows)
    effect: Any = (rng.normal(size=levels) * 0.5)[drawn]
    if feature.direction is Direction.UP:
        effect = drawn * 0.5
    if feature.kind is Kind.BOOLEAN:
        return drawn.astype(bool).tolist(), effect
    return [f"value_{level}" for level in drawn], effect
