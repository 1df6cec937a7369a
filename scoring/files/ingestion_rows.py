"""The rows of one chunk of past loans: their values, and the fate of each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from scoring.contract import Contract, Protected
from scoring.files.ingestion_columns import (
    Column,
    date_column,
    feature_column,
    is_missing,
    outcome_column,
)
from scoring.files.reading import Chunk
from scoring.files.rejects import PROBLEM_SCHEMA
from scoring.files.row_checks import check_column

ROW = "row"
NUMBER = "number of the row"  # no feature's name has blanks
MOST_LISTED = 1_000_000  # problems in the frame; more than that are only counted
PRIVATE = "is not right; what it holds is protected and not shown"


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What the chunks came to so far."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    protected: list[pl.DataFrame] = field(default_factory=list)
    problems: list[pl.DataFrame] = field(default_factory=list)
    by_column: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    rejected: int = 0
    out_of_scope: int = 0
    indeterminate: int = 0
    listed: int = 0
    trimmed: int = 0
    missing: dict[str, Counter[str]] = field(default_factory=dict)
    rest: dict[str, Counter[str]] = field(default_factory=dict)

    def add_problems(self, found: pl.DataFrame) -> None:
        """Keep problems, as far as they can be listed; count them by column in any case."""
        self.by_column.update(found["column"].to_list())
        room = max(0, MOST_LISTED - self.listed)
        self.problems.append(found.head(room))
        self.listed += min(room, found.height)

    def listed_problems(self) -> pl.DataFrame:
        """All that is listed, by row; of one row in the order of the contract."""
        if not self.problems:
            return pl.DataFrame(schema=PROBLEM_SCHEMA)
        return pl.concat(self.problems).sort("row", maintain_order=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to read from each chunk, worked out once a file."""

    contract: Contract
    columns: tuple[Column, ...]
    checks: tuple[Column, ...]
    needed: tuple[str, ...]  # columns of the file

    @property
    def sources(self) -> dict[str, str]:
        """For each field, its column of the file."""
        fields = {column.name: column.source for column in (*self.columns, *self.checks)}
        return fields | {ROW: self.contract.columns.id or ""}


def plan_of(contract: Contract) -> Plan:
    """Say what a contract reads."""
    return Plan(
        contract=contract,
        columns=tuple(_columns(contract)),
        checks=tuple(check_column(check, contract) for check in contract.ingestion.checks),
        needed=tuple(dict.fromkeys(column for column, _ in needed_columns(contract))),
    )


def needed_columns(contract: Contract) -> Iterator[tuple[str, str]]:
    """Name every column that the contract reads, and what for."""
    yield contract.outcome.column, "the outcome"
    for feature in contract.features:
        yield feature.source, f"the feature {feature.name}"
        for other in (feature.source_from, feature.source_per):
            if other is not None:
                yield other, f"the feature {feature.name}"
    for attribute in sourced(contract):
        yield str(attribute.source), f"the protected attribute {attribute.name}"
    for key in ("id", "applied_on", "outcome_known_on"):
        column = getattr(contract.columns, key)
        if column is not None:
            yield column, f"the contract's columns.{key}"
    yield from _by_checks(contract)


def _by_checks(contract: Contract) -> Iterator[tuple[str, str]]:
    for check in contract.ingestion.checks:
        for column in (check.left, check.right):
            if column is not None:
                yield column, f"the check {check.name}"


def add(gathered: Gathered, chunk: Chunk, plan: Plan) -> None:
    """Type a chunk's rows and sort them by their fate."""
    cells, trimmed = _trimmed(chunk.cells.select(plan.needed))
    numbers = pl.int_range(chunk.first, chunk.first + cells.height, eager=True).alias(NUMBER)
    typed = cells.select(
        numbers,
        _row_id(plan.contract),
        *(column.value.alias(column.name) for column in plan.columns),
    )
    messages = _messages(cells, typed, plan)
    is_ragged = numbers.is_in(list(chunk.ragged))
    outside = _outside(typed, plan.contract) & ~is_ragged
    undecided = _undecided(cells, plan.contract) & ~outside & ~is_ragged
    has_problem = messages.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    wrong = (has_problem | is_ragged) & ~outside & ~undecided
    to_list = wrong & ~is_ragged
    used = ~(wrong | outside | undecided)

    gathered.add_problems(listed(messages.filter(to_list), numbers.filter(to_list), plan.sources))
    gathered.add_problems(_ragged(chunk))
    gathered.frames.append(typed.filter(used))
    gathered.protected.append(_protected(cells, plan.contract).filter(used))
    gathered.rows += cells.height
    gathered.rejected += int(wrong.sum())
    gathered.out_of_scope += int(outside.sum())
    gathered.indeterminate += int(undecided.sum())
    gathered.trimmed += trimmed
    _count_codes(gathered, cells.filter(used), plan.contract)


def _columns(contract: Contract) -> list[Column]:
    dates = contract.columns
    columns = [feature_column(feature, contract) for feature in contract.features]
    columns.append(outcome_column(contract.outcome))
    if dates.applied_on is not None:
        columns.append(date_column("applied_on", dates.applied_on, dates.date_formats))
    if dates.outcome_known_on is not None:
        known = date_column(
            "outcome_known_on", dates.outcome_known_on, dates.date_formats, may_be_missing=True
        )
        columns.append(known)
    return columns


def _trimmed(cells: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Take blanks off the ends of cells, and count such cells."""
    bare = cells.with_columns(pl.all().str.strip_chars())
    changed = sum(
        int((cells[name].str.len_bytes() != bare[name].str.len_bytes()).sum())
        for name in cells.columns
    )
    if not changed:
        return cells, 0
    return bare.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep()), changed


def _row_id(contract: Contract) -> pl.Expr:
    if contract.columns.id is not None:
        return pl.col(contract.columns.id).alias(ROW)
    return pl.lit(None, dtype=pl.String).alias(ROW)


def _messages(cells: pl.DataFrame, typed: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Say what is wrong with each cell: a text, or null where it is right.

    Only rows whose every cell can be read are held to the checks.
    """
    private = {item.source for item in plan.contract.protected}
    by_cell = cells.select(_message(column, private) for column in plan.columns)
    by_cell = by_cell.with_columns(_id_and_order(typed, by_cell, plan.contract))
    is_wrong = by_cell.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    by_row = cells.select(_message(check, private) for check in plan.checks)
    return by_cell.with_columns(
        pl.when(~is_wrong).then(by_row[name]).alias(name) for name in by_row.columns
    )


def _message(column: Column, private: set[str | None]) -> pl.Expr:
    said = column.problem
    if column.source in private:
        said = pl.when(said.is_not_null()).then(pl.lit(PRIVATE))
    return said.alias(column.name)


def _id_and_order(
    typed: pl.DataFrame, messages: pl.DataFrame, contract: Contract
) -> Iterator[pl.Series]:
    """Say where there is no id, and where an outcome was known before the application."""
    if contract.columns.id is not None:
        no_id = pl.when(pl.col(ROW).is_null()).then(pl.lit("has no id"))
        yield typed.select(no_id.alias(ROW)).to_series()
    if {"applied_on", "outcome_known_on"} <= set(typed.columns):
        too_early = (pl.col("outcome_known_on") < pl.col("applied_on")).fill_null(value=False)
        early = typed.select(pl.when(too_early).then(pl.lit("is before the application")))
        said = pl.coalesce("outcome_known_on", early.to_series())
        yield messages.select(said.alias("outcome_known_on")).to_series()


def _outside(typed: pl.DataFrame, contract: Contract) -> pl.Series:
    """Whether a row's application is before or after the contract's scope."""
    rules = contract.ingestion
    if rules.applied_from is None and rules.applied_until is None:
        return pl.repeat(value=False, n=typed.height, dtype=pl.Boolean, eager=True)
    outside = pl.lit(value=False)
    if rules.applied_from is not None:
        outside |= pl.col("applied_on") < rules.applied_from
    if rules.applied_until is not None:
        outside |= pl.col("applied_on") > rules.applied_until
    return typed.select(outside.fill_null(value=False)).to_series()


def _undecided(cells: pl.DataFrame, contract: Contract) -> pl.Series:
    """Whether a row's outcome is neither good nor bad by the contract."""
    codes = contract.outcome.indeterminate
    outcome = cells[contract.outcome.column]
    undecided = outcome.is_in(list(codes)).fill_null(value=False)
    return undecided | outcome.is_null() if "" in codes else undecided


def listed(messages: pl.DataFrame, numbers: pl.Series, sources: dict[str, str]) -> pl.DataFrame:
    """List what is wrong by row, then by column of the contract."""
    if not messages.height:
        return pl.DataFrame(schema=PROBLEM_SCHEMA)
    names = messages.columns
    return (
        messages.with_columns(numbers.alias(NUMBER))
        .unpivot(names, index=NUMBER, variable_name="field", value_name="message")
        .drop_nulls("message")
        .select(
            pl.col(NUMBER).alias("row"),
            pl.col("field").replace_strict(sources, return_dtype=pl.String).alias("column"),
            "field",
            "message",
        )
        .sort("row", maintain_order=True)
    )


def _ragged(chunk: Chunk) -> pl.DataFrame:
    rows = [
        {"row": number, "column": "", "field": "", "message": message}
        for number, message in chunk.ragged.items()
    ]
    return pl.DataFrame(rows, schema=PROBLEM_SCHEMA)


def _count_codes(gathered: Gathered, cells: pl.DataFrame, contract: Contract) -> None:
    """Count the codes that mean missing, and those that a category took as the rest."""
    for feature in contract.features:
        if feature.may_be_missing:
            codes = cells.filter(is_missing(feature, contract.ingestion))[feature.source]
            counts = gathered.missing.setdefault(feature.name, Counter())
            counts.update(codes.fill_null("").to_list())
        if any(category.is_rest for category in feature.categories):
            known = [code for item in feature.categories for code in item.source]
            cell = cells.filter(~is_missing(feature, contract.ingestion))[feature.source]
            code = cell.str.head(feature.first_characters) if feature.first_characters else cell
            taken = code.filter(~code.is_in(known))
            gathered.rest.setdefault(feature.name, Counter()).update(taken.to_list())


def _protected(cells: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Name each row's groups; wide, one column an assessable attribute with a source."""
    groups = []
    for attribute in sourced(contract):
        held = cells[attribute.source or ""]
        known = {cell: attribute.group_of(cell) for cell in held.drop_nulls().unique()}
        named = held.replace_strict(known, default=None, return_dtype=pl.String)
        groups.append(named.alias(attribute.name))
    return pl.DataFrame([pl.Series(ROW, [None] * cells.height, dtype=pl.String), *groups])


def sourced(contract: Contract) -> list[Protected]:
    """Protected attributes that the file has a column for."""
    return [item for item in contract.assessable if item.source is not None]
