"""How a file writes dates and numbers, from its cells."""

import re
from collections import Counter
from itertools import islice

import polars as pl

from scoring.files.dates import read_dates

LOOKED_AT = 1_000  # distinct cells, evenly spread, that say which forms are worth trying
MOST_ODD = 0.02  # share of cells that no form need read
DATE_FORMS: tuple[str, ...] = (
    *("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%y", "%d-%b-%Y", "%Y/%m/%d"),
    *("%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d%b%Y"),
    *("%d %B %Y", "%B %d, %Y", "%Y年%m月%d日"),
)
_TIMES = (" %H:%M", " %H:%M:%S", " %H:%M:%S%.f", " %I:%M:%S %p", " %I:%M %p")
DATE_FORMS += tuple(f"{day}{time}" for day in DATE_FORMS[:4] for time in _TIMES)
DATE_FORMS += tuple(f"%Y-%m-%dT%H:%M:%S{end}" for end in ("", "Z", "%.f", "%.fZ", "%z", "%.f%z"))
DATE_FORMS += ("%d%b%Y:%H:%M:%S",)
MONTH_FORMS = ("%b-%Y", "%b-%y", "%B %Y", "%Y-%m", "%m/%Y", "%m.%Y")  # no day: its first
_MONTHS = (
    "jan|ene|gen|feb|f[eé]v|mar|m[aä]r|apr|abr|avr|ma[yijg]|jun|giu|jui|jul|lug|ao[uû]|aug|ago"
)
_MONTHS += "|sep|set|o[ckt]t|nov|d[eéi][czc]"
_MONTH_IN_WORDS = re.compile(rf"(?i)^([0-9]{{1,2}}[-/. ]+)?({_MONTHS})\w*[-/., ]+[0-9]{{2,4}}$")

_APART = "'\u2019\\s"  # beside the other separator: apostrophes and blanks
_BARE = rf"^\(?[^\d+\-.,]{{0,5}}([+-]?\d[\d.,{_APART}]*\d|\d)-?\s?[^\d]{{0,9}}$"
_GROUPS = (",", ".", "'", "\u2019", " ", "\u00a0", "\u202f")


def date_forms_of(counts: Counter[str]) -> tuple[str, ...]:
    """Forms that read nearly all cells as dates together; the fewest that do."""
    cells, rows = pl.Series([*counts], dtype=pl.String), pl.Series([*counts.values()])
    fits = {form: _reads(cells, form) for form in _promising(cells)}
    chosen: list[str] = []
    left = rows
    while fits and int(left.sum()) > MOST_ODD * counts.total():
        form = max(fits, key=lambda one: int(left.filter(fits[one]).sum()))
        if not left.filter(fits[form]).sum():
            return ()
        chosen.append(form)
        left = pl.select(pl.when(~fits[form]).then(left).otherwise(0)).to_series()
    return tuple(chosen)


def other_reading(counts: Counter[str], forms: tuple[str, ...]) -> str | None:
    """Name a form that reads all cells too, with day and month changed."""
    cells = pl.Series([*counts], dtype=pl.String)
    for form in forms:
        for other in (form.replace("%d/%m", "%m/%d"), form.replace("%m/%d", "%d/%m")):
            if other != form and _reads(cells, other).all():
                return other
    return None


def is_month_in_words(counts: Counter[str]) -> bool:
    """Whether cells are dates with months in words that no form reads, as in 3-ene-2020."""
    looked_at = [*islice(counts, LOOKED_AT)]
    found = sum(bool(_MONTH_IN_WORDS.match(cell)) for cell in looked_at)
    return bool(looked_at) and found >= (1 - MOST_ODD) * len(looked_at)


def number_format_of(frame: pl.DataFrame) -> tuple[str, str | None]:
    """Find how the file writes decimals and thousands: the way that its numbers speak for most."""
    columns = [_numbers(frame[name]) for name in frame.columns]
    numbers = pl.concat([pl.Series([], dtype=pl.String), *columns])
    votes = {decimal: _sure_of(numbers, decimal) for decimal in (".", ",")}
    decimal = max(votes, key=lambda one: votes[one])
    grouped = {sign: _grouped(numbers, sign, decimal) for sign in _GROUPS if sign != decimal}
    thousands = max(grouped, key=lambda sign: grouped[sign])
    return decimal, thousands if grouped[thousands] else None


def _numbers(cells: pl.Series) -> pl.Series:
    """Take the numbers of a column whose cells are mostly numbers, with signs around them."""
    some = cells.drop_nulls().head(2 * LOOKED_AT).alias("number")
    found = some.str.extract(_BARE).drop_nulls()
    return found if found.len() > some.len() / 2 else found.clear()


def _sure_of(numbers: pl.Series, decimal: str) -> int:
    """Count what can only be read with one decimal separator: 1,5 or 1.234,5 or 1.234.567."""
    point, other = re.escape(decimal), re.escape("," if decimal == "." else ".")
    one_point = rf"^[+-]?[\d{_APART}]*\d{point}(\d{{1,2}}|\d{{4,}})$"
    both = rf"^[+-]?\d{{1,3}}({other}\d{{3}})+{point}\d+$"
    many = rf"^[+-]?\d{{1,3}}({other}\d{{3}}){{2,}}$"
    return int(numbers.str.contains(f"{one_point}|{both}|{many}").sum())


def _grouped(numbers: pl.Series, sign: str, decimal: str) -> int:
    group, point = re.escape(sign), re.escape(decimal)
    return int(numbers.str.contains(rf"^[+-]?\d{{1,3}}({group}\d{{3}})+({point}\d*)?$").sum())


def _promising(cells: pl.Series) -> list[str]:
    """Name the forms that read any of some distinct cells."""
    some = cells.gather_every(max(1, cells.len() // LOOKED_AT))
    return [form for form in (*DATE_FORMS, *MONTH_FORMS) if _reads(some, form).any()]


def _reads(cells: pl.Series, form: str) -> pl.Series:
    frame = pl.DataFrame({"cell": cells})
    return frame.select(read_dates(pl.col("cell"), form).is_not_null()).to_series()
