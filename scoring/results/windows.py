"""Months, as performance windows and retention count them."""

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """Go some months on; the 31st becomes the last day of a shorter month.

    Examples
    --------
    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
