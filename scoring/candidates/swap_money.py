"""What champion and candidate would have earned on the same applications. numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Economics

Floats = NDArray[np.float64]
RESAMPLES = 500
AT_ONCE = 50  # resamples; bounds memory
APPROVE, REFER = 0, 1
PARTS = ("margin", "loss", "reviews", "profit")
DIGITS = 6


def money(
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    *,
    bad: NDArray[np.bool_],
    amounts: Floats | None,
    economics: Economics,
    seed: int,
) -> dict[str, Any]:
    """Work out margin, loss and cost of reviews, per application as a share of the mean amount.

    An approved loan that was repaid earns the margin on its amount; an approved one that was not
    loses the loss given default. What is referred costs a review and earns nothing, for what a
    person would have decided is not known; what is declined earns nothing.

    Parameters
    ----------
    before, after : array of shape (n,)
        0 where the champion, and the candidate, approves; 1 where it refers; 2 where it declines.
    bad : array of shape (n,)
        What happened.
    amounts : array of shape (n,) or None
        Asked for. Without them all weigh alike, and what a review costs is left out.

    Returns
    -------
    dict
        Each part for both, and the candidate's less the champion's with a 95 % interval by
        resampling applications: the same ones for both.

    Examples
    --------
    >>> from decimal import Decimal
    >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(0))
    >>> found = money(np.array([0, 0]), np.array([0, 2]), bad=np.array([False, True]),
    ...               amounts=None, economics=cost, seed=0)
    >>> found["champion"]["profit"], found["candidate"]["profit"]
    (-0.2, 0.05)
    """
    ways = [
        _parts(decided, bad=bad, amounts=amounts, economics=economics)
        for decided in (before, after)
    ]
    gap = ways[1] - ways[0]
    low, high = _interval(gap, seed=seed)
    return {
        "n": len(bad),
        "bads": int(bad.sum()),
        "is_weighed": amounts is not None,
        "champion": _named(ways[0].mean(axis=1)),
        "candidate": _named(ways[1].mean(axis=1)),
        "difference": _named(gap.mean(axis=1)),
        "low": _named(low),
        "high": _named(high),
    }


def profit_of(
    decided: NDArray[np.int64],
    *,
    bad: NDArray[np.bool_],
    amounts: Floats | None,
    economics: Economics,
) -> float:
    """Say what one way of deciding brings an application, reviews paid for, as `money` of two.

    Examples
    --------
    >>> from decimal import Decimal
    >>> terms = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(10))
    >>> profit_of(np.array([0, 1]), bad=np.array([False, True]), amounts=np.array([100.0, 100.0]),
    ...           economics=terms)
    0.0
    """
    return float(_parts(decided, bad=bad, amounts=amounts, economics=economics)[-1].mean())


def _parts(
    decided: NDArray[np.int64],
    *,
    bad: NDArray[np.bool_],
    amounts: Floats | None,
    economics: Economics,
) -> Floats:
    """Give margin, loss, reviews and their sum by application, as shares of the mean amount."""
    lent = np.ones(len(bad)) if amounts is None else amounts
    review = 0.0 if amounts is None else float(economics.review_cost)
    approved = decided == APPROVE
    margin = np.where(approved & ~bad, lent * economics.margin, 0.0)
    loss = np.where(approved & bad, -lent * economics.loss_given_default, 0.0)
    reviews = np.where(decided == REFER, -review, 0.0)
    parts = np.stack([margin, loss, reviews, margin + loss + reviews])
    return np.asarray(parts / lent.mean(), dtype=np.float64)


def _interval(gap: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """Resample applications; the counts of each row are drawn by Poisson's law."""
    rng, n = np.random.default_rng(seed), gap.shape[1]
    found = []
    for _ in range(RESAMPLES // AT_ONCE):
        weights = rng.poisson(1.0, (n, AT_ONCE)).astype(np.float64)
        found.append(gap @ weights / np.maximum(weights.sum(axis=0), 1))
    low, high = np.quantile(np.concatenate(found, axis=1), [0.025, 0.975], axis=1)
    return low, high


def _named(values: Floats) -> dict[str, float]:
    return {
        name: round(float(value), DIGITS) + 0.0 for name, value in zip(PARTS, values, strict=True)
    }
