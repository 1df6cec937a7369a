"""Many applications, checked and scored; a row that is not right does not stop the others."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.canonical import no_doubles
from scoring.contract import Contract
from scoring.engine import Engine
from scoring.features import InputRefused, Value, validate
from scoring.files.batch_columns import typed
from scoring.points import band_of, to_score
from scoring.reasons import principal_texts
from scoring.records import normalised

SCHEMA: dict[str, Any] = {
    "row": pl.Int64,
    "reference": pl.String,
    "pd": pl.Float64,
    "score": pl.Int64,
    "band": pl.String,
    "reasons": pl.String,
    "problem": pl.String,
}
COLUMNS = tuple(SCHEMA)
PD_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some consecutive applications as text: a column for each feature, and `reference`."""

    first: int  # number of the first row; 1 is the first row of data
    cells: pl.DataFrame
    unread: Mapping[int, str]  # row number to why it could not even be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some consecutive applications as requests in JSON, a line each."""

    first: int
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Some consecutive applications, each right or with its problems."""

    first: int
    references: pl.Series
    problems: pl.Series  # null where the row is right
    right: Mapping[str, Any]  # feature to the values of the rows that are right


def score_rows(engine: Engine, chunk: Rows | Lines, *, with_reasons: bool = True) -> pl.DataFrame:
    """Check and score some applications.

    Parameters
    ----------
    engine : Engine
        The model.
    chunk : Rows or Lines
        n applications.
    with_reasons : bool
        Without them, only PD, score and band are worked out, several times as fast.

    Returns
    -------
    DataFrame of n rows
        `COLUMNS`; a row that is not right has a problem in words, and no figures.

    Raises
    ------
    EngineFailed
        The model answered what cannot be true.
    """
    checked = check(engine.contract, chunk)
    return in_place(checked, figures(engine, checked.right, with_reasons=with_reasons))


def check(contract: Contract, chunk: Rows | Lines) -> Checked:
    """Hold some applications to the contract."""
    return _rows(contract, chunk) if isinstance(chunk, Rows) else _lines(contract, chunk)


def figures(engine: Engine, right: Mapping[str, Any], *, with_reasons: bool) -> pl.DataFrame:
    """Score what is right: a row of `COLUMNS` from `pd` on for each."""
    return pl.DataFrame((_explained if with_reasons else _scored)(engine, right))


def _rows(contract: Contract, rows: Rows) -> Checked:
    values, problems = typed(contract, rows.cells)
    if rows.unread:
        said = problems.to_list()
        for number, why in rows.unread.items():
            said[number - rows.first] = why
        problems = pl.Series("problem", said, dtype=pl.String)
    n = rows.cells.height
    has_reference = "reference" in rows.cells.columns
    return Checked(
        first=rows.first,
        references=rows.cells["reference"] if has_reference else _texts([None] * n),
        problems=problems,
        right=values.filter(problems.is_null()).to_dict(),
    )


def _lines(contract: Contract, lines: Lines) -> Checked:
    references: list[str | None] = []
    problems: list[str | None] = []
    right: list[Mapping[str, Value]] = []
    for line in lines.lines:
        reference, values, problem = _line(contract, line)
        references.append(reference)
        problems.append(problem)
        if values is not None:
            right.append(values)
    return Checked(
        first=lines.first,
        references=_texts(references),
        problems=_texts(problems),
        right={name: [row[name] for row in right] for name in contract.feature_names},
    )


def _line(
    contract: Contract, line: str
) -> tuple[str | None, Mapping[str, Value] | None, str | None]:
    """Read a request: its reference, its values or what is wrong with them."""
    try:
        body = json.loads(line, object_pairs_hook=no_doubles)
    except (ValueError, RecursionError) as error:
        return None, None, f"is no JSON: {error}"
    if not isinstance(body, dict):
        return None, None, "is no JSON object"
    features, reference = body.get("features"), body.get("reference")
    named = reference if isinstance(reference, str) else None
    try:
        values = validate(contract, features if isinstance(features, dict) else {})
    except InputRefused as refused:
        return named, None, str(refused)
    return named, normalised(contract, values), None


Found = dict[str, NDArray[np.float64] | list[int] | list[str]]


def _explained(engine: Engine, values: Mapping[str, Any]) -> Found:
    scores = engine.score_many(values)
    return _figures(engine, scores.pd, scores.points) | {
        "reasons": principal_texts(engine.contract, values, scores.reasons)
    }


def _scored(engine: Engine, values: Mapping[str, Any]) -> Found:
    return _figures(engine, *engine.plain_many(values))


def _figures(engine: Engine, pds: NDArray[np.float32], points: NDArray[np.float32]) -> Found:
    return {
        "pd": pds.astype(np.float64).round(PD_DIGITS),
        "score": [to_score(one) for one in points.tolist()],
        "band": [band_of(pd, engine.contract.bands) for pd in pds.tolist()],
    }


def in_place(checked: Checked, told: pl.DataFrame) -> pl.DataFrame:
    """Put the figures beside the rows that they are of."""
    places = np.flatnonzero(checked.problems.is_null().to_numpy())
    n = len(checked.problems)
    whole = pl.DataFrame(
        {
            "row": np.arange(n, dtype=np.int64) + checked.first,
            "reference": checked.references,
            "problem": checked.problems,
        }
    )
    placed = told.with_columns(row=places + checked.first)
    joined = whole.join(placed, on="row", how="left", maintain_order="left")
    empty = [pl.lit(None).alias(name) for name in COLUMNS if name not in joined.columns]
    return joined.with_columns(empty).select(
        [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    )


def _texts(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)
