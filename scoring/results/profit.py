"""What a cut-off earns: expected profit along the PD above which nobody is approved. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.contract import Economics

Floats = NDArray[np.float64]
CUT_OFFS = 101
RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Figures at each cut-off; profits are per application, as a share of the mean amount."""

    cut_offs: Floats  # PD; an application at or below is approved
    approved: Floats  # share of applications
    bad_rate: Floats  # among the approved; NaN where there are none
    profit: Floats
    low: Floats  # of a 95 % interval, by resampling applications
    high: Floats
    n: int

    @property
    def best(self) -> int:
        """The place of the cut-off that earned the most; of equals the lowest."""
        return int(np.argmax(self.profit))


def profit_curve(
    bad: ArrayLike,
    pd: ArrayLike,
    *,
    economics: Economics,
    amounts: ArrayLike | None = None,
    seed: int = 0,
) -> Curve:
    """Work out what each cut-off would have earned on applications with known outcomes.

    A good loan earns the margin on its amount, a bad one loses the loss given default, and a
    declined application earns nothing. What a review costs does not depend on the cut-off.

    Parameters
    ----------
    bad : array of shape (n,)
        1 for a bad outcome.
    pd : array of shape (n,)
        By a model that had not seen the row.
    economics : Economics
        Margin and loss, as shares of the amount.
    amounts : array of shape (n,), optional
        Asked for; all alike without it.
    seed : int
        Of the resampling.

    Returns
    -------
    Curve

    Examples
    --------
    >>> from decimal import Decimal
    >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(0))
    >>> curve = profit_curve([0, 0, 1], [0.1, 0.1, 0.9], economics=cost)
    >>> curve.cut_offs[curve.best].round(2), curve.profit[curve.best].round(4)
    (np.float64(0.1), np.float64(0.0667))
    """
    bads, risk = np.asarray(bad, dtype=np.float64), np.asarray(pd, dtype=np.float64)
    lent = np.ones_like(risk) if amounts is None else np.asarray(amounts, dtype=np.float64)
    gain = lent * np.where(bads == 1, -economics.loss_given_default, economics.margin)
    gain /= lent.mean()
    cut_offs = np.linspace(0, 1, CUT_OFFS)
    place = np.searchsorted(cut_offs, risk, side="left")  # the first cut-off that approves it
    n = len(risk)
    approved = np.cumsum(np.bincount(place, minlength=CUT_OFFS))[:CUT_OFFS]
    bads_approved = np.cumsum(np.bincount(place, weights=bads, minlength=CUT_OFFS))[:CUT_OFFS]
    low, high = _interval(gain, place, seed=seed)
    return Curve(
        cut_offs=cut_offs,
        approved=approved / n,
        bad_rate=np.divide(
            bads_approved, approved, out=np.full(CUT_OFFS, np.nan), where=approved > 0
        ),
        profit=_cumulated(gain, place) / n,
        low=low,
        high=high,
        n=n,
    )


def summary(curve: Curve, *, at: Mapping[str, float]) -> dict[str, Any]:
    """Write a curve as JSON: the lists, the best cut-off, and figures at cut-offs of interest."""
    return {
        "n": curve.n,
        "cut_offs": curve.cut_offs.round(4).tolist(),
        "approved": curve.approved.round(6).tolist(),
        "bad_rate": [None if np.isnan(rate) else round(float(rate), 6) for rate in curve.bad_rate],
        "profit": curve.profit.round(6).tolist(),
        "low": curve.low.round(6).tolist(),
        "high": curve.high.round(6).tolist(),
        "best": _figures(curve, curve.best),
        "at": {name: _figures(curve, round(cut * (CUT_OFFS - 1))) for name, cut in at.items()},
    }


def _figures(curve: Curve, place: int) -> dict[str, float | None]:
    rate = float(curve.bad_rate[place])
    return {
        "cut_off": round(float(curve.cut_offs[place]), 4),
        "approved": round(float(curve.approved[place]), 6),
        "bad_rate": None if np.isnan(rate) else round(rate, 6),
        "profit": round(float(curve.profit[place]), 6),
        "low": round(float(curve.low[place]), 6),
        "high": round(float(curve.high[place]), 6),
    }


def _cumulated(gain: Floats, place: NDArray[np.int64]) -> Floats:
    counted = np.bincount(place, weights=gain, minlength=CUT_OFFS)
    return np.asarray(np.cumsum(counted)[:CUT_OFFS], dtype=np.float64)


def _interval(gain: Floats, place: NDArray[np.int64], *, seed: int) -> tuple[Floats, Floats]:
    """Resample applications; with many the counts of each row are drawn by Poisson's law."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES):
        weight = rng.poisson(1.0, len(gain))
        found.append(_cumulated(gain * weight, place) / max(weight.sum(), 1))
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    return low, high
