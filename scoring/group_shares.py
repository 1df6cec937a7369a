"""Who is approved in each group: everyone, those who repaid, those who defaulted."""

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The people whose group is known: approved or not, defaulted or not, which group."""

    selected: NDArray[np.bool_]
    bad: NDArray[np.float64]  # 1, 0, or NaN where the outcome is not known
    groups: NDArray[np.str_]
    n_missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of one group; None where there is nobody to count."""

    approval: Share | None
    true_positive: Share | None
    false_positive: Share | None

    @property
    def n(self) -> int:
        """How many people the group has."""
        return 0 if self.approval is None else self.approval.n


def rows_of(
    attribute: Protected,
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None,
    groups: Sequence[str | None],
) -> Rows:
    """Keep the rows whose group the contract knows, and count the others.

    Raises
    ------
    ValueError
        The sequences differ in length.
    """
    outcomes = [None] * len(selected) if bad is None else bad
    if not len(selected) == len(outcomes) == len(groups):
        raise ValueError("selected, bad and groups must have one entry for each row")
    values = {group.value for group in attribute.groups}
    known = np.array([group in values for group in groups], dtype=bool)
    numbers = [np.nan if each is None else float(each) for each in outcomes]
    return Rows(
        selected=np.asarray(selected, dtype=bool)[known],
        bad=np.array(numbers, dtype=float)[known],
        groups=np.array([group for group in groups if group in values], dtype=np.str_),
        n_missing=int(len(groups) - known.sum()),
    )


def count_by_group(attribute: Protected, rows: Rows) -> dict[str, Shares]:
    """Count each group's approved, among all, among those who repaid, among those who did not."""
    approvals = _by_group(selection_rate, rows, among=np.ones_like(rows.selected))
    repaid = _by_group(true_positive_rate, rows, among=rows.bad == 0)
    defaulted = _by_group(false_positive_rate, rows, among=rows.bad == 1)
    return {
        group.value: Shares(
            approval=approvals.get(group.value),
            true_positive=repaid.get(group.value),
            false_positive=defaulted.get(group.value),
        )
        for group in attribute.groups
    }


def _by_group(
    metric: Callable[..., float], rows: Rows, *, among: NDArray[np.bool_]
) -> dict[str, Share]:
    if not among.any():
        return {}
    frame = MetricFrame(
        metrics={"rate": metric, "n": count},
        y_true=(rows.bad[among] == 0).astype(int),
        y_pred=rows.selected[among].astype(int),
        sensitive_features={"group": rows.groups[among]},  # an array of one row is refused
    )
    return {
        str(value): Share(count=round(row["rate"] * row["n"]), n=int(row["n"]))
        for value, row in frame.by_group.to_dict("index").items()
    }
