"""Who is chosen in each group: everyone, those who repaid, those who defaulted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    count,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from numpy.typing import NDArray

from scoring.contract import Protected
from scoring.proportions import Share

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
NOT_KNOWN = ""  # of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody a report is about, column by column."""

    selected: Mask
    bad: Floats  # 1, 0, or NaN where the outcome is not known
    pd: Floats  # NaN where no model could score
    score: Floats  # points, likewise
    offered: Floats  # share of the amount asked for; NaN where nothing else was offered
    strata: NDArray[np.str_] | None  # such as score bands, where figures are compared within them

    def __len__(self) -> int:
        return len(self.selected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Everybody, and the group of each; `NOT_KNOWN` where the contract knows none."""

    people: People
    groups: NDArray[np.str_]

    @property
    def known(self) -> Mask:
        """Whose group is known."""
        return np.asarray(self.groups != NOT_KNOWN)

    @property
    def n_missing(self) -> int:
        """How many people's group is not known."""
        return int((~self.known).sum())

    def of(self, group: str) -> Mask:
        """Find a group's people."""
        return np.asarray(self.groups == group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of one group; None where there is nobody to count."""

    approval: Share | None
    true_positive: Share | None
    false_positive: Share | None
    precision: Share | None  # repaid, of those chosen whose outcome is known
    bad: Share | None  # of those whose outcome is known

    @property
    def n(self) -> int:
        """How many people the group has."""
        return 0 if self.approval is None else self.approval.n


def people_of(
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None = None,
    *,
    pd: Iterable[float | None] | None = None,
    score: Iterable[float | None] | None = None,
    offered: Iterable[float | None] | None = None,
    strata: Sequence[str] | None = None,
) -> People:
    """Lay people out in columns.

    Raises
    ------
    ValueError
        The columns differ in length.
    """
    n = len(selected)
    found = People(
        selected=np.asarray(selected, dtype=bool),
        bad=_floats(bad, n),
        pd=_floats(pd, n),
        score=_floats(score, n),
        offered=_floats(offered, n),
        strata=None if strata is None else np.asarray(strata, dtype=np.str_),
    )
    columns = (found.bad, found.pd, found.score, found.offered, found.strata)
    if any(column is not None and len(column) != n for column in columns):
        raise ValueError("selected, bad and groups must have one entry for each row")
    return found


def rows_of(attribute: Protected, people: People, groups: Sequence[str | None]) -> Rows:
    """Say which group each belongs to, as far as the contract knows it.

    Raises
    ------
    ValueError
        There is not one group, or None, for each.
    """
    if len(groups) != len(people):
        raise ValueError("selected, bad and groups must have one entry for each row")
    values = {group.value for group in attribute.groups}
    named = [group if group in values and group is not None else NOT_KNOWN for group in groups]
    return Rows(people=people, groups=np.asarray(named, dtype=np.str_))


def count_by_group(attribute: Protected, rows: Rows) -> dict[str, Shares]:
    """Count each group's chosen, among all, among those who repaid, among those who did not."""
    people, known = rows.people, rows.known
    chosen, good, is_bad = people.selected, people.bad == 0, people.bad == 1
    has_outcome = good | is_bad
    found = {
        "approval": by_group(selection_rate, rows.groups, among=known, chosen=chosen),
        "true_positive": by_group(
            true_positive_rate, rows.groups, among=known & good, chosen=chosen, good=good
        ),
        "false_positive": by_group(
            false_positive_rate, rows.groups, among=known & is_bad, chosen=chosen, good=good
        ),
        "precision": by_group(
            selection_rate, rows.groups, among=known & has_outcome & chosen, chosen=good
        ),
        "bad": by_group(selection_rate, rows.groups, among=known & has_outcome, chosen=is_bad),
    }
    return {
        group.value: Shares(**{name: shares.get(group.value) for name, shares in found.items()})
        for group in attribute.groups
    }


def by_group(
    metric: Callable[..., float],
    groups: NDArray[np.str_],
    *,
    among: Mask,
    chosen: Mask,
    good: Mask | None = None,
) -> dict[str, Share]:
    """Let fairlearn count a share by group, among some of the rows."""
    if not among.any():
        return {}
    true = chosen if good is None else good
    frame = MetricFrame(
        metrics={"rate": metric, "n": count},
        y_true=true[among].astype(int),
        y_pred=chosen[among].astype(int),
        sensitive_features={"group": groups[among]},  # an array of one row is refused
    )
    return {
        str(value): Share(count=round(row["rate"] * row["n"]), n=int(row["n"]))
        for value, row in frame.by_group.to_dict("index").items()
    }


def _floats(values: Iterable[float | None] | None, n: int) -> Floats:
    if values is None:
        return np.full(n, np.nan)
    return np.array([np.nan if each is None else float(each) for each in values], dtype=np.float64)
