"""Applications as columns of text, held to the contract a column at a time."""

from collections.abc import Iterator

import polars as pl

from scoring.contract import Contract, Feature, Kind

WHOLE = r"^[+-]?[0-9]+(\.0*)?$"  # "36.0" is what a table of numbers makes of 36
TRUE, FALSE = "true", "false"
TYPES: dict[Kind, type[pl.DataType]] = {
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Float64,
    Kind.CATEGORY: pl.String,
    Kind.BOOLEAN: pl.Boolean,
    Kind.DATE_DIFFERENCE: pl.Int64,
}


def typed(contract: Contract, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Read and check the features of many applications.

    Parameters
    ----------
    contract : Contract
        The product.
    cells : DataFrame of n rows
        Text, null where nothing was stated. A feature without a column was stated by nobody;
        columns that are no features are not looked at.

    Returns
    -------
    values : DataFrame of n rows
        Every feature in contract order, as `features.validate` would give it.
    problems : Series of n texts
        Null where the row is right, else the words of `InputRefused`, by column: a table has no
        pointers.
    """
    checked = list(_checked(contract, cells))
    values = cells.select([value.alias(name) for name, value, _ in checked])
    pointed = [
        pl.when(problem.is_not_null()).then(
            pl.concat_str(pl.lit(f"{name}: "), problem.fill_null(""))
        )
        for name, _, problem in checked
    ]
    said = pl.concat_str(pointed, separator="; ", ignore_nulls=True)
    problems = cells.select(pl.when(said != "").then(said).alias("problem"))
    return values, problems.to_series()


def _checked(contract: Contract, cells: pl.DataFrame) -> Iterator[tuple[str, pl.Expr, pl.Expr]]:
    for feature in contract.features:
        cell = _cell(feature, cells)
        value, problem = _read(feature, cell)
        absent = None if feature.may_be_missing else "is missing"
        stated = pl.when(cell.is_null()).then(pl.lit(absent, dtype=pl.String)).otherwise(problem)
        yield feature.name, value, stated


def _cell(feature: Feature, cells: pl.DataFrame) -> pl.Expr:
    if feature.name not in cells.columns:
        return pl.lit(None, dtype=pl.String)
    bare = pl.col(feature.name).str.strip_chars()
    return pl.when(bare != "").then(bare)


def _read(feature: Feature, cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Give a value, and what is wrong with it where something is stated."""
    if feature.kind is Kind.CATEGORY:
        known = ", ".join(feature.values)
        return cell, _unless(cell.is_in(feature.values), f"must be one of: {known}")
    if feature.kind is Kind.BOOLEAN:
        is_word = cell.is_in([TRUE, FALSE])
        return pl.when(is_word).then(cell == TRUE), _unless(is_word, "must be true or false")
    return _number(feature, cell)


def _number(feature: Feature, cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    is_decimal = feature.kind is Kind.DECIMAL
    number = cell.cast(pl.Float64, strict=False)
    is_number = number.is_not_null() if is_decimal else cell.str.contains(WHOLE)
    low, high = feature.bounds
    unit = f" {feature.unit}" if feature.unit else ""
    problem = pl.coalesce(
        _unless(is_number, "must be a number" if is_decimal else "must be a whole number"),
        _unless(number.is_finite(), "must be a finite number"),
        _unless(number.is_between(low, high), f"must be {feature.bounds_in_words}{unit}"),
    )
    value = pl.when(is_number).then(number + 0.0)  # no zero has a minus
    return value if is_decimal else value.cast(pl.Int64, strict=False), problem


def _unless(right: pl.Expr, message: str) -> pl.Expr:
    return pl.when(~right).then(pl.lit(message))
