"""What each column of a file holds: counted, not guessed."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Ingestion
from scoring.drafting.apart import codes_apart
from scoring.drafting.forms import date_forms_of
from scoring.drafting.units import UNIT_OF_WORD
from scoring.drift import information_value
from scoring.files.ingestion_columns import number_of
from scoring.results import performance

MOST_CODES = 60  # distinct values that are still codes
FEWEST_SHOWN = 10  # rows; a code with fewer could be somebody's
WORDS_FOR_MISSING = (
    "?",
    "na",
    "n/a",
    "nan",
    "null",
    "none",
    "-",
    ".",
    "unknown",
    "missing",
    "#n/a",
    "n.a.",
    "(null)",
    "k.a.",
    "k. a.",
    "keine angabe",
    "not stated",
    "not available",
    "n.d.",
    "s/d",
    "--",
)
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "DM", "JPY", "INR", "NT$", "US$", "KR", "PLN", "CZK")
_SIGNS = re.compile(r"^[^\d+\-.,]+|[^\d.,]+$")
MOST_ODD = 0.02  # share of cells that may not be numbers in a column of numbers
LONG_CODE = 8  # digits of numbers of people, such as those of tax and insurance
MOST_WORDS, FEWEST_NUMBERS = 3, 10  # distinct words in a column of otherwise distinct numbers


@dataclass(frozen=True, slots=False, kw_only=True)
class Column:
    """One column of the sample, with the outcomes of its rows (-1 where there is none)."""

    name: str
    cells: pl.Series  # text, trimmed, null where empty
    bad: NDArray[np.int8]
    number_format: tuple[str, str | None]  # decimal, thousands
    place: NDArray[np.int64] | None = None  # of the rows in the sample; None: one after another

    @cached_property
    def n(self) -> int:
        """Rows looked at."""
        return len(self.cells)

    @cached_property
    def empty(self) -> int:
        """Rows with nothing in the cell."""
        return self.cells.null_count()

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value stands there."""
        return Counter(dict(self.cells.drop_nulls().value_counts().iter_rows()))

    @cached_property
    def words_for_missing(self) -> tuple[str, ...]:
        """Words in it that usually mean missing; in a column of numbers, the few that are none."""
        usual = {word for word in self.counts if word.lower() in WORDS_FOR_MISSING}
        words = {*self.cells.filter(self.numbers.is_null()).drop_nulls().unique()} - usual
        words = {word for word in words if self.counts[word] >= FEWEST_SHOWN}
        are_few = len(words) <= MOST_WORDS and not any(map(_has_digit, words))
        if are_few and self.numbers.n_unique() > FEWEST_NUMBERS:
            usual |= words
        return tuple(sorted(usual))

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """What stands before or after the digits of most cells, such as "$" or "months"."""
        found: Counter[str] = Counter()
        looked_at = [(value, n) for value, n in self.counts.most_common(500) if _has_digit(value)]
        for value, count in looked_at:
            for sign in _SIGNS.findall(value.strip("()")):
                if _is_sign(sign.strip()):
                    found[sign.strip()] += count
        units = {UNIT_OF_WORD[sign.lower()] for sign in found if sign.lower() in UNIT_OF_WORD}
        if len(units) > 1:  # 3 years and 36 months are not 3 and 36
            return ()
        most = 0.5 * sum(count for _, count in looked_at)
        return tuple(found) if found.total() > most else ()

    @cached_property
    def numbers(self) -> pl.Series:
        """Cells as numbers; null where they are none."""
        decimal, thousands = self.number_format
        rules = Ingestion(
            decimal_separator=decimal, thousands_separator=thousands, number_signs=self.signs
        )
        return (
            pl.DataFrame({"cell": self.cells}).select(number_of(pl.col("cell"), rules)).to_series()
        )

    @cached_property
    def is_numeric(self) -> bool:
        """Whether nearly all that is stated are numbers."""
        stated = self.n - self.empty - sum(self.counts[word] for word in self.words_for_missing)
        return stated > 0 and self.numbers.count() >= (1 - MOST_ODD) * stated

    @cached_property
    def is_whole(self) -> bool:
        """Whether all its numbers are whole."""
        known = self.numbers.drop_nulls()
        return bool((known % 1 == 0).all())

    @cached_property
    def counts_rows(self) -> bool:
        """Whether it numbers the rows in the order of the file, as some programs add."""
        if self.n <= MOST_CODES or not self.is_numeric or self.numbers.null_count():
            return False
        place = np.arange(self.n) if self.place is None else self.place
        steps = np.diff(self.numbers.to_numpy()) / np.diff(place)
        return bool(steps[0] != 0 and (steps == steps[0]).all())

    @cached_property
    def is_code_of_one_length(self) -> bool:
        """Whether its numbers are of so many digits, all alike, that they are somebody's number."""
        lengths = self.cells.drop_nulls().str.len_chars()
        return lengths.n_unique() == 1 and int(lengths[0]) >= LONG_CODE

    @cached_property
    def date_formats(self) -> tuple[str, ...]:
        """Forms that read nearly all cells as dates together; the fewest that do."""
        return date_forms_of(self.counts)

    @cached_property
    def sentinels(self) -> tuple[float, ...]:
        """Numbers that stand apart from all others, as codes for missing do."""
        return codes_apart(self.numbers)

    @cached_property
    def auc_alone(self) -> float | None:
        """How well it ranks the outcomes by itself: of codes, each by its own bad rate."""
        known = self.bad >= 0
        if not 0 < int((self.bad == 1).sum()) < int(known.sum()):
            return None
        risk = self._risk()[known]
        found = performance.auc(self.bad[known], risk)
        return max(found, 1 - found)

    @cached_property
    def information(self) -> float:
        """Information value over its codes or tenths."""
        places = self._places()
        known = self.bad >= 0
        bads = np.bincount(places[known], weights=self.bad[known], minlength=places.max() + 1)
        rows = np.bincount(places[known], minlength=places.max() + 1)
        if not 0 < bads.sum() < rows.sum():
            return 0.0
        return information_value(rows - bads, bads)

    @cached_property
    def missing_tells(self) -> tuple[float, float] | None:
        """Share stated among bads, and among goods; None without both."""
        stated = self.cells.is_not_null().to_numpy()
        bads, goods = self.bad == 1, self.bad == 0
        if not bads.any() or not goods.any():
            return None
        return float(stated[bads].mean()), float(stated[goods].mean())

    def bad_rate(self, value: str) -> float | None:
        """Share of bads among the rows with a value."""
        rows = (self.cells == value).fill_null(value=False).to_numpy() & (self.bad >= 0)
        return float(self.bad[rows].mean()) if rows.any() else None

    def _places(self) -> NDArray[np.int64]:
        if self.is_numeric and len(self.counts) > MOST_CODES:
            values = self.numbers.to_numpy()
            known = values[~np.isnan(values)]
            edges = np.unique(np.quantile(known, np.linspace(0, 1, 11)[1:-1]))
            return np.where(
                np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right")
            ).astype(np.int64)
        codes = self.cells.fill_null("").rank("dense").to_numpy() - 1
        return np.asarray(codes, dtype=np.int64)

    def _risk(self) -> NDArray[np.float64]:
        """Give each row the bad rate of its place, or its number where there are many."""
        places, known = self._places(), self.bad >= 0
        size = int(places.max()) + 1
        if size > MOST_CODES * 2:
            return np.zeros(self.n)
        bads = np.bincount(places[known], weights=self.bad[known], minlength=size)
        rows = np.bincount(places[known], minlength=size)
        return np.asarray((bads / np.maximum(rows, 1))[places], dtype=np.float64)


def _is_sign(text: str) -> bool:
    """Whether it is a sign of money or share; letters only as a currency or a unit of time."""
    if any(letter in "<>+~/:" for letter in text):
        return False  # more than a number: a range or a bound
    is_word = any(map(str.isalpha, text))
    return bool(text) and (
        not is_word or text.upper() in CURRENCIES or text.lower() in UNIT_OF_WORD
    )


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))
