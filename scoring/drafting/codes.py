"""Whether a column holds codes, which of them are common, and how a file may write them."""

import re
from dataclasses import dataclass

import polars as pl

from scoring.drafting.names import HIERARCHIES, TERMS, names_codes, suggests
from scoring.drafting.profile import FEWEST_SHOWN, MOST_CODES, Column

FEW_VALUES = 3  # a whole number of so many values is a code
LONGEST_CODE = 5  # terms of 36 and 60 are numbers however few; 1, 2 and 3 may be codes of terms
RARE = 0.002  # share of rows; rarer codes go to the rest
LEAST_COVERED = 0.5  # share of the stated rows that the codes listed must have
FEW_SECTORS = 50  # more codes of a hierarchy than these are cut to their sector
SECTOR = 2  # first characters
LEAST_DIGITS = 0.9  # share of such codes that begin with a digit
_WHOLE = r"-?(?:0|[1-9][0-9]*)"
YES_NO = (("1", "0"), ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code, however the file writes it."""

    text: str
    source: tuple[str, ...]
    rows: int
    bad_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of a column: the common ones, and how many there are besides."""

    common: tuple[Code, ...]
    rare: int
    covered: float  # share of the stated rows
    first_characters: int | None

    @property
    def why_not(self) -> str:
        """Why they cannot be a category; "" where they can."""
        if self.covered >= LEAST_COVERED:
            return ""
        return (
            f"has too many values to be a category: {len(self.common) + self.rare:,}, of which the "
            f"common ones ({len(self.common)}) are in {self.covered:.0%} of the rows, and no "
            "hierarchy is known"
        )


def is_quantity(column: Column) -> bool:
    """Whether more of it means more of something; few whole numbers, or named so, are codes."""
    if not column.is_numeric:
        return False
    if not column.is_whole:  # 47.11 is a class of NACE
        return not suggests(column.name, HIERARCHIES)
    if names_codes(column.name):
        return False
    known = column.numbers.drop_nulls()
    is_term = bool(suggests(column.name, TERMS)) and float(known.max() or 0) > LONGEST_CODE  # type: ignore[arg-type]
    return is_term or known.n_unique() > FEW_VALUES


def codes_of(column: Column) -> Codes:
    """Count the codes of a column; cut those of a known hierarchy to their sector."""
    first = SECTOR if _has_sectors(column) else None
    every = all_codes(column, first=first)
    stated = sum(code.rows for code in every)
    fewest = max(RARE * column.n, FEWEST_SHOWN)
    common = [code for code in every if code.rows >= fewest][:MOST_CODES]
    return Codes(
        common=tuple(common),
        rare=len(every) - len(common),
        covered=sum(code.rows for code in common) / max(stated, 1),
        first_characters=first,
    )


def all_codes(column: Column, *, first: int | None = None) -> list[Code]:
    """Count every code that is stated, the most common first."""
    cells = pl.DataFrame({"cell": column.cells, "bad": column.bad}).filter(
        pl.col("cell").is_not_null() & ~pl.col("cell").is_in(list(column.words_for_missing))
    )
    cut = pl.col("cell") if first is None else pl.col("cell").str.head(first)
    code = _without_decimals(column) if column.is_numeric else pl.col("cell")
    counted = (
        cells.select(
            code=code if first is None else code.str.head(first),
            cell=cut,
            bad=pl.when(pl.col("bad") >= 0).then(pl.col("bad")),
        )
        .with_columns(word=_word(pl.col("code")))
        .group_by("word")
        .agg(
            pl.col("code").sort().mode(maintain_order=True).first(),
            pl.len().alias("rows"),
            pl.col("bad").mean(),
            pl.col("cell").unique(),
        )
        .drop("word")
        .sort("rows", "code", descending=[True, False])
    )
    return [
        Code(
            text=text,
            source=_sources(text, seen, is_numeric=column.is_numeric, first=first),
            rows=rows,
            bad_rate=rate,
        )
        for text, rows, rate, seen in counted.iter_rows()
    ]


def yes_and_no(codes: Codes) -> tuple[Code, Code] | None:
    """Tell which of two codes means yes, where they are all there are."""
    if len(codes.common) + codes.rare != 2 or codes.rare:
        return None
    by_text = {code.text.lower(): code for code in codes.common}
    return next(((by_text[y], by_text[n]) for y, n in YES_NO if {y, n} == set(by_text)), None)


def _has_sectors(column: Column) -> bool:
    """Whether its codes are many, and begin with the digits of a sector."""
    if len(column.counts) <= FEW_SECTORS or not suggests(column.name, HIERARCHIES):
        return False
    stated = column.cells.drop_nulls()
    return float(stated.str.contains("^[0-9]").mean() or 0) > LEAST_DIGITS  # type: ignore[arg-type]


def _without_decimals(column: Column) -> pl.Expr:
    """Write 1.0 as 1: one code, whichever program wrote it."""
    decimal = re.escape(column.number_format[0])
    return pl.col("cell").str.replace(rf"^({_WHOLE}){decimal}0+$", "${1}")


def _word(code: pl.Expr) -> pl.Expr:
    """Take yes, Yes and YES for one code; of a single letter, a and A are two."""
    return pl.when(code.str.len_chars() > 1).then(code.str.to_lowercase()).otherwise(code)


def _sources(text: str, seen: list[str], *, is_numeric: bool, first: int | None) -> tuple[str, ...]:
    """List how files write one code: 1 is 1.0 where a program took it for a measurement."""
    ways = {text, *seen}
    if is_numeric and re.fullmatch(_WHOLE, text):
        ways |= {f"{text}.0"} if first is None else {f"{text}.0"[:first]}
    elif text.lower() in {"true", "false"}:
        ways |= {text.lower(), text.capitalize(), text.upper()}
    return (text, *sorted(ways - {text}))


def ways_to_write(values: tuple[str, ...]) -> tuple[str, ...]:
    """List values of an outcome with the other ways that programs write them.

    Examples
    --------
    >>> ways_to_write(("1.0",)), ways_to_write(("True",)), ways_to_write(("lost",))
    (('1.0', '1'), ('True', 'TRUE', 'true'), ('lost',))
    """
    ways = []
    for value in values:
        whole = re.sub(rf"^({_WHOLE})\.0+$", r"\1", value)
        others = _sources(whole, [value], is_numeric=True, first=None)
        ways += [value, *(other for other in others if other != value)]
    return tuple(dict.fromkeys(ways))
