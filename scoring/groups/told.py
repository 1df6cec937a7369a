"""What a fairness report may tell of its counts: no small one, and none that gives one away.

Counted are the people of each group, of each group by outcome, and of two groups at once. How many
of them were chosen is told with each count as its share, and adds up as the counts do: so what
holds for the counts holds for those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.contract import Protected
from scoring.groups.shares import NOT_KNOWN, Mask, Rows
from scoring.groups.told_cells import table_of, withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The groups of one attribute whose counts may be told."""

    groups: frozenset[str]
    missing: bool  # how many people's group is not known
    goods: frozenset[str]
    bads: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What is not told whatever its numbers, for beside other reports it would tell too much."""

    attributes: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()  # of these attributes
    strata: frozenset[str] = frozenset()  # likewise
    pairs: frozenset[tuple[str, ...]] = frozenset()

    def left_of(self, attribute: str, told: Told) -> Told:
        """Take away what is not told of an attribute."""
        if attribute in self.attributes:
            return NOTHING
        if attribute in self.outcomes:
            return replace(told, goods=frozenset(), bads=frozenset())
        return told

    def has_pair(self, names: tuple[str, str]) -> bool:
        """Say whether two attributes at once are not told."""
        return names in self.pairs or not self.attributes.isdisjoint(names)


NOTHING = Told(groups=frozenset(), missing=False, goods=frozenset(), bads=frozenset())


def told_of(attribute: Protected, rows: Rows, *, smallest: int) -> Told:
    """Choose what may be told of an attribute; everybody, and each outcome's total, are known."""
    values = [group.value for group in attribute.groups]
    by_outcome = _by_outcome([*values, NOT_KNOWN], rows)
    hidden = _hidden_groups(by_outcome.sum(axis=1), smallest=smallest)
    goods_bads = _hidden_outcomes(by_outcome, hidden, smallest=smallest)
    return Told(
        groups=_shown(values, hidden[:-1]),
        missing=not hidden[-1],
        goods=_shown(values, goods_bads[:-1, 0]),
        bads=_shown(values, goods_bads[:-1, 1]),
    )


def told_pairs(
    one: Protected,
    other: Protected,
    rows: tuple[Rows, Rows],
    told: tuple[Told, Told],
    smallest: int,
) -> Mask:
    """Choose which cells of two attributes may be told: an array of groups by groups."""
    names = [[*(group.value for group in each.groups), NOT_KNOWN] for each in (one, other)]
    counts = np.array(
        [
            [int((rows[0].of(row) & rows[1].of(column)).sum()) for column in names[1]]
            for row in names[0]
        ],
        dtype=np.int64,
    )
    lines = [_totals(each, of) for each, of in zip(names, told, strict=True)]
    never = ~np.outer(lines[0], lines[1])
    harmless = np.zeros(counts.shape, dtype=bool)
    never[-1, :] = never[:, -1] = harmless[-1, :] = harmless[:, -1] = True
    hidden = withheld(
        table_of(
            counts,
            smallest=smallest,
            never=never,
            harmless=harmless,
            rows=lines[0],
            columns=lines[1],
        )
    )
    return np.asarray(~hidden[:-1, :-1])


def told_strata(
    attribute: Protected, rows: Rows, told: Told, strata: Sequence[str], smallest: int
) -> Mask:
    """Choose which cells of groups by strata may be told; how many a stratum has is known."""
    names = [*(group.value for group in attribute.groups), NOT_KNOWN]
    of = rows.people.strata
    counts = np.array(
        [[int((rows.of(row) & (of == each)).sum()) for each in strata] for row in names],
        dtype=np.int64,
    )
    lines = _totals(names, told)
    never = np.repeat(~lines[:, None], len(strata), axis=1)
    harmless = np.zeros(counts.shape, dtype=bool)
    never[-1, :] = harmless[-1, :] = True
    table = table_of(counts, smallest=smallest, never=never, harmless=harmless, rows=lines)
    return np.asarray(~withheld(table)[:-1])


def _totals(names: Sequence[str], told: Told) -> Mask:
    return np.array([name in told.groups for name in names[:-1]] + [told.missing], dtype=bool)


def _shown(values: Sequence[str], hidden: Mask) -> frozenset[str]:
    return frozenset(
        value for value, is_hidden in zip(values, hidden, strict=True) if not is_hidden
    )


def _by_outcome(names: Sequence[str], rows: Rows) -> np.ndarray:
    """Count each group's good, bad and not known outcomes."""
    bad = rows.people.bad
    return np.array(
        [
            [
                int((rows.of(name) & outcome).sum())
                for outcome in (bad == 0, bad == 1, np.isnan(bad))
            ]
            for name in names
        ],
        dtype=np.int64,
    )


def _hidden_groups(counts: np.ndarray, *, smallest: int) -> Mask:
    """Choose among groups and those of no known group, who are nobody's secret."""
    column = counts[:, None]
    harmless = np.zeros(column.shape, dtype=bool)
    harmless[-1] = True
    rows = np.zeros(len(counts), dtype=bool)
    return withheld(table_of(column, smallest=smallest, harmless=harmless, rows=rows))[:, 0]


def _hidden_outcomes(counts: np.ndarray, hidden: Mask, *, smallest: int) -> Mask:
    never, harmless = np.zeros((2, *counts.shape), dtype=bool)
    never[:, 2] = never[-1, :] = harmless[:, 2] = harmless[-1, :] = True
    never[hidden, :] = True
    table = table_of(counts, smallest=smallest, never=never, harmless=harmless, rows=~hidden)
    return withheld(table)
