"""What a number is counted in: by the word behind it in its cells, else by its column's name."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scoring.drafting.names import FIRST_OF_QUANTITIES, suggests, words_of

if TYPE_CHECKING:
    from scoring.drafting.profile import Column

TIMES = {  # words that stand behind a number in its cell
    "days": ("day", "days", "tag", "tage", "tagen", "dia", "dias", "jours"),
    "weeks": ("week", "weeks", "woche", "wochen"),
    "months": ("mo", "mos", "mon", "mth", "mths", "month", "months", "monat", "monate"),
    "years": ("yr", "yrs", "year", "years", "jahr", "jahre", "jahren", "ano", "anos", "ans"),
}
TIMES["months"] += ("monaten", "mes", "meses", "mois")
UNIT_OF_WORD = {word: unit for unit, words in TIMES.items() for word in words}
_WINDOW = re.compile(r"[0-9]+[ _]?[A-Za-z]+")  # 6mths, 12_months: in which time, not of what
_SHARES = ("pct", "percent", "rate", "util")
_COUNTS = {"cnt", "amt", "amount", "inq", "inquiries", "delinq", "last", "total", "req"}
MOST_PERCENT, LEAST_PERCENT = 1_000, 1.5


def unit_of(column: "Column") -> str | None:
    """Say what a column of numbers is counted in, where anything tells.

    How many of something there were in a time is not counted in that time, and a share of 0 to 1
    is no percentage.
    """
    by_cells = unit_in(column.signs)
    if by_cells is not None:
        return by_cells
    words = words_of(_WINDOW.sub(" ", column.name))
    is_count = not words or words[0] in FIRST_OF_QUANTITIES or bool(_COUNTS & set(words))
    times = [UNIT_OF_WORD[word] for word in words if word in UNIT_OF_WORD]
    if times and (not is_count or words[0] in UNIT_OF_WORD):  # months_since_last_loan
        return times[0]
    is_share = suggests(column.name, _SHARES) and (not is_count or "percent" in words)
    return "%" if is_share and _is_percent(column) else None


def unit_in(signs: Iterable[str]) -> str | None:
    """Give the unit that the signs around numbers are, as "Monate" is months."""
    for sign in signs:
        unit = "%" if sign == "%" else UNIT_OF_WORD.get(sign.lower().rstrip("."))
        if unit is not None:
            return unit
    return None


def _is_percent(column: "Column") -> bool:
    high = float(column.numbers.quantile(0.95) or 0)
    return LEAST_PERCENT < high <= MOST_PERCENT
