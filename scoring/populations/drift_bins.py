"""Bins to compare two populations in: so wide that both have enough rows in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.populations.drift_cells import MISSING, Counts

MOST = 10
NEARLY = 0.8  # of that are enough in the last bin, which takes what the others leave
FEWEST = 25  # rows expected in a bin, on either side, for chi-squared to hold far into its tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Some cells, and the rows in them. `values` are names; of numbers the first and last cell."""

    values: tuple[str, ...]
    then: int
    now: int
    is_missing: bool = False
    is_rest: bool = False  # values too rare to stand alone


def of_numbers(then: Counts, now: Counts) -> list[Bin]:
    """Join neighbouring cells to at most ten bins of about equal shares of what was then.

    What is missing is a bin of its own where enough is expected to be; else it is left out, and
    the test of missing rates looks at it.

    Examples
    --------
    >>> [each.then for each in of_numbers({"1": 40, "2": 40, "9": 15}, {"2": 200})]
    [40, 55]
    """
    cells = sorted({int(cell) for cell in (*then, *now) if cell != MISSING})
    known, least = sum(then.get(str(cell), 0) for cell in cells), _least(then, now)
    wanted = max(1, min(MOST, int(known // least)))
    groups: list[list[int]] = [[]]
    passed = held = 0
    for cell in cells:
        if passed >= len(groups) * known / wanted and held >= least:
            groups, held = [*groups, []], 0
        rows = then.get(str(cell), 0)
        groups[-1].append(cell)
        passed, held = passed + rows, held + rows
    if held < NEARLY * least and len(groups) > 1:  # too few are left for the last one
        last = groups.pop()
        groups[-1] += last
    found = [_bin([str(cell) for cell in group], then, now) for group in groups if group]
    return [*found, *_missing(then, now)]


def of_values(then: Counts, now: Counts, *, order: Sequence[str] = ()) -> list[Bin]:
    """Give each value a bin, in the contract's order, and join those that are too rare."""
    known = [*order, *sorted({*then, *now} - {*order, MISSING})]
    common = [value for value in known if then.get(value, 0) >= _least(then, now)]
    rare = [value for value in known if value not in common and (value in then or value in now)]
    alone = [_bin([value], then, now) for value in common]
    if not rare:
        return [*alone, *_missing(then, now)]
    rest = _bin(rare, then, now, is_rest=True)
    if rest.then < _least(then, now) and alone:  # the rarest of the common keeps them company
        smallest = min(alone, key=lambda each: each.then)
        alone.remove(smallest)
        rest = _bin([*smallest.values, *rare], then, now, is_rest=True)
    return [*alone, rest, *_missing(then, now)]


def _least(then: Counts, now: Counts) -> float:
    """Say how many rows then make for enough of them on both sides, if nothing has moved."""
    n, m = sum(now.values()), sum(then.values())
    return FEWEST * max(1.0, m / max(n, 1))


def _missing(then: Counts, now: Counts) -> list[Bin]:
    if then.get(MISSING, 0) < _least(then, now):
        return []
    return [_bin([MISSING], then, now, is_missing=True)]


def _bin(
    values: Sequence[str],
    then: Counts,
    now: Counts,
    *,
    is_missing: bool = False,
    is_rest: bool = False,
) -> Bin:
    return Bin(
        values=tuple(values),
        then=sum(then.get(value, 0) for value in values),
        now=sum(now.get(value, 0) for value in values),
        is_missing=is_missing,
        is_rest=is_rest,
    )
