"""Who would flip in each protected group, as aggregates that give nobody away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.proportions import Z

SMALLEST_CELL = 5  # people; a smaller count other than nought is not told
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A protected attribute, and the group of each row; None where it is not known."""

    name: str
    label: str
    labels: Mapping[str, str]  # group to what it is called, in the contract's order
    groups: Sequence[str | None]


def by_group(
    attribute: Attribute,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    *,
    minimum: int,
) -> dict[str, Any]:
    """Say of each group how many would be approved before and after.

    A group of fewer than `minimum` people has no figures, and counts of who flips that are below
    `SMALLEST_CELL` are withheld, both of a group together. Where that withholds one group alone,
    the next smallest goes with it: what is told of all would give it away.

    Parameters
    ----------
    before, after : array of shape (n,)
        Whether the champion, and the candidate, would approve.
    """
    member = np.array([group or "" for group in attribute.groups], dtype=np.str_)
    found = [
        _of_group(label, before[member == group], after[member == group], minimum=minimum)
        for group, label in attribute.labels.items()
    ]
    for name in ("gained", "lost"):
        withhold(found, name)
    for group in found:  # either with the shares before and after would give the other away
        if group["gained"] is None or group["lost"] is None:
            group["gained"] = group["lost"] = None
    return {
        "name": attribute.name,
        "label": attribute.label,
        "n_missing": int((~np.isin(member, list(attribute.labels))).sum()),
        "groups": found,
    }


def _of_group(
    label: str, before: NDArray[np.bool_], after: NDArray[np.bool_], *, minimum: int
) -> dict[str, Any]:
    n = len(before)
    if n < max(minimum, 1):
        figures = ("before", "after", "difference", "low", "high", "gained", "lost")
        return {"label": label, "n": n, "is_enough": False, **dict.fromkeys(figures)}
    change = after.astype(np.float64) - before
    error = float(change.std() / np.sqrt(n))
    middle = float(change.mean())
    return {
        "label": label,
        "n": n,
        "is_enough": True,
        "before": round(float(before.mean()), DIGITS),
        "after": round(float(after.mean()), DIGITS),
        "difference": round(middle, DIGITS),
        "low": round(middle - Z * error, DIGITS),
        "high": round(middle + Z * error, DIGITS),
        "gained": int((after & ~before).sum()),
        "lost": int((before & ~after).sum()),
    }


def withhold(groups: list[dict[str, Any]], name: str) -> None:
    """Take out the counts that are too small, and one more where that leaves one to be guessed.

    Examples
    --------
    >>> groups = [{"gained": 3}, {"gained": 9}, {"gained": 40}]
    >>> withhold(groups, "gained")
    >>> [group["gained"] for group in groups]
    [None, None, 40]
    """
    for group in groups:
        if group[name] is not None and 0 < group[name] < SMALLEST_CELL:
            group[name] = None
    told = sorted((g for g in groups if g[name] is not None), key=lambda group: group[name])
    if len(groups) - len(told) == 1 and told:
        told[0][name] = None
