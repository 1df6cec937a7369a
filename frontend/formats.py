"""Figures and dates as the reader's language writes them; digits are always 0 to 9."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import NumberPattern, parse_pattern
from django.utils.translation import get_language

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DAY_FIRST = {"en": "en_GB"}  # day, month, year in this order, the month spelled

Number = Decimal | float
_BEHIND = re.compile(r"0(?:\.[0#]+)?(?![0#,])")


def locale() -> Locale:
    """Give the conventions of the language that is spoken now."""
    return _conventions(get_language() or "en")


@lru_cache
def _conventions(language: str) -> Locale:
    return Locale.parse(DAY_FIRST.get(language, language).replace("-", "_"))


@lru_cache
def _pattern(of_language: str, digits: int) -> NumberPattern:
    """Fix how many digits a language's own pattern writes after the decimal sign."""
    behind = f"0.{'0' * digits}" if digits else "0"
    return parse_pattern(_BEHIND.sub(behind, of_language, count=1))


def number(value: Number, digits: int = 0) -> str:
    """Write a number with so many digits after the decimal sign.

    Examples
    --------
    >>> number(-1234.5, 1), number(-0.00001, 4)
    ('\u22121,234.5', '0.0000')
    """
    spoken = locale()
    return _signed(_pattern(spoken.decimal_formats[None].pattern, digits).apply(value, spoken))


def percentage(share: float, digits: int = 1) -> str:
    """Write a share of 1 per hundred, with the sign where the language puts it."""
    spoken = locale()
    return _signed(_pattern(spoken.percent_formats[None].pattern, digits).apply(share, spoken))


def _signed(written: str) -> str:
    """Write a minus as such, and none before what was rounded to nothing."""
    if "-" not in written:
        return written
    return written.replace("-", MINUS if any(each in "123456789" for each in written) else "")


def amount(value: Number, currency: str) -> str:
    """Write an amount beside the currency's code, on the side where the language puts it."""
    written = number(value, 2)
    if not currency:
        return written
    is_first = locale().currency_formats["standard"].pattern.startswith("\u00a4")
    return NO_BREAK.join((currency, written) if is_first else (written, currency))


def day(on: date) -> str:
    """Write a date that nobody reads the wrong way round.

    Examples
    --------
    >>> day(date(2026, 11, 23))
    '23 November 2026'
    """
    return format_date(on, "long", locale=locale())


def short_moment(at: datetime) -> str:
    """Write a moment to the minute, the month spelled."""
    return f"{format_skeleton('yMMMd', at, locale=locale())}, {at:%H:%M}"


def whole_moment(at: datetime) -> str:
    """Write a moment with its weekday, seconds and time zone."""
    return f"{format_date(at, 'full', locale=locale())}, {at:%H:%M:%S %Z}"


def month(of: date) -> str:
    """Write a month with its year.

    Examples
    --------
    >>> month(date(2026, 11, 1))
    'November 2026'
    """
    return str(format_skeleton("yMMMM", of, locale=locale()))


def short_month(of: date) -> str:
    """Write a month with its year where there is little room.

    Examples
    --------
    >>> short_month(date(2026, 11, 1))
    'Nov 2026'
    """
    return str(format_skeleton("yMMM", of, locale=locale()))
