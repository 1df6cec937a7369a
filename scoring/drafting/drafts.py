"""From a file to the text of a contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import polars as pl

from scoring.drafting.facts import Facts
from scoring.drafting.forms import number_format_of
from scoring.drafting.judge import Judged, judge
from scoring.drafting.leaks import DECISION_OUTCOMES
from scoring.drafting.names import suggests
from scoring.drafting.profile import Column
from scoring.drafting.writing import write
from scoring.files.reading import Table, open_table

MOST_ROWS = 200_000  # looked at; of a larger file every second, fourth, eighth ... row
MOST_OUTCOMES = 20
LOOKS_BAD = ("1", "bad", "default", "defaulted", "charged off", "chgoff", "y", "yes", "true", "b")


class DraftRefused(ValueError):
    """No contract can be drafted from this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person already knows."""

    outcome: str
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()  # columns that are features, whatever they look like
    encoding: str | None = None  # None: detected
    delimiter: str | None = None
    slug: str = "new-product"
    name: str = "New product"
    currency: str = "EUR"
    jurisdiction: str = "EU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A contract's text, and what a person has yet to say."""

    text: str
    to_finish: tuple[str, ...]  # most important first
    judged: tuple[Judged, ...]


def draft(file: Path, *, wishes: Wishes) -> Draft:
    """Draft a contract from a file of past loans.

    Parameters
    ----------
    file : Path
        CSV, Parquet, or gzip of either.
    wishes : Wishes
        At least the outcome's column.

    Returns
    -------
    Draft
        The same text for the same file and wishes. It reads as a contract; where a person must
        decide, a line says FINISH.

    Raises
    ------
    DraftRefused
        There is no such column, its values are no outcome, or no column can be a feature.
    FileRefused
        The file cannot be read.
    """
    with open_table(file, encoding=wishes.encoding, delimiter=wishes.delimiter) as table:
        _check_columns(table, wishes)
        cells, rows = _sample(table)
    if cells.is_empty():
        raise DraftRefused(f"{file.name} holds no rows")
    outcome = cells[wishes.outcome]
    bad, good = _classes(outcome, wishes, name=file.name)
    coded = _coded(outcome, bad, good)
    numbers = number_format_of(cells)
    used = coded >= 0
    columns = [
        Column(
            name=name,
            cells=cells[name].filter(used),
            bad=coded[used],
            number_format=numbers,
            place=np.flatnonzero(used),
        )
        for name in cells.columns
        if name != wishes.outcome
    ]
    judged = judge(columns, keep=frozenset(wishes.keep))
    facts = Facts(
        file=file.name,
        rows=rows,
        looked_at=cells.height,
        encoding=table.encoding,
        delimiter=table.delimiter,
        outcome=wishes.outcome,
        bad=bad,
        good=good,
        has_blank=outcome.null_count() > 0,
        other=tuple(sorted(set(outcome.drop_nulls().unique()) - set(bad) - set(good))),
        bad_count=int((coded == 1).sum()),
        good_count=int((coded == 0).sum()),
        is_decision=bool(suggests(wishes.outcome, DECISION_OUTCOMES)),
        numbers=numbers,
        signs=tuple(sorted({sign for one in columns if one.is_numeric for sign in one.signs})),
        slug=wishes.slug,
        name=wishes.name,
        currency=wishes.currency,
        jurisdiction=wishes.jurisdiction,
    )
    text, to_finish, features = write(facts, judged)
    if not features:
        raise DraftRefused(f"{file.name}: no column is left that could be a feature")
    return Draft(text=text, to_finish=tuple(to_finish), judged=tuple(judged))


def _check_columns(table: Table, wishes: Wishes) -> None:
    column = next((one for one in (wishes.outcome, *wishes.keep) if one not in table.columns), None)
    if column is None:
        return
    near = get_close_matches(column, table.columns, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}" if near else ""
    if table.delimiter and not near:
        hint = "; line 1 must hold the names"
    raise DraftRefused(
        f"{table.name} has no column {column!r}{hint}. It has: {', '.join(table.columns[:60])}"
    )


def _sample(table: Table) -> tuple[pl.DataFrame, int]:
    """Keep every so manieth row, so that at most `MOST_ROWS` are held and all times are in it."""
    held: list[pl.DataFrame] = []
    rows, step = 0, 1
    for chunk in table.chunks:
        cells = chunk.cells.with_columns(pl.all().str.strip_chars())
        numbers = np.arange(rows, rows + cells.height)
        held.append(cells.filter(pl.Series(numbers % step == 0)))
        rows += cells.height
        while sum(part.height for part in held) > MOST_ROWS:
            step *= 2
            held = [pl.concat(held).gather_every(2)]
    if not held:
        return pl.DataFrame(schema=dict.fromkeys(table.columns, pl.String)), 0
    whole = pl.concat(held)
    return whole.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep()), rows


def _classes(
    outcome: pl.Series, wishes: Wishes, *, name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say which values are bad: those asked for, or the one that looks it, or the rarer."""
    counts = dict(outcome.drop_nulls().value_counts().iter_rows())
    if len(counts) < 2:
        raise DraftRefused(
            f"{name}: the outcome {wishes.outcome!r} holds {len(counts)} value; it needs a good "
            "and a bad one"
        )
    unknown = [value for value in (*wishes.bad, *wishes.good) if value not in counts]
    if unknown:
        raise DraftRefused(
            f"{name}: the outcome {wishes.outcome!r} is never {', '.join(map(repr, unknown))}; it "
            f"is {_common(counts)}"
        )
    if wishes.bad:
        rest = tuple(sorted(value for value in counts if value not in wishes.bad))
        return wishes.bad, wishes.good or rest
    if len(counts) > 2:
        raise DraftRefused(
            f"{name}: the outcome {wishes.outcome!r} holds {len(counts):,} values "
            f"({_common(counts)}); name the bad ones with --bad, and the good ones with --good"
        )
    looks = [value for value in counts if value.lower() in LOOKS_BAD]
    bad = looks[0] if len(looks) == 1 else min(counts, key=lambda value: (counts[value], value))
    return (bad,), tuple(sorted(value for value in counts if value != bad))


def _common(counts: dict[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_OUTCOMES]
    return ", ".join(f"{value!r} ({count:,})" for value, count in ranked)


def _coded(
    outcome: pl.Series, bad: Sequence[str], good: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    meanings = dict.fromkeys(bad, 1) | dict.fromkeys(good, 0)
    coded = outcome.replace_strict(meanings, default=-1, return_dtype=pl.Int8).fill_null(-1)
    return coded.to_numpy()
