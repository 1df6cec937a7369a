"""What must hold within a row: rows that contradict themselves are rejected."""

import polars as pl

from scoring.contract import Contract, Relation, RowCheck
from scoring.files.ingestion_columns import Column, date_of, number_of


def check_column(check: RowCheck, contract: Contract) -> Column:
    """Hold two cells of a row, or a cell and a constant, against each other.

    Both are read as numbers, else as dates, else as texts; texts can only be equal or differ.
    Where either is empty or a code for missing, nothing is held.
    """
    codes = list(contract.ingestion.missing_codes)
    left = pl.col(check.left)
    right = pl.lit(check.value) if check.right is None else pl.col(check.right)
    is_known = ~(left.is_null() | right.is_null() | left.is_in(codes) | right.is_in(codes))
    holds = _holds(check.relation, left, right, contract)
    what = check.right if check.right is not None else repr(check.value)
    return Column(
        name=f"check {check.name}",
        source=check.left,
        value=pl.lit(None),
        problem=pl.when(is_known & ~holds.fill_null(value=False)).then(
            pl.lit(f"{check.text} ({check.left} must be {_WORDS[check.relation]} {what})")
        ),
    )


_WORDS = {
    Relation.AT_LEAST: "at least",
    Relation.AT_MOST: "at most",
    Relation.ABOVE: "above",
    Relation.BELOW: "below",
    Relation.EQUALS: "the same as",
    Relation.DIFFERS: "other than",
}


def _holds(relation: Relation, left: pl.Expr, right: pl.Expr, contract: Contract) -> pl.Expr:
    rules, formats = contract.ingestion, contract.columns.date_formats
    numbers = number_of(left, rules), number_of(right, rules)
    dates = date_of(left, formats)[0], date_of(right, formats)[0]
    by_text = {Relation.EQUALS: left == right, Relation.DIFFERS: left != right}
    return (
        pl.when(numbers[0].is_not_null() & numbers[1].is_not_null())
        .then(_compared(relation, *numbers))
        .when(dates[0].is_not_null() & dates[1].is_not_null())
        .then(_compared(relation, *dates))
        .otherwise(by_text.get(relation, pl.lit(value=False)))
    )


def _compared(relation: Relation, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return {
        Relation.AT_LEAST: left >= right,
        Relation.AT_MOST: left <= right,
        Relation.ABOVE: left > right,
        Relation.BELOW: left < right,
        Relation.EQUALS: left == right,
        Relation.DIFFERS: left != right,
    }[relation]
