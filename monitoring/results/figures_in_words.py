"""Figures within a sentence, as the reader's language writes them."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from credit.words import day_in_words
from scoring.results.business_figures import Value
from scoring.results.criteria import Unit

MINUS = "\u2212"


def share(value: float, digits: int = 1) -> str:
    """Write a share of 1 per hundred.

    Examples
    --------
    >>> share(0.2143)
    '21.4%'
    """
    return gettext("{number}%").format(number=number(100 * value, digits))


def number(value: float, digits: int = 0) -> str:
    """Write a number."""
    written = number_format(value, digits, use_l10n=True, force_grouping=True)
    return str(written).replace("-", MINUS)


def written(value: float, unit: str) -> str:
    """Write a figure in its unit.

    Examples
    --------
    >>> written(26.4, "hours"), written(0.071, "share"), written(12.0, "number")
    ('26.4 hours', '7.1%', '12')
    """
    if unit == Unit.HOURS:
        return gettext("{number} hours").format(number=number(value, 1))
    return number(value) if unit == Unit.NUMBER else share(value)


def with_interval(value: Value, unit: str) -> str:
    """Write a figure with its interval and n."""
    return gettext("{value} ({low} to {high}, n = {n})").format(
        value=written(value.value, unit),
        low=written(value.low, unit),
        high=written(value.high, unit),
        n=number(value.n),
    )


def months(since: date, until: date) -> str:
    """Write a span of months."""
    first, last = (date_format(each, "F Y") for each in (since, until))
    return first if first == last else gettext("{first} to {last}").format(first=first, last=last)


def days(since: date, until: date) -> str:
    """Write a span of days."""
    first, last = (day_in_words(each) for each in (since, until))
    return first if first == last else gettext("{first} to {last}").format(first=first, last=last)
