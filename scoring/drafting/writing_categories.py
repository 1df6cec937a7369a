"""The categories of a drafted feature, the rare codes gathered."""

import re
from collections.abc import Iterator

from scoring.drafting.codes import FEW_VALUES, Code, Codes, codes_of, yes_and_no
from scoring.drafting.profile import Column
from scoring.drafting.writing_words import quoted, unique, value_of
from scoring.plurals import counted


def category(column: Column) -> Iterator[str]:
    """List the common codes and gather the rare; two that mean yes and no are a boolean."""
    codes = codes_of(column)
    answers = yes_and_no(codes)
    if answers is not None:
        yield 'kind = "boolean"\ncategories = ['
        for value, label, code in zip(("true", "false"), ("yes", "no"), answers, strict=True):
            yield _line(value, label, code)
        yield "]"
        return
    yield 'kind = "category"'
    yield from _remarks(column, codes)
    yield "categories = ["
    taken: set[str] = set()
    for code in sorted(codes.common, key=_by_number):
        yield _line(value_of(code.text, taken, longest=50), code.text, code)
    if codes.rare or len(codes.common) == 1:
        other = quoted(unique("other", taken))
        rest = f'  {{ value = {other}, label = "another", source = ["*"] }},'
        yield f"{rest}  # {codes.rare:,} rare codes"
    yield "]"


def _line(value: str, label: str, code: Code) -> str:
    source = ", ".join(map(quoted, code.source))
    share = "" if code.bad_rate is None else f", bad rate {code.bad_rate:.1%}"
    return (
        f"  {{ value = {quoted(value)}, label = {quoted(label)}, source = [{source}] }},"
        f"  # {counted(code.rows, 'row')}{share}"
    )


def _remarks(column: Column, codes: Codes) -> Iterator[str]:
    """Say why numbers are codes, and what may be made of the codes."""
    distinct = len(column.counts)
    if column.is_numeric and distinct > FEW_VALUES:
        yield f"# {distinct:,} numbers, but codes by the name: more of one is not more"
    if codes.first_characters is not None:
        yield f"first_characters = {codes.first_characters}  # the sector; whole codes are too rare"
        yield from _lengths(column)
    elif _is_ranked([code.text for code in codes.common]):
        yield '# encoding = "ordinal"  # the codes look like steps of one thing, in this order'


def _lengths(column: Column) -> Iterator[str]:
    """Warn of what cutting codes to their first characters may get wrong."""
    zeros = column.counts["0"] + column.counts["0.0"]
    if zeros:
        many = counted(zeros, "row")
        yield f"# 0 stands in {many}: if it means none stated, make it a missing code"
    long = sorted({len(code.partition(".")[0]) for code in column.counts} - {1})
    if len(long) > 1:
        yield f"# codes have {long[0]} to {long[-1]} digits: has a program lost leading zeros?"


def _is_ranked(codes: list[str]) -> bool:
    """Whether codes are one word with a number, or single letters, or ranges: steps of a thing."""
    bare = ("".join(filter(str.isalpha, code)).lower() for code in codes)
    stems = {stem.removesuffix("s") for stem in bare}  # 1 year, 2 years, 10+ years
    return len(codes) > FEW_VALUES and (len(stems) <= 2 or all(len(code) == 1 for code in codes))


def _by_number(code: Code) -> tuple[float, bool, str]:
    """Order by the first number; "< 1" is before "1"."""
    number = re.search("[0-9]+", code.text)
    return (
        float(number.group()) if number else -1.0,
        not code.text.startswith("<"),
        code.text,
    )
