"""What each column is for: a feature, or why not. Every judgement has its evidence in words."""

from dataclasses import dataclass, field
from itertools import pairwise

from scoring.drafting.codes import codes_of, is_quantity
from scoring.drafting.forms import is_month_in_words
from scoring.drafting.groups import protected_by_values
from scoring.drafting.leaks import DECISION_OUTCOMES, LATER, RATED, leak_by, may_be_history
from scoring.drafting.names import (
    APPLIED,
    IDS,
    KNOWN,
    is_proxy,
    protected_by,
    suggests,
    words_of,
)
from scoring.drafting.profile import MOST_CODES, Column
from scoring.drafting.times import dates_of, says_when

TOO_GOOD_AUC, TOO_GOOD_LEAD = 0.80, 0.05  # alone, and above the next best
COPY_AUC = 0.995
NEARLY_UNIQUE = 0.99
NEARLY_EMPTY = 0.01  # share of rows that state something
HISTORY_AUC = 0.75  # what tells more alone is not of loans before
SHARES = ("apr", "pd", "int_rate", "interest_rate")  # never above 100
APART = 0.7  # difference between bads and goods in how many state something


@dataclass(slots=True, kw_only=True)
class Judged:
    """A column with its part in the contract."""

    column: Column
    part: str = "feature"  # feature, id, applied_on, outcome_known_on, protected, banned, left out
    why: str = ""
    attribute: str = ""  # of a protected one
    evidence: list[str] = field(default_factory=list)


def judge(columns: list[Column], *, keep: frozenset[str] = frozenset()) -> list[Judged]:
    """Judge every column but the outcome, in the order of the file; a person's word is kept."""
    judged = [_by_itself(column) for column in columns]
    _twins(judged)
    _one_of(judged, "id", _is_id)
    _dates(judged)
    _whens(judged)
    _too_good(judged)
    _keep(judged, keep)
    _codes(judged)
    return judged


def _by_itself(column: Column) -> Judged:
    said = Judged(column=column, evidence=_evidence(column))
    leak, by_name = _leak(column), protected_by(column.name)
    attribute = by_name or protected_by_values(column)
    apart = column.missing_tells
    says_nothing = _says_nothing(column)
    if says_nothing:
        said.part, said.why = "left out", says_nothing
    elif (column.auc_alone or 0) >= COPY_AUC:
        said.part, said.why = "banned", "tells the outcome without fail: it is a copy of it"
    elif attribute:
        said.part, said.attribute = "protected", attribute
        who = "its name suggests" if by_name else "its values are those of"
        said.why = f"{who} {attribute.replace('_', ' ')}, a prohibited basis"
    elif apart and abs(apart[0] - apart[1]) > APART:
        said.part = "banned"
        said.why = f"is stated for {apart[0]:.0%} of the bad and {apart[1]:.0%} of the good loans"
    elif leak:
        said.part, said.why = "banned", f"{leak[0]}, as its name ({leak[1]}) suggests"
    elif is_proxy(column.name):
        said.part, said.why = (
            "banned",
            "says where or who somebody is: a proxy for protected groups",
        )
    return said


def _says_nothing(column: Column) -> str:
    """Say why a column tells nothing of anybody; "" where it may."""
    if (column.n - column.empty) < max(NEARLY_EMPTY * column.n, 1):
        return "is nearly empty"
    if len(column.counts) == 1 and not column.empty:
        return "holds one value only"
    return "counts the rows" if column.counts_rows and not _is_named_id(column.name) else ""


def _twins(judged: list[Judged]) -> None:
    """Leave out what another feature holds too, row by row: reasons would be split between them."""
    first: dict[tuple[int, int], str] = {}
    for one in judged:
        if one.part == "feature":
            cells = one.column.cells
            twin = first.setdefault((cells.null_count(), int(cells.hash().sum())), one.column.name)
            if twin != one.column.name:
                one.part, one.why = "left out", f"holds what {twin} holds, row by row"


def _keep(judged: list[Judged], keep: frozenset[str]) -> None:
    """Make features of what was only suspected; a protected column needs more than a word."""
    for one in judged:
        if one.column.name in keep and one.part == "banned":
            one.part = "feature"
            one.evidence.append(f"kept as asked, although it {one.why}")


def _leak(column: Column) -> tuple[str, str] | None:
    """Suspect a column by its name, unless what it holds speaks against it."""
    found = leak_by(column.name)
    if found is None or (column.date_formats and suggests(column.name, DECISION_OUTCOMES)):
        return None  # the day of a decision is not the decision
    why, stem = found
    if why == LATER and may_be_history(column.name) and (column.auc_alone or 1) < HISTORY_AUC:
        return None
    is_large = column.is_numeric and float(column.numbers.median() or 0) > 100  # type: ignore[arg-type]
    return None if why == RATED and stem in SHARES and is_large else found


def _evidence(column: Column) -> list[str]:
    said = [f"{column.n:,} rows, {len(column.counts):,} distinct, {column.empty:,} empty"]
    if column.auc_alone is not None:
        said.append(f"AUC alone {column.auc_alone:.3f}, information value {column.information:.2f}")
    if leak_by(column.name) and _leak(column) is None and not column.date_formats:
        said.append(f"its name warns ({leak_by(column.name)[1]}), its values do not: check it")  # type: ignore[index]
    return said


def _too_good(judged: list[Judged]) -> None:
    """Suspect what tells far more than anything else does; leaks often come several at a time."""
    features = [one for one in judged if one.part == "feature"]
    ranked = sorted(features, key=lambda one: -(one.column.auc_alone or 0))
    aucs = [*(one.column.auc_alone or 0 for one in ranked), 0.5]
    last = max(
        (
            place
            for place, (auc, following) in enumerate(pairwise(aucs))
            if auc >= TOO_GOOD_AUC and auc - following >= TOO_GOOD_LEAD
        ),
        default=-1,
    )
    for one, auc in zip(ranked[: last + 1], aucs, strict=False):
        one.part = "banned"
        one.why = (
            f"predicts the outcome too well alone (AUC {auc:.2f}, the next best "
            f"{aucs[last + 1]:.2f}): make sure that it is known before the decision"
        )


def _is_id(one: Judged) -> bool:
    column = one.column
    is_unique = len(column.counts) >= NEARLY_UNIQUE * max(column.n - column.empty, 1)
    is_named = _is_named_id(column.name) or column.is_code_of_one_length
    is_code = not column.is_numeric or (column.is_whole and is_named)
    is_stated = column.empty <= (1 - NEARLY_UNIQUE) * column.n  # a row without its id is rejected
    return is_unique and is_stated and column.n > MOST_CODES and is_code and not _is_when(column)


def _is_named_id(name: str) -> bool:
    words = words_of(name)
    return bool(suggests(name, IDS)) or any(word in {"id", "nr", "loannr"} for word in words)


def _one_of(judged: list[Judged], part: str, is_it: object) -> None:
    """Give the first column of a kind its part; leave the others out."""
    found = [one for one in judged if one.part in {"feature", "banned"} and is_it(one)]  # type: ignore[operator]
    for place, one in enumerate(found):
        one.part = part if place == 0 and one.part == "feature" else "left out"
        one.why = "is unique in nearly every row: an id"


def _dates(judged: list[Judged]) -> None:
    dates = [one for one in judged if one.column.date_formats and not _is_plain_number(one.column)]
    applied = [one for one in dates if one.part == "feature" and suggests(one.column.name, APPLIED)]
    for one in dates:
        if one.part == "feature":
            forms = " or ".join(one.column.date_formats)
            one.part = "left out"
            one.why = f"is a date ({forms}); a date_difference may be made of it"
            if applied and one is not applied[0]:
                one.why += (
                    f": source = {applied[0].column.name!r}, source_from = {one.column.name!r}"
                )
    if applied:
        applied[0].part, applied[0].why = "applied_on", "looks like the date of the application"
    known = [one for one in dates if one.part == "banned" and suggests(one.column.name, KNOWN)]
    if known:
        known[0].part = "outcome_known_on"
        known[0].why = f"{known[0].why}; it may say when the outcome was known"


def _whens(judged: list[Judged]) -> None:
    """Ban what only says when: it tells years apart, and the years to come are none of them."""
    applied = next((one.column for one in judged if one.part == "applied_on"), None)
    if applied is None:
        return
    dates = dates_of(applied)
    for one in judged:
        if one.part == "feature":
            one.why = says_when(one.column, dates)
            one.part = "banned" if one.why else one.part


def _codes(judged: list[Judged]) -> None:
    """Leave out codes that are too many to be a category, and dates that nothing reads."""
    for one in judged:
        if one.part == "feature" and is_month_in_words(one.column.counts):
            one.part = "left out"
            one.why = "looks like a date that no form reads: write it as in 2020-01-31"
        elif one.part == "feature" and not is_quantity(one.column):
            one.why = codes_of(one.column).why_not
            one.part = "left out" if one.why else one.part


def _is_when(column: Column) -> bool:
    return bool(column.date_formats) or is_month_in_words(column.counts)


def _is_plain_number(column: Column) -> bool:
    """Whether its cells are numbers that only happen to read as dates, such as 20101."""
    return column.is_numeric and column.date_formats == ("%Y%m%d",) and len(column.counts) < 30
