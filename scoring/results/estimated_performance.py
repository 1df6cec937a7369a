"""What performance comes to before outcomes are known, if the PDs are true. numpy only.

Confidence-based performance estimation (CBPE): a loan of PD 0.2 is counted as 0.2 of a bad one and
0.8 of a good one, and every figure is computed from these expected counts. It holds as far as the
PDs are calibrated for whom they are about; a change of what makes loans fail it cannot see. So it
is drawn beside what later turned out.

Sources: NannyML, "Performance estimation" (documentation, how it works); J. Kivimäki, J. Białek,
W. Kuberski and J. K. Nurminen, "Performance estimation in binary classification using calibrated
confidence", arXiv:2505.05295 (2025).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.proportions import Interval, Z
from scoring.results import binned_ranking
from scoring.results.binned_ranking import Floats, is_enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """An expected figure, and in what 95 % of outcomes would put it if the PDs were true."""

    value: float
    interval: Interval
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Expected counts of a cut-off: who was approved or declined, and would be good or bad."""

    approved_good: float
    approved_bad: float
    declined_good: float
    declined_bad: float


def expected(n: ArrayLike, pd: ArrayLike) -> tuple[Floats, Floats]:
    """Give the expected goods and bads of each bin from its rows and the sum of their PDs."""
    rows, bads = np.asarray(n, dtype=np.float64), np.asarray(pd, dtype=np.float64)
    return np.maximum(rows - bads, 0.0), bads


def estimated_auc(n: ArrayLike, pd: ArrayLike) -> Estimated | None:
    """Estimate the AUC of loans without outcomes; None where too few goods or bads are expected.

    Parameters
    ----------
    n, pd : array of shape (bins,)
        Loans, and the sum of their PDs, the safest bin first.

    Examples
    --------
    >>> found = estimated_auc([100, 100], [5.0, 20.0])
    >>> round(found.value, 4)
    0.6714
    """
    goods, bads = expected(n, pd)
    if not is_enough(goods, bads):
        return None
    return Estimated(
        value=binned_ranking.auc(goods, bads),
        interval=binned_ranking.auc_interval(goods, bads),
        n=round(float(np.sum(n))),
    )


def estimated_bad_rate(n: int, pd: float, pd2: float) -> Estimated | None:
    """Estimate the share of bads from the sums of PDs and of their squares; None of nobody.

    The interval is of the number of bads if each loan fails by its own PD.

    Examples
    --------
    >>> found = estimated_bad_rate(100, 10.0, 1.0)
    >>> found.value, round(found.interval.low, 4), round(found.interval.high, 4)
    (0.1, 0.0412, 0.1588)
    """
    if not n:
        return None
    mean, half = pd / n, Z * max(pd - pd2, 0.0) ** 0.5 / n
    return Estimated(
        value=mean, interval=Interval(low=max(mean - half, 0.0), high=min(mean + half, 1.0)), n=n
    )


def estimated_confusion(
    *, approved: int, approved_pd: float, declined: int, declined_pd: float
) -> Confusion:
    """Estimate who would have been good or bad, also of those whose outcome nobody will know.

    Examples
    --------
    >>> estimated_confusion(approved=10, approved_pd=1.0, declined=5, declined_pd=3.0)
    Confusion(approved_good=9.0, approved_bad=1.0, declined_good=2.0, declined_bad=3.0)
    """
    return Confusion(
        approved_good=approved - approved_pd,
        approved_bad=approved_pd,
        declined_good=declined - declined_pd,
        declined_bad=declined_pd,
    )
