"""What would change for whom if a candidate took the champion's place. numpy and scipy only.

Both are asked about one population, each row by models that had not seen it
(`scoring.candidates.unseen`); then every figure is a paired one: the same people, twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.candidates.swap_money import money
from scoring.contract import Band, Economics, Policy
from scoring.groups.swap_groups import Attribute, by_group
from scoring.proportions import Share, Z, wilson
from scoring.results import performance

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
DECISIONS = ("approve", "refer", "decline")
APPROVE = 0
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: what it says of each row, and by which cut-offs it recommends."""

    pds: Floats  # (n,), by models that had not seen the row
    policy: Policy
    reasons: Sequence[tuple[str, ...]] = ()  # of the rows of `Population.explained`, worst first

    @property
    def decisions(self) -> Whole:
        """Places in `DECISIONS`, by the cut-offs alone: hard rules treat both sides alike."""
        return recommended(self.pds, self.policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The people whom both are asked about."""

    bad: NDArray[np.bool_] | None = None  # None: no outcome is known
    amounts: Floats | None = None  # asked for; None: all alike, and a review costs nothing
    explained: Whole | None = None  # rows whose reasons were worked out


def recommended(pds: Floats, policy: Policy) -> Whole:
    """Recommend by the cut-offs: 0 to approve, 1 to refer, 2 to decline.

    Examples
    --------
    >>> policy = Policy(approve_pd_at_most=0.16, decline_pd_at_least=0.4)
    >>> recommended(np.array([0.16, 0.2143, 0.4]), policy).tolist()
    [0, 1, 2]
    """
    return (pds > policy.approve_pd_at_most).astype(np.int64) + (pds >= policy.decline_pd_at_least)


def swap_set(
    champion: Side,
    candidate: Side,
    *,
    population: Population,
    bands: Sequence[Band],
    economics: Economics,
    attributes: Sequence[Attribute] = (),
    minimum_group: int = 1,
    seed: int = 0,
) -> dict[str, Any]:
    """Say who would flip, whose reasons change, and what it earns.

    Parameters
    ----------
    champion, candidate : Side
        Of the same n rows, in the same order.
    population : Population
        What is known of those rows beside the scores.
    bands : sequence of Band
        The champion's: a person's band before anything changes.
    economics : Economics
        The candidate's contract's.
    attributes : sequence of Attribute
        Protected attributes with the group of each row; told as aggregates only.
    minimum_group : int
        Fewest people of a group that a figure is stated of.
    seed : int
        Of the resampling.

    Returns
    -------
    dict
        Plain values that JSON can hold.

    Raises
    ------
    ValueError
        The two sides differ in length, or there is nobody.
    """
    if champion.pds.shape != candidate.pds.shape or not len(champion.pds):
        raise ValueError("both sides must speak of the same people, and there must be some")
    before, after = champion.decisions, candidate.decisions
    return {
        "n": len(before),
        "matrix": _matrix(before, after),
        "flips": _share(before != after),
        "by_band": _by_band(champion.pds, before, after, bands),
        "by_group": [
            by_group(each, before == APPROVE, after == APPROVE, minimum=minimum_group)
            for each in attributes
        ],
        "reasons": _reasons(champion, candidate, population),
        "swapped": _swapped(before, after, population.bad),
        "ranking": _ranking(champion.pds, candidate.pds, population.bad),
        "money": None
        if population.bad is None
        else money(
            before,
            after,
            bad=population.bad,
            amounts=population.amounts,
            economics=economics,
            seed=seed,
        ),
    }


def _matrix(before: Whole, after: Whole) -> list[list[int]]:
    """Count rows by what the champion (down) and the candidate (across) recommend."""
    counted = np.bincount(before * len(DECISIONS) + after, minlength=len(DECISIONS) ** 2)
    return [[int(n) for n in line] for line in counted.reshape(len(DECISIONS), -1)]


def _by_band(
    pds: Floats, before: Whole, after: Whole, bands: Sequence[Band]
) -> list[dict[str, Any]]:
    place = np.searchsorted([band.pd_below for band in bands[:-1]], pds, side="right")
    return [
        {
            "band": band.name,
            "better": int((after < before)[place == at].sum()),
            "worse": int((after > before)[place == at].sum()),
            **_share((before != after)[place == at]),
        }
        for at, band in enumerate(bands)
    ]


def _reasons(champion: Side, candidate: Side, population: Population) -> dict[str, Any] | None:
    """Compare the principal reasons of those whom neither would approve, decided alike by both."""
    if population.explained is None:
        return None
    rows = population.explained
    before, after = champion.decisions[rows], candidate.decisions[rows]
    alike = np.flatnonzero((before == after) & (before != APPROVE)).tolist()
    pairs = [(champion.reasons[at], candidate.reasons[at]) for at in alike]
    return {
        "others": _share(np.array([set(old) != set(new) for old, new in pairs], dtype=bool)),
        "first": _share(np.array([old[:1] != new[:1] for old, new in pairs], dtype=bool)),
    }


def _swapped(before: Whole, after: Whole, bad: NDArray[np.bool_] | None) -> dict[str, Any]:
    """Say how many are newly approved and no longer approved, and how many of them went bad."""
    ways = {
        "gained": (before != APPROVE) & (after == APPROVE),
        "lost": (before == APPROVE) & (after != APPROVE),
    }
    return {
        name: {"n": int(who.sum()), "bads": None if bad is None else _share(bad[who])}
        for name, who in ways.items()
    }


def _ranking(
    champion: Floats, candidate: Floats, bad: NDArray[np.bool_] | None
) -> dict[str, Any] | None:
    if bad is None or bad.all() or not bad.any():
        return None
    gap, error = auc_difference(bad, candidate, champion)
    squares = (candidate - bad) ** 2 - (champion - bad) ** 2
    return {
        "auc": {
            "champion": round(performance.auc(bad, champion), DIGITS),
            "candidate": round(performance.auc(bad, candidate), DIGITS),
            **_interval(gap, error),
        },
        "brier": {
            "champion": round(performance.brier(bad, champion), DIGITS),
            "candidate": round(performance.brier(bad, candidate), DIGITS),
            **_interval(float(squares.mean()), float(squares.std() / np.sqrt(len(squares)))),
        },
    }


def auc_difference(bad: NDArray[np.bool_], one: Floats, other: Floats) -> tuple[float, float]:
    """Give the difference of two AUCs on the same rows, and its standard error.

    Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837-845.

    Examples
    --------
    >>> bad = np.array([False, False, True, True])
    >>> gap, error = auc_difference(bad, np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4]))
    >>> round(gap, 4), round(error, 4)
    (0.25, 0.3536)
    """
    gaps = _placements(bad, one) - _placements(bad, other)
    variance = sum(gaps[who].var(ddof=1) / who.sum() for who in (bad, ~bad) if who.sum() > 1)
    return float(gaps[bad].mean()), float(np.sqrt(variance))


def _placements(bad: NDArray[np.bool_], pds: Floats) -> Floats:
    """Say of each bad which share of goods is safer, of each good which share of bads is not."""
    found = np.empty(len(pds))
    for who, others, wants_more in ((bad, ~bad, False), (~bad, bad, True)):
        known = np.sort(pds[others])
        below = np.searchsorted(known, pds[who], "left") + np.searchsorted(known, pds[who], "right")
        share = below / (2 * len(known))
        found[who] = 1 - share if wants_more else share
    return found


def _share(who: NDArray[np.bool_]) -> dict[str, Any]:
    """Count, with Wilson's interval of the share; no share where there is nobody."""
    n, count = len(who), int(who.sum())
    if not n:
        return {"n": 0, "count": 0, "share": None, "low": None, "high": None}
    interval = wilson(Share(count=count, n=n))
    return {
        "n": n,
        "count": count,
        "share": round(count / n, DIGITS),
        "low": round(interval.low, DIGITS),
        "high": round(interval.high, DIGITS),
    }


def _interval(value: float, error: float) -> dict[str, float]:
    return {
        "difference": round(value, DIGITS),
        "low": round(value - Z * error, DIGITS),
        "high": round(value + Z * error, DIGITS),
    }
