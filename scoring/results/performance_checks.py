"""Whether matured outcomes say that a model has become worse: bounds that know n.

Both checks ask whether the whole interval of what happened lies beyond what the model's own PDs
promised of the very same loans, and by more than matters. So a fall that is only one of who is
approved is none, and neither is one that chance explains: on loans that fail by their PDs each
check is wrong at most once in a hundred looks (`FALSE_ALARMS`), and less often the more loans there
are. A look is new with each newly matured month.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.proportions import Interval, Share, wilson
from scoring.results import binned_ranking, estimated_performance

FALSE_ALARMS = 0.01  # a look, of a model whose PDs are true
AUC_FALL = 0.02  # below what the PDs promise that does not matter yet
RATIO_OFF = 0.2  # of bads to those predicted, either way
EXPECTED_AT_LEAST = 30.0  # goods, and bads, by the PDs: fewer say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was promised and what happened; `interval` is the one that is judged."""

    promised: float
    found: float
    interval: Interval
    level: float  # of the interval
    n: int
    bads: int
    is_bad: bool


def ranking(n: ArrayLike, pd: ArrayLike, goods: ArrayLike, bads: ArrayLike) -> Check | None:
    """Check whether loans were ranked worse than their PDs promise; None where too few.

    Parameters
    ----------
    n, pd, goods, bads : array of shape (bins,)
        Loans with outcomes: how many, the sum of their PDs, and what they turned out to be.
    """
    promised_goods, promised_bads = estimated_performance.expected(n, pd)
    is_known = np.sum(goods) > 0 and np.sum(bads) > 0
    if not is_known or min(promised_goods.sum(), promised_bads.sum()) < EXPECTED_AT_LEAST:
        return None
    level = 1 - 2 * FALSE_ALARMS  # only one end can alarm
    promised = binned_ranking.auc(promised_goods, promised_bads)
    interval = binned_ranking.auc_interval(goods, bads, level=level)
    return Check(
        promised=promised,
        found=binned_ranking.auc(goods, bads),
        interval=interval,
        level=level,
        n=round(float(np.sum(n))),
        bads=round(float(np.sum(bads))),
        is_bad=interval.high < promised - AUC_FALL,
    )


def calibration(*, n: int, pd: float, bads: int) -> Check | None:
    """Check whether as many loans failed as predicted; None where too few.

    The interval is Wilson's of the share of bads, over the mean PD. Loans of different PDs vary
    less than that assumes, so the check errs on the quiet side.

    Examples
    --------
    >>> calibration(n=2_000, pd=200.0, bads=210).is_bad
    False
    >>> calibration(n=2_000, pd=200.0, bads=320).is_bad
    True
    """
    if not n or min(pd, n - pd) < EXPECTED_AT_LEAST:
        return None
    level = 1 - FALSE_ALARMS
    interval = wilson(Share(count=bads, n=n), confidence=level).times(n / pd)
    return Check(
        promised=pd / n,
        found=bads / n,
        interval=interval,
        level=level,
        n=n,
        bads=bads,
        is_bad=interval.low > 1 + RATIO_OFF or interval.high < 1 - RATIO_OFF,
    )
