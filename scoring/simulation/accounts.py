"""What strategies would have earned on the same stream, and what came true of each vintage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Economics
from scoring.proportions import Share, wilson
from scoring.results import performance

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
RESAMPLES = 1_000
YEARS_BY_YEAR = 3  # a longer stream is told by year, a shorter one by quarter


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The loans that came to the door, with what became of them: known in hindsight only."""

    bad: Mask
    amount: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What a way of keeping a model said and did of each loan of the stream."""

    name: str
    pd: Floats
    approved: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a strategy came to. Money is the currency's, over the whole stream."""

    name: str
    n: int
    approved: int
    bads: int
    auc: float | None
    brier: float
    mean_pd: float
    profit: float
    low: float  # of a 95 % interval, by resampling loans
    high: float
    difference: float  # the profit less the first strategy's
    difference_low: float  # of the same resamples of both
    difference_high: float

    @property
    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def accounts(
    stream: Stream, strategies: Sequence[Strategy], *, economics: Economics, seed: int
) -> list[Account]:
    """Count what each strategy earns; each is compared with the first.

    A good loan earns the margin on its amount, a bad one loses the loss given default, and a
    declined one earns nothing: that it was good in truth costs the margin that was not earned. Each
    application is looked at by a person under every strategy, so reviews cost all the same.

    Examples
    --------
    >>> from decimal import Decimal
    >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(0))
    >>> stream = Stream(bad=np.array([False, True]), amount=np.array([100.0, 100.0]))
    >>> one = Strategy(name="all", pd=np.array([0.1, 0.1]), approved=np.array([True, True]))
    >>> accounts(stream, [one], economics=cost, seed=0)[0].profit
    -40.0
    """
    gain = stream.amount * np.where(stream.bad, -economics.loss_given_default, economics.margin)
    earned = [gain * strategy.approved for strategy in strategies]
    drawn = _resampled(earned, seed=seed)
    return [
        _account(stream, strategy, float(own.sum()), float(earned[0].sum()), sums, drawn[0])
        for strategy, own, sums in zip(strategies, earned, drawn, strict=True)
    ]


def vintages(
    began: Sequence[date], pd: Floats, failed_in_window: Mask, failed: Mask
) -> list[dict[str, Any]]:
    """Compare prediction and outcome by the vintage of the loan, with intervals.

    `failed_in_window` treats all vintages alike; `failed` is all that the file ever tells, of
    which older vintages had more time.
    """
    names = np.array(_names(began))
    return [
        _vintage(
            str(name), pd[names == name], failed_in_window[names == name], failed[names == name]
        )
        for name in sorted(set(names.tolist()))
    ]


def _names(began: Sequence[date]) -> list[str]:
    if not began:
        return []
    by_year = (max(began) - min(began)).days > YEARS_BY_YEAR * 366
    return [f"{day.year}" if by_year else f"{day.year}-Q{(day.month + 2) // 3}" for day in began]


def _vintage(name: str, pd: Floats, in_window: Mask, ever: Mask) -> dict[str, Any]:
    told = {"window": in_window, "ever": ever}
    return {
        "vintage": name,
        "n": len(pd),
        "mean_pd": float(pd.mean()),
        **{what: _share(found) for what, found in told.items()},
    }


def _share(found: Mask) -> dict[str, float | int]:
    share = Share(count=int(found.sum()), n=len(found))
    interval = wilson(share)
    return {
        "bads": share.count,
        "bad_rate": share.value,
        "low": interval.low,
        "high": interval.high,
    }


def _resampled(earned: Sequence[Floats], *, seed: int) -> list[Floats]:
    """Draw loans again and again, the same ones for every strategy, by Poisson's law."""
    rng, table = np.random.default_rng(seed), np.column_stack(earned)
    sums = np.array([rng.poisson(1.0, len(table)) @ table for _ in range(RESAMPLES)])
    return list(sums.T)


def _account(
    stream: Stream, strategy: Strategy, own: float, first: float, sums: Floats, firsts: Floats
) -> Account:
    low, high = np.quantile(sums, [0.025, 0.975])
    gap_low, gap_high = np.quantile(sums - firsts, [0.025, 0.975])
    return Account(
        name=strategy.name,
        n=len(stream.bad),
        approved=int(strategy.approved.sum()),
        bads=int((strategy.approved & stream.bad).sum()),
        auc=_auc(stream.bad, strategy.pd),
        brier=performance.brier(stream.bad, strategy.pd),
        mean_pd=float(strategy.pd.mean()),
        profit=own,
        low=float(low),
        high=float(high),
        difference=own - first,
        difference_low=float(gap_low),
        difference_high=float(gap_high),
    )


def _auc(bad: Mask, pd: Floats) -> float | None:
    try:
        return performance.auc(bad, pd)
    except performance.NotMeasurable:
        return None


def counted(approved: Mapping[str, Mask], one: str, other: str) -> dict[str, int]:
    """Count the loans that two strategies treat differently."""
    return {
        f"only_{one}": int((approved[one] & ~approved[other]).sum()),
        f"only_{other}": int((approved[other] & ~approved[one]).sum()),
    }
