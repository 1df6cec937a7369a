"""Figures in sentences, with the signs of the language that is spoken."""

from datetime import timedelta

from django.utils import formats
from django.utils.translation import gettext, ngettext

from monitoring.service.requests import Between


def number(value: float, digits: int = 0) -> str:
    """Write a number, thousands apart.

    Examples
    --------
    >>> number(1234.5), number(0.25, 2)
    ('1,234', '0.25')
    """
    return formats.number_format(value, digits, use_l10n=True, force_grouping=True)


def percent(share: float, digits: int = 1) -> str:
    """Write a share of 1 per hundred.

    Examples
    --------
    >>> percent(0.9987), percent(-0.5, 0)
    ('99.9%', '-50%')
    """
    return gettext("{share}%").format(share=number(100 * share, digits))


def span(length: timedelta) -> str:
    """Say how long, in one unit.

    Examples
    --------
    >>> [span(timedelta(minutes=minutes)) for minutes in (0.5, 1, 90, 60 * 5, 60 * 60)]
    ['30 seconds', '1 minute', '90 minutes', '5 hours', '2 days']
    """
    seconds = int(length.total_seconds())
    if seconds < 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=number(seconds))
    if seconds < 7200:
        minutes = seconds // 60
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=number(minutes))
    if seconds < 2 * 86400:
        return gettext("{n} hours").format(n=number(seconds // 3600))
    return gettext("{n} days").format(n=number(seconds // 86400))


def time(found: Between | None) -> str:
    """Say between which bounds a quantile of times lies."""
    if found is None:
        return "\u2013"
    if found.high == float("inf"):
        return gettext("more than {low} s").format(low=number(found.low))
    return gettext("{low} to {high} ms").format(
        low=_milliseconds(found.low), high=_milliseconds(found.high)
    )


def _milliseconds(seconds: float) -> str:
    ms = seconds * 1000
    return number(ms, 0 if ms == int(ms) else 1)
