"""The categories of a drafted feature, the rare codes gathered."""

from collections.abc import Iterator

from scoring.drafting.names import slug_of
from scoring.drafting.profile import FEWEST_SHOWN, MOST_CODES, Column
from scoring.drafting.writing_words import quoted, unique

RARE = 0.002  # share of rows; rarer codes go to the rest
FEW_VALUES = 3  # a whole number of so many values is a code


def category(column: Column) -> Iterator[str]:
    """List the common codes and gather the rare; nothing where the common are too many."""
    stated = {
        code: count for code, count in column.counts.items() if code not in column.words_for_missing
    }
    common = [code for code, count in stated.items() if count >= max(RARE * column.n, FEWEST_SHOWN)]
    if len(common) > MOST_CODES or not common or (len(stated) > MOST_CODES and len(common) < 2):
        return
    has_rest = len(common) < len(stated) or len(common) == 1
    yield 'kind = "category"'
    if _is_ranked(common):
        yield '# encoding = "ordinal"  # the codes look like steps of one thing, in this order'
    yield "categories = ["
    taken: set[str] = set()
    for code in sorted(common, key=_by_number):
        rate = column.bad_rate(code)
        value = unique(slug_of(code, longest=50).removeprefix("c_") or "empty", taken)
        share = "" if rate is None else f", bad rate {rate:.1%}"
        yield (
            f"  {{ value = {quoted(value)}, label = {quoted(code)}, source = [{quoted(code)}] }},"
            f"  # {column.counts[code]:,} rows{share}"
        )
    if has_rest:
        rest = len(stated) - len(common)
        yield (
            f'  {{ value = {quoted(unique("other", taken))}, label = "another", source = ["*"] }},'
            f"  # {rest:,} rare codes"
        )
    yield "]"


def _is_ranked(codes: list[str]) -> bool:
    """Whether codes are one word with a number, or single letters, or ranges: steps of a thing."""
    stems = {"".join(letter for letter in code if not letter.isdigit()) for code in codes}
    return len(codes) > FEW_VALUES and (len(stems) <= 2 or all(len(code) == 1 for code in codes))


def _by_number(code: str) -> tuple[float, str]:
    digits = "".join(letter for letter in code if letter.isdigit())
    return (float(digits) if digits else -1.0, code)
