"""What each column of a file holds: counted, not guessed."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring import performance
from scoring.drift import information_value

MOST_CODES = 60  # distinct values that are still codes
FEWEST_SHOWN = 10  # rows; a code with fewer could be somebody's
DATE_FORMATS: tuple[str, ...] = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%Y/%m/%d",
)
DATE_FORMATS += ("%d-%m-%Y", "%Y%m%d")
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
)
SENTINELS: tuple[float, ...] = (
    -1.0,
    -9.0,
    -99.0,
    -999.0,
    99.0,
    999.0,
    9999.0,
    99999.0,
    999999.0,
    9999999.0,
)
SENTINELS += (999999.375,)
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "DM", "JPY", "INR", "NT$", "US$", "KR", "PLN", "CZK")
_SIGNS = re.compile(r"^[^\d+\-.,]+|[^\d.,]+$")
_PLAIN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$"
_ENGLISH = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_GERMAN = r"^[+-]?([0-9]{1,3}(\.[0-9]{3})*|[0-9]+)(,[0-9]+)?$"
MOST_ODD = 0.02  # share of cells that may not be numbers in a column of numbers


@dataclass(frozen=True, slots=False, kw_only=True)
class Column:
    """One column of the sample, with the outcomes of its rows (-1 where there is none)."""

    name: str
    cells: pl.Series  # text, trimmed, null where empty
    bad: NDArray[np.int8]
    number_format: tuple[str, str | None]  # decimal, thousands

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
        """Words in it that usually mean missing."""
        return tuple(sorted(word for word in self.counts if word.lower() in WORDS_FOR_MISSING))

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """What stands before or after the digits of most cells, such as "$"."""
        found: Counter[str] = Counter()
        looked_at = self.counts.most_common(500)
        for value, count in looked_at:
            for sign in _SIGNS.findall(value):
                if _is_sign(sign.strip()) and any(letter.isdigit() for letter in value):
                    found[sign.strip()] += count
        most = 0.5 * sum(count for _, count in looked_at)
        return tuple(sign for sign, count in found.items() if count > most)

    @cached_property
    def numbers(self) -> pl.Series:
        """Cells as numbers; null where they are none."""
        cell = self.cells
        for sign in self.signs:
            cell = cell.str.replace_all(sign, "", literal=True).str.strip_chars()
        decimal, thousands = self.number_format
        if thousands is not None:
            cell = cell.str.replace_all(thousands, "", literal=True)
        if decimal != ".":
            cell = cell.str.replace(decimal, ".", literal=True)
        frame = pl.DataFrame({"cell": cell})
        number = pl.when(pl.col("cell").str.contains(_PLAIN)).then(pl.col("cell").cast(pl.Float64))
        return frame.select(number.alias("number")).to_series()

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
    def date_formats(self) -> tuple[str, ...]:
        """Formats that read nearly all cells as dates together; the fewest that do."""
        stated = self.cells.drop_nulls()
        if not len(stated):
            return ()
        chosen: list[str] = []
        read = pl.repeat(value=False, n=len(stated), dtype=pl.Boolean, eager=True)
        fits = {form: _dates(stated, form).is_not_null() for form in DATE_FORMATS}
        while read.mean() < 1 - MOST_ODD:  # type: ignore[operator]  # there is a row
            form = max(fits, key=lambda one: int((fits[one] & ~read).sum()))
            if not (fits[form] & ~read).any():
                return ()
            chosen.append(form)
            read = read | fits[form]
        return tuple(chosen)

    @cached_property
    def sentinels(self) -> tuple[float, ...]:
        """Numbers that stand apart from all others, as codes for missing do."""
        known = self.numbers.drop_nulls()
        values = known.unique().sort().to_numpy()
        found = []
        for code in SENTINELS:
            at = int(np.searchsorted(values, code))
            if at >= len(values) or values[at] != code or len(values) < 4:
                continue
            others = np.delete(values, at)
            spread = float(np.quantile(others, 0.95) - np.quantile(others, 0.05)) or 1.0
            edge = others.max() if code > others.max() else others.min()
            is_outside = code > others.max() or code < others.min()
            # -1 beside 0 is a code only where no other value is negative and most are above 1
            gap = abs(code - edge)
            if is_outside and (gap > 2 * spread or (code < 0 <= others.min() and gap >= 1)):
                found.append(code)
        return tuple(found)

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
    """Whether it is a sign of money or share; letters are one only as a currency."""
    return bool(text) and (not any(map(str.isalpha, text)) or text.upper() in CURRENCIES)


def _dates(cells: pl.Series, form: str) -> pl.Series:
    return cells.str.strptime(pl.Date, form, strict=False, exact=True)


def number_format_of(frame: pl.DataFrame) -> tuple[str, str | None]:
    """Find how the file writes decimals and thousands: the way that reads the most cells."""
    english = german = 0
    for name in frame.columns:
        cells = frame[name].drop_nulls().head(2_000).str.replace_all(r"[^0-9.,+\-]", "")
        is_english = cells.str.contains(_ENGLISH)
        is_german = cells.str.contains(_GERMAN) & cells.str.contains(",", literal=True)
        english += int((is_english & ~is_german).sum())
        german += int((is_german & ~is_english).sum())
    if german > english:
        return ",", "."
    return (".", ",") if english else (".", None)
