"""A drafted feature: its kind, its bounds, its codes for missing, its texts."""

from collections.abc import Iterator

from scoring.drafting.codes import is_quantity
from scoring.drafting.judge import Judged
from scoring.drafting.names import label_of, slug_of
from scoring.drafting.profile import Column
from scoring.drafting.ranges import bounds, trend
from scoring.drafting.units import TIMES, unit_of
from scoring.drafting.writing_categories import category
from scoring.drafting.writing_words import number_or_nan, plain, quoted, shown, unique
from scoring.plurals import counted


def feature(one: Judged, number: int, taken: set[str], same_as: str | None) -> str:
    """Write one feature."""
    column = one.column
    body = _numeric(column) if is_quantity(column) or same_as else category(column)
    label = _label(column.name, taken)
    lines = [
        f"\n[[features]]  # {'; '.join(one.evidence)}",
        f"name = {quoted(unique(slug_of(column.name), taken))}",
        f"label = {quoted(label)}  # FINISH: as the applicant would say it",
        *body,
        f"source = {quoted(column.name)}",
    ]
    if same_as:
        lines.append(f"same_as = {quoted(same_as)}")
    lines += _missing(column, label)
    lines.append("actionable = false  # can the applicant do something about it?")
    lines.append(f'code = "F{number:03}"')
    lines.append(f'adverse_text = "{plain(label)} ({{value}}) raises the risk"')
    lines.append(f'favourable_text = "{plain(label)} ({{value}}) lowers the risk"')
    return "\n".join(lines) + "\n"


def _label(name: str, taken: set[str]) -> str:
    """Say a column's name in words that no other feature has: reasons are told apart by them."""
    label = label_of(name)
    label = f"{label} ({name})" if label in taken else label
    taken.add(label)
    return label


def _numeric(column: Column) -> Iterator[str]:
    low, high = bounds(column)
    yield f'kind = "{"integer" if column.is_whole else "decimal"}"'
    unit = unit_of(column)
    if unit:
        yield f"unit = {quoted(unit)}"
    if unit in TIMES:
        yield f"unit_of_one = {quoted(unit.removesuffix('s'))}"
    known = column.numbers.filter(~column.numbers.is_in(list(column.sentinels))).drop_nulls()
    middle = ", ".join(shown(float(known.quantile(share) or 0)) for share in (0.05, 0.5, 0.95))
    yield f"minimum = {shown(low)}  # 5 %, half and 95 % of the rows are below {middle}"
    yield f"maximum = {shown(high)}"
    way = trend(column)
    if way:
        yield f'# direction = "{way}"  # the bad rate of its tenths moves that way only'


def _missing(column: Column, label: str) -> Iterator[str]:
    codes = [*column.words_for_missing]
    if is_quantity(column):
        codes += [
            value
            for value in column.counts
            if number_or_nan(value) in column.sentinels and value not in codes
        ]
        odd = column.n - column.empty - column.numbers.count()
        odd -= sum(column.counts[word] for word in column.words_for_missing)
        if odd:
            one = "1 cell is no number; its row"
            many = f"{odd:,} cells are no numbers; their rows"
            yield f"# {one if odd == 1 else many} will be rejected unless listed here"
    if column.empty or codes:
        yield "may_be_missing = true"
        if codes:
            listed = ", ".join(map(quoted, sorted(codes)))
            apart = ", ".join(f"{code} ({counted(column.counts[code], 'row')})" for code in codes)
            yield f"missing_codes = [{listed}]  # stand apart: {apart}"
        yield f'missing_text = "{plain(label)} was not stated"'
