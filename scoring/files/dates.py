"""Dates as files write them, to the day or to the month."""

import re

import polars as pl

EARLIEST_YEAR = 1800  # "%Y" reads 19 as the year 19: such a cell is written with "%y"
_DIRECTIVES = re.compile(r"%(.)")
_DATE = frozenset("YymbBdej")
_TIME = frozenset("HIMSpfzT.")  # read and let go: a decision's day is what counts


def read_dates(cell: pl.Expr, form: str) -> pl.Expr:
    """Read dates of one form; null where a cell is none. A month stands for its first day.

    Examples
    --------
    >>> import polars as pl
    >>> cells = pl.DataFrame({"cell": ["Dec-2015", "January 2016", "2016"]})
    >>> cells.select(read_dates(pl.col("cell"), "%b-%Y")).to_series().to_list()
    [datetime.date(2015, 12, 1), None, None]
    """
    if not _names_a_day(form):
        form, cell = f"%d {form}", pl.concat_str(pl.lit("1 "), cell)
    read = cell.str.strptime(pl.Date, form, strict=False, exact=True)
    return pl.when(read.dt.year() >= EARLIEST_YEAR).then(read)


def why_no_date_form(form: str) -> str:
    """Say why a text is no form of a date; "" where it is one.

    Examples
    --------
    >>> why_no_date_form("%d.%m.%Y"), why_no_date_form("%m/%d/%y %H:%M"), why_no_date_form("%b-%Y")
    ('', '', '')
    >>> why_no_date_form("dd.mm.yyyy")
    "'dd.mm.yyyy' must name a year and a month, as in '%Y-%m-%d'"
    """
    named = _DIRECTIVES.findall(form)
    unknown = [one for one in named if one not in _DATE | _TIME]
    if unknown:
        return f"{form!r} holds %{unknown[0]}, which is no part of a date"
    if not {"Y", "y"} & set(named) or not {"m", "b", "B", "j"} & set(named):
        return f"{form!r} must name a year and a month, as in '%Y-%m-%d'"
    return ""


def _names_a_day(form: str) -> bool:
    return bool({"d", "e", "j"} & set(_DIRECTIVES.findall(form)))
