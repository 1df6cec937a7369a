"""Who is chosen in each group: everyone, those who repaid, those who defaulted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from numpy.typing import NDArray

from scoring.contract import Protected
from scoring.proportions import Share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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
    """Everybody, and the group of each by its place among the names; the last is `NOT_KNOWN`."""

    people: People
    names: tuple[str, ...]
    group: Ints

    @property
    def known(self) -> Mask:
        """Whose group is known."""
        return np.asarray(self.group != self.names.index(NOT_KNOWN))

    @property
    def n_missing(self) -> int:
        """How many people's group is not known."""
        return int((~self.known).sum())

    def of(self, group: str) -> Mask:
        """Find a group's people."""
        at = self.names.index(group) if group in self.names else len(self.names)
        return np.asarray(self.group == at)


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
    names = (*(group.value for group in attribute.groups), NOT_KNOWN)
    at = {name: place for place, name in enumerate(names)}
    found = [at.get(group or NOT_KNOWN, at[NOT_KNOWN]) for group in groups]
    return Rows(people=people, names=names, group=np.array(found, dtype=np.int64))


def count_by_group(attribute: Protected, rows: Rows) -> dict[str, Shares]:
    """Count each group's chosen, among all, among those who repaid, among those who did not."""
    people, known = rows.people, rows.known
    chosen, good, is_bad = people.selected, people.bad == 0, people.bad == 1
    has_outcome = good | is_bad
    found = {
        "approval": by_group(selection_rate, rows, among=known, chosen=chosen),
        "true_positive": by_group(
            true_positive_rate, rows, among=known & good, chosen=chosen, good=good
        ),
        "false_positive": by_group(
            false_positive_rate, rows, among=known & is_bad, chosen=chosen, good=good
        ),
        "precision": by_group(
            selection_rate, rows, among=known & has_outcome & chosen, chosen=good
        ),
        "bad": by_group(selection_rate, rows, among=known & has_outcome, chosen=is_bad),
    }
    return {
        group.value: Shares(**{name: shares.get(group.value) for name, shares in found.items()})
        for group in attribute.groups
    }


def by_group(
    metric: Callable[..., float],
    rows: Rows,
    *,
    among: Mask,
    chosen: Mask,
    good: Mask | None = None,
) -> dict[str, Share]:
    """Let fairlearn count a share by group, among some of the rows.

    It is given each kind of row once, with how many there are: a group, chosen or not, true or not.
    """
    true = chosen if good is None else good
    counts = np.bincount((4 * rows.group + 2 * true + chosen)[among], minlength=4 * len(rows.names))
    kinds = np.flatnonzero(counts)
    if not kinds.size:
        return {}
    names = np.array(rows.names, dtype=np.str_)
    frame = MetricFrame(
        metrics={"rate": metric},
        y_true=kinds // 2 % 2,
        y_pred=kinds % 2,
        sensitive_features={"group": names[kinds // 4]},  # an array of one row is refused
        sample_params={"rate": {"sample_weight": counts[kinds]}},
    )
    n = dict(zip(rows.names, counts.reshape(-1, 4).sum(axis=1).tolist(), strict=True))
    return {
        str(value): Share(count=round(rate * n[value]), n=n[value])
        for value, rate in frame.by_group["rate"].to_dict().items()
    }


def _floats(values: Iterable[float | None] | None, n: int) -> Floats:
    if values is None:
        return np.full(n, np.nan)
    return np.array([np.nan if each is None else float(each) for each in values], dtype=np.float64)
