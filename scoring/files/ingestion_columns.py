"""How one column of a file becomes values of the contract, and what is wrong where it does not."""

import re
from dataclasses import dataclass

import polars as pl

from scoring.contract import Contract, Feature, Ingestion, Kind, Outcome
from scoring.files.dates import read_dates

MOST_SHOWN = 40  # characters of a wrong cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column to be: its values, and a message where a cell has none."""

    name: str
    source: str
    value: pl.Expr
    problem: pl.Expr  # text, null where the cell is right


def feature_column(feature: Feature, contract: Contract) -> Column:
    """Read a feature from its column, as its kind asks for."""
    if feature.kind is Kind.DATE_DIFFERENCE:
        return _difference(feature, contract)
    if feature.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
        return _category(feature, contract.ingestion)
    if feature.source_per is not None:
        return _share(feature, contract.ingestion)
    return _number(feature, contract.ingestion)


def outcome_column(outcome: Outcome) -> Column:
    """Read the outcome as 1 for bad and 0 for good; anything else is a problem.

    "" is the empty cell: some lenders write down nothing of a good loan.
    """
    meanings = dict.fromkeys(outcome.bad, 1) | dict.fromkeys(outcome.good, 0)
    cell = pl.col(outcome.column)
    value = cell.fill_null("").replace_strict(meanings, default=None, return_dtype=pl.Int8)
    return Column(
        name="bad",
        source=outcome.column,
        value=value,
        problem=_because(value.is_null(), cell, " is neither a good nor a bad outcome"),
    )


def date_column(
    name: str, source: str, formats: tuple[str, ...], *, may_be_missing: bool = False
) -> Column:
    """Read a date."""
    cell = pl.col(source)
    value, ambiguous = date_of(cell, formats)
    wrong = value.is_null() & (cell.is_not_null() if may_be_missing else pl.lit(value=True))
    return Column(
        name=name,
        source=source,
        value=value,
        problem=first_of(
            _because(ambiguous, cell, f" is a different date by each of {_listed(formats)}"),
            _because(wrong, cell, f" is no date of the form {_listed(formats)}"),
        ),
    )


def date_of(cell: pl.Expr, formats: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Read a date by the first format that fits; say where two formats read different dates."""
    read = [read_dates(cell, form) for form in formats]
    value = pl.coalesce(read)
    ambiguous = pl.any_horizontal(*[(one != value).fill_null(value=False) for one in read])
    return pl.when(~ambiguous).then(value), ambiguous


def number_of(cell: pl.Expr, rules: Ingestion) -> pl.Expr:
    """Read a number as the contract's file writes it; null where it is none.

    Signs such as "$" and "%" are taken off the ends. Thousands must be grouped by three. A number
    in round brackets, or with its minus at the end, is below zero: accounts are written so.
    A power of ten (1e+05) is read: statistics programs write it. "inf" and "nan" are no numbers.
    """
    cell = cell.str.replace(r"^\((.*[0-9].*)\)$", "-${1}")
    for sign in rules.number_signs:
        cell = cell.str.replace(rf"^(-?)\s*{re.escape(sign)}\s*", "${1}")
        cell = cell.str.replace(rf"\s*{re.escape(sign)}$", "")
    cell = cell.str.replace(r"^([0-9].*)-$", "-${1}")
    point = re.escape(rules.decimal_separator)
    plain = rf"^[+-]?([0-9]+({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,2}})?$"
    is_number = cell.str.contains(plain)
    if rules.thousands_separator is not None:
        group = re.escape(rules.thousands_separator)
        is_number |= cell.str.contains(rf"^[+-]?[0-9]{{1,3}}({group}[0-9]{{3}})+({point}[0-9]*)?$")
        cell = cell.str.replace_all(rules.thousands_separator, "", literal=True)
    digits = cell.str.replace(rules.decimal_separator, ".", literal=True)
    return pl.when(is_number).then(digits.cast(pl.Float64, strict=False))


def is_missing(feature: Feature, rules: Ingestion) -> pl.Expr:
    """Whether a feature's cell is empty or one of the codes for missing."""
    cell = pl.col(feature.source)
    return cell.is_null() | cell.is_in([*feature.missing_codes, *rules.missing_codes])


def first_of(*messages: pl.Expr) -> pl.Expr:
    """Take the first message that says something; "" ends the search and says nothing."""
    first = pl.coalesce(*messages)
    return pl.when(first != "").then(first)


def _category(feature: Feature, rules: Ingestion) -> Column:
    meanings = {
        code: item.value for item in feature.categories if not item.is_rest for code in item.source
    }
    rest = next((item.value for item in feature.categories if item.is_rest), None)
    cell = _known(feature, rules)
    code = cell if feature.first_characters is None else cell.str.head(feature.first_characters)
    named = code.replace_strict(meanings, default=rest, return_dtype=pl.String)
    named = pl.when(cell.is_not_null()).then(named)
    is_boolean = feature.kind is Kind.BOOLEAN
    return Column(
        name=feature.name,
        source=feature.source,
        value=named == "true" if is_boolean else named,
        problem=first_of(
            _absence(feature, cell),
            _because(named.is_null(), cell, " is not a code of the contract"),
        ),
    )


def _number(feature: Feature, rules: Ingestion) -> Column:
    is_whole = feature.kind is Kind.INTEGER
    cell = _known(feature, rules)
    number = number_of(cell, rules)
    wrong = number.is_null() | ((number % 1 != 0) if is_whole else pl.lit(value=False))
    low, high = feature.bounds
    return Column(
        name=feature.name,
        source=feature.source,
        value=number.cast(pl.Int64, strict=False) if is_whole else number,
        problem=first_of(
            _absence(feature, cell),
            _because(wrong, cell, " is no whole number" if is_whole else " is no number"),
            _because((number < low) | (number > high), cell, f" is not {feature.bounds_in_words}"),
        ),
    )


def _share(feature: Feature, rules: Ingestion) -> Column:
    """Divide one column by another; nothing divides by zero, and half a share is no share."""
    cell, whole_cell = _known(feature, rules), _unless_missing(feature, rules, feature.source_per)
    part, whole = number_of(cell, rules), number_of(whole_cell, rules)
    value = pl.when(whole != 0).then(part / whole)
    low, high = feature.bounds
    is_absent = cell.is_null() | whole_cell.is_null()
    pair = pl.concat_str(cell.fill_null(""), pl.lit(" per "), whole_cell.fill_null(""))
    return Column(
        name=feature.name,
        source=feature.source,
        value=value,
        problem=first_of(
            pl.when(is_absent).then(_absence_message(feature)),
            _because(value.is_null(), pair, " is no number"),
            _because((value < low) | (value > high), pair, f" is not {feature.bounds_in_words}"),
        ),
    )


def _difference(feature: Feature, contract: Contract) -> Column:
    """Read the time between two dates, in the feature's unit, completed units only."""
    formats = contract.columns.date_formats
    cell, earlier = (
        _known(feature, contract.ingestion),
        pl.col(feature.source_from or feature.source),
    )
    (until, one), (since, other) = date_of(cell, formats), date_of(earlier, formats)
    value = _completed(since, until, feature.unit or "days")
    low, high = feature.bounds
    is_absent = cell.is_null() | earlier.is_null()
    pair = pl.concat_str(earlier.fill_null(""), pl.lit(" to "), cell.fill_null(""))
    return Column(
        name=feature.name,
        source=feature.source,
        value=value,
        problem=first_of(
            pl.when(is_absent).then(_absence_message(feature)),
            _because(one | other, pair, f" are different dates by each of {_listed(formats)}"),
            _because(value.is_null(), pair, f" are no two dates of the form {_listed(formats)}"),
            _because((value < low) | (value > high), pair, f" is not {feature.bounds_in_words}"),
        ),
    )


def _completed(since: pl.Expr, until: pl.Expr, unit: str) -> pl.Expr:
    months = (
        (until.dt.year() - since.dt.year()).cast(pl.Int64) * 12
        + until.dt.month().cast(pl.Int64)
        - since.dt.month().cast(pl.Int64)
        - (until.dt.day() < since.dt.day()).cast(pl.Int64)
    )
    in_units = {
        "days": (until - since).dt.total_days(),
        "months": months,
        "years": months.floordiv(12),
    }
    return in_units[unit]


def _known(feature: Feature, rules: Ingestion) -> pl.Expr:
    """Turn the codes for missing into null."""
    return _unless_missing(feature, rules, feature.source)


def _unless_missing(feature: Feature, rules: Ingestion, column: str | None) -> pl.Expr:
    cell = pl.col(column or feature.source)
    return pl.when(~cell.is_in([*feature.missing_codes, *rules.missing_codes])).then(cell)


def _absence(feature: Feature, cell: pl.Expr) -> pl.Expr:
    return pl.when(cell.is_null()).then(_absence_message(feature))


def _absence_message(feature: Feature) -> pl.Expr:
    """Say nothing ("") of a value that may be missing, so that no later check speaks."""
    return pl.lit("" if feature.may_be_missing else "is missing")


def _because(wrong: pl.Expr, cell: pl.Expr, message: str) -> pl.Expr:
    shown = pl.concat_str(
        pl.lit("'"), cell.fill_null("").str.slice(0, MOST_SHOWN), pl.lit(f"'{message}")
    )
    return pl.when(wrong).then(shown)


def _listed(formats: tuple[str, ...]) -> str:
    return " or ".join(formats)
