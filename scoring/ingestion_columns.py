"""How one column of a file becomes values of the contract, and what is wrong where it does not."""

from dataclasses import dataclass

import polars as pl

from scoring.contract import Feature, Kind, Outcome

MOST_SHOWN = 40  # characters of a wrong cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column to be: its values, and a message where a cell has none."""

    name: str
    source: str
    value: pl.Expr
    problem: pl.Expr  # text, null where the cell is right


def feature_column(feature: Feature, date_format: str) -> Column:
    """Read a feature from its column, as its kind asks for."""
    if feature.kind is Kind.DATE_DIFFERENCE:
        return _difference(feature, date_format)
    if feature.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
        return _category(feature)
    return _number(feature)


def outcome_column(outcome: Outcome) -> Column:
    """Read the outcome as 1 for bad and 0 for good; anything else is a problem."""
    meanings = dict.fromkeys(outcome.bad, 1) | dict.fromkeys(outcome.good, 0)
    cell = pl.col(outcome.column)
    value = cell.replace_strict(meanings, default=None, return_dtype=pl.Int8)
    return Column(
        name="bad",
        source=outcome.column,
        value=value,
        problem=_because(value.is_null(), cell, " is neither a good nor a bad outcome"),
    )


def date_column(
    name: str, source: str, date_format: str, *, may_be_missing: bool = False
) -> Column:
    """Read a date."""
    cell = pl.col(source)
    value = _date(cell, date_format)
    wrong = value.is_null() & (cell.is_not_null() if may_be_missing else pl.lit(value=True))
    return Column(
        name=name,
        source=source,
        value=value,
        problem=_because(wrong, cell, f" is no date of the form {date_format}"),
    )


def _category(feature: Feature) -> Column:
    meanings = {code: item.value for item in feature.categories for code in item.source}
    cell = _known(feature)
    named = cell.replace_strict(meanings, default=None, return_dtype=pl.String)
    is_boolean = feature.kind is Kind.BOOLEAN
    return Column(
        name=feature.name,
        source=feature.source,
        value=named == "true" if is_boolean else named,
        problem=_first_of(
            _absence(feature, cell),
            _because(named.is_null(), cell, " is not a code of the contract"),
        ),
    )


def _number(feature: Feature) -> Column:
    is_whole = feature.kind is Kind.INTEGER
    cell = _known(feature)
    number = cell.cast(pl.Float64, strict=False)
    # Float64 takes "inf", "nan" and "1e3"; a file of loans has plain digits.
    number = pl.when(cell.str.contains(r"^[+-]?[0-9]+(\.[0-9]*)?$")).then(number)
    wrong = number.is_null() | ((number % 1 != 0) if is_whole else pl.lit(value=False))
    low, high = feature.bounds
    return Column(
        name=feature.name,
        source=feature.source,
        value=number.cast(pl.Int64, strict=False) if is_whole else number,
        problem=_first_of(
            _absence(feature, cell),
            _because(wrong, cell, " is no whole number" if is_whole else " is no number"),
            _because((number < low) | (number > high), cell, f" is not {low:g} to {high:g}"),
        ),
    )


def _difference(feature: Feature, date_format: str) -> Column:
    """Read the time between two dates, in the feature's unit, completed units only."""
    cell, earlier = _known(feature), pl.col(feature.source_from or feature.source)
    until, since = _date(cell, date_format), _date(earlier, date_format)
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
    value = in_units[feature.unit or "days"]
    low, high = feature.bounds
    is_absent = cell.is_null() | earlier.is_null()
    pair = pl.concat_str(earlier.fill_null(""), pl.lit(" to "), cell.fill_null(""))
    return Column(
        name=feature.name,
        source=feature.source,
        value=value,
        problem=_first_of(
            pl.when(is_absent).then(_absence_message(feature)),
            _because(value.is_null(), pair, f" are no two dates of the form {date_format}"),
            _because((value < low) | (value > high), pair, f" is not {low:g} to {high:g}"),
        ),
    )


def _known(feature: Feature) -> pl.Expr:
    """Turn the codes for missing, and an empty cell, into null."""
    cell = pl.col(feature.source)
    return pl.when(~cell.is_in([*feature.missing_codes, ""])).then(cell)


def _date(cell: pl.Expr, date_format: str) -> pl.Expr:
    return cell.str.strptime(pl.Date, date_format, strict=False)


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


def _first_of(*messages: pl.Expr) -> pl.Expr:
    first = pl.coalesce(*messages)
    return pl.when(first != "").then(first)
