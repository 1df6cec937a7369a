"""Everybody who applied, counted by PD: what other cut-offs would have come to. numpy only.

A tally holds sums in steps of PD, never an application, so it is as large for a million of them as
for a thousand, and tallies of months add up.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Economics
from scoring.proportions import Interval, Share, Z, wilson

Floats = NDArray[np.float64]
STEPS = 200  # a cut-off is a whole number of them: steps of half a per cent
CELLS = STEPS + 1  # cell `k` holds the PDs above (k - 1) / STEPS and at most k / STEPS
UNSCORED = -1  # the cell of an application that no model scored
OUTCOMES = ("unknown", "good", "bad")  # the last two only where they have matured
SUMS = ("n", "pd", "amount", "amount_pd", "amount2", "amount2_pd")
RULES = ("passes", "refers", "declines")  # what the policy's rules say, whatever the PD


class Cell(NamedTuple):
    """Applications that are alike in all that a cut-off looks at, as sums."""

    cell: int
    rules: str
    outcome: str
    n: float
    pd: float
    amount: float
    amount_pd: float
    amount2: float
    amount2_pd: float


def cell_of(pd: float) -> int:
    """Say in which cell a PD is counted.

    Examples
    --------
    >>> cell_of(0.0), cell_of(0.16), cell_of(0.1601)
    (0, 32, 33)
    """
    return max(0, math.ceil(pd * STEPS - 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Applications by PD."""

    passing: Floats  # (outcomes, sums, cells): those that meet every rule
    refers: Floats  # (cells,): of how many a rule asks a person to look
    declines: Floats  # (cells,)
    unscored: int
    days: int  # on which applications were decided

    @property
    def n(self) -> int:
        """How many applications."""
        scored = self.passing[:, 0].sum() + self.refers.sum() + self.declines.sum()
        return self.unscored + round(float(scored))

    @property
    def mean_amount(self) -> float:
        """Of those that meet every rule; 1 where there is none."""
        n, amount = self.passing[:, 0].sum(), self.passing[:, 2].sum()
        return float(amount / n) if amount > 0 else 1.0

    def __add__(self, other: Self) -> Self:
        """Put two periods together that have no application in common."""
        parts = {each.name: getattr(self, each.name) for each in fields(self)}
        return type(self)(**{name: own + getattr(other, name) for name, own in parts.items()})


def empty() -> Tally:
    """Begin with nobody."""
    return Tally(
        passing=np.zeros((len(OUTCOMES), len(SUMS), CELLS)),
        refers=np.zeros(CELLS),
        declines=np.zeros(CELLS),
        unscored=0,
        days=0,
    )


def tally(cells: Iterable[Cell], *, days: int) -> Tally:
    """Put counted cells into a tally; a cell may come in several parts.

    Examples
    --------
    >>> one = Cell(32, "passes", "good", 2, 0.3, 4000.0, 600.0, 8e6, 1.2e6)
    >>> tally([one, one._replace(cell=UNSCORED)], days=1).n
    4
    """
    made, unscored = empty(), 0.0
    for each in cells:
        if each.cell == UNSCORED:
            unscored += each.n
        elif each.rules == "passes":
            sums = (each.n, each.pd, each.amount, each.amount_pd, each.amount2, each.amount2_pd)
            made.passing[OUTCOMES.index(each.outcome), :, each.cell] += sums
        else:
            getattr(made, each.rules)[each.cell] += each.n
    return Tally(
        passing=made.passing,
        refers=made.refers,
        declines=made.declines,
        unscored=round(unscored),
        days=days,
    )


def to_json(counted: Tally) -> dict[str, Any]:
    """Write a tally as plain values; `from_json` reads it."""
    return {
        "steps": STEPS,
        "passing": counted.passing.round(6).tolist(),
        "refers": counted.refers.tolist(),
        "declines": counted.declines.tolist(),
        "unscored": counted.unscored,
        "days": counted.days,
    }


def from_json(said: Mapping[str, Any]) -> Tally:
    """Read a tally."""
    return Tally(
        passing=np.asarray(said["passing"], dtype=np.float64),
        refers=np.asarray(said["refers"], dtype=np.float64),
        declines=np.asarray(said["declines"], dtype=np.float64),
        unscored=said["unscored"],
        days=said["days"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What two cut-offs come to. Intervals are 95 % ones; None where there is nobody."""

    n: int
    approved: int
    approved_in: Interval | None
    declined: int
    declined_in: Interval | None
    referred: int
    referred_in: Interval | None
    a_day: float | None  # referrals
    a_day_in: Interval | None
    bad_rate: float | None  # among the approved: known outcomes, and else the PD
    bad_rate_in: Interval | None
    known: int  # approved ones whose outcome has matured
    known_bad: int
    known_in: Interval | None
    expected: int  # approved ones of whom only the PD is known
    expected_rate: float | None
    profit: float | None  # an application, as a share of the mean amount
    profit_in: Interval | None
    profit_money: float  # of all of them

    @property
    def approval_rate(self) -> float | None:
        """Share of all applications."""
        return self.approved / self.n if self.n else None

    @property
    def decline_rate(self) -> float | None:
        """Share of all applications."""
        return self.declined / self.n if self.n else None

    @property
    def referral_rate(self) -> float | None:
        """Share of all applications."""
        return self.referred / self.n if self.n else None

    @property
    def known_rate(self) -> float | None:
        """Share of bads among the approved whose outcome has matured."""
        return self.known_bad / self.known if self.known else None


def try_cut_offs(counted: Tally, *, approve: float, decline: float, economics: Economics) -> Tried:
    """Say what other cut-offs would have come to.

    The rules stand as they stood. That equally good models disagree near a cut-off, which sends an
    application to a person, is not looked at: it was not asked about at every cut-off.

    Parameters
    ----------
    counted : Tally
        The applications.
    approve, decline : float
        Whole steps of 1 / STEPS, the first below the second. A PD of exactly the second is
        counted as below it.
    economics : Economics
        Margin and loss as shares of the amount, and what an officer's look costs. What officers
        make of those they look at is not known: they cost, and earn nothing here.
    """
    along = _along(counted, decline=decline, economics=economics)
    at = round(approve * STEPS)
    n, approved, declined = counted.n, round(along.approved[at]), round(along.declined[at])
    referred = n - approved - declined
    known, known_bad = round(along.known[at]), round(along.known_bad[at])
    expected = approved - known
    profit = _profit(along, at) if n else None
    return Tried(
        n=n,
        approved=approved,
        approved_in=_wilson(approved, n),
        declined=declined,
        declined_in=_wilson(declined, n),
        referred=referred,
        referred_in=_wilson(referred, n),
        a_day=referred / counted.days if counted.days else None,
        a_day_in=_a_day(referred, counted.days),
        bad_rate=float(along.bads[at]) / approved if approved else None,
        bad_rate_in=_wilson(float(along.bads[at]), approved),
        known=known,
        known_bad=known_bad,
        known_in=_wilson(known_bad, known),
        expected=expected,
        expected_rate=float(along.expected_bads[at]) / expected if expected else None,
        profit=profit,
        profit_in=_profit_in(along, at) if n else None,
        profit_money=float(along.gain[at]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What approving up to a PD comes to; `approved` is of those that a cut-off can approve."""

    cut_off: float
    approved: float
    approval_rate: float  # of all applications
    referral_rate: float
    bad_rate: float | None
    profit: float
    low: float
    high: float


def curve(counted: Tally, *, decline: float, economics: Economics) -> tuple[CurvePoint, ...]:
    """Try every cut-off of approval; from where it meets the other on, they move together."""
    along = _along(counted, decline=decline, economics=economics)
    n, approvable = max(counted.n, 1), max(float(along.approved[-1]), 1.0)
    points = []
    for at in range(CELLS):
        approved, declined = float(along.approved[at]), float(along.declined[at])
        interval = _profit_in(along, at)
        points.append(
            CurvePoint(
                cut_off=at / STEPS,
                approved=approved / approvable,
                approval_rate=approved / n,
                referral_rate=(counted.n - approved - declined) / n,
                bad_rate=float(along.bads[at]) / approved if approved else None,
                profit=_profit(along, at),
                low=interval.low,
                high=interval.high,
            )
        )
    return tuple(points)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Along:
    """Figures at each cut-off of approval."""

    n: int
    mean_amount: float
    approved: Floats
    declined: Floats
    known: Floats
    known_bad: Floats
    expected_bads: Floats  # of those whose outcome is not known
    gain: Floats
    gain2: Floats  # sum of the expected squares

    @property
    def bads(self) -> Floats:
        return self.known_bad + self.expected_bads


def _along(counted: Tally, *, decline: float, economics: Economics) -> _Along:
    total = np.cumsum(counted.passing, axis=2)
    unknown, good, bad = total
    margin, loss = economics.margin, economics.loss_given_default
    approved = total[:, 0].sum(axis=0)
    declined = _declined(counted, decline)
    referred = counted.n - approved - declined
    cost = float(economics.review_cost)
    lent, lent2 = SUMS.index("amount"), SUMS.index("amount2")
    gain = (
        margin * (unknown[lent] - unknown[lent + 1] + good[lent])
        - loss * (unknown[lent + 1] + bad[lent])
        - cost * referred
    )
    gain2 = (
        margin**2 * (unknown[lent2] - unknown[lent2 + 1] + good[lent2])
        + loss**2 * (unknown[lent2 + 1] + bad[lent2])
        + cost**2 * referred
    )
    return _Along(
        n=counted.n,
        mean_amount=counted.mean_amount,
        approved=approved,
        declined=declined,
        known=good[0] + bad[0],
        known_bad=bad[0],
        expected_bads=unknown[1],
        gain=gain,
        gain2=gain2,
    )


def _declined(counted: Tally, decline: float) -> Floats:
    """Count who is declined at each cut-off of approval: nobody whom that approves."""
    by_pd = counted.passing[:, 0].sum(axis=0)
    above = np.maximum(np.arange(CELLS), round(decline * STEPS))
    passing = by_pd.sum() - np.cumsum(by_pd)[above]
    refers = counted.refers.sum() - np.cumsum(counted.refers)[above]
    return np.asarray(passing + refers + counted.declines.sum(), dtype=np.float64)


def _profit(along: _Along, at: int) -> float:
    return float(along.gain[at]) / max(along.n, 1) / along.mean_amount


def _profit_in(along: _Along, at: int) -> Interval:
    """Bound the mean over applications, by the normal distribution."""
    n = max(along.n, 1)
    mean = float(along.gain[at]) / n
    half = Z * (max(float(along.gain2[at]) / n - mean**2, 0.0) / n) ** 0.5
    return Interval(low=(mean - half) / along.mean_amount, high=(mean + half) / along.mean_amount)


def _wilson(count: float, n: int) -> Interval | None:
    return wilson(Share(count=min(round(count), n), n=n)) if n else None


def _a_day(referred: int, days: int) -> Interval | None:
    """Bound a daily rate as if referrals came one by one, by the normal distribution."""
    if not days:
        return None
    half = Z * referred**0.5
    return Interval(low=max(referred - half, 0.0) / days, high=(referred + half) / days)
