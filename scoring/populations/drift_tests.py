"""Has a population moved, or is it chance? Each answer knows how many rows it stands on.

False alarms are bounded for a whole product and month: at most `RATE` of quiet ones may have any.
The rate is divided among everything that is looked at (Bonferroni): each feature in four ways and
the score, in every segment, once an hour. Looks that share most of their rows hardly add to it,
so the true rate is lower.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring import drift
from scoring.populations.drift_bins import Bin

RATE = 0.01  # of quiet months of a product: that anything at all is found
LOOKS_A_MONTH = 31 * 24
WAYS = 4  # a feature is looked at: its index, missing values, new values, its unit
SOME_MOVE, LARGE_MOVE = 0.1, 0.25  # of the index beyond chance, by convention
MISSING_MOVE = 0.05  # of all rows
NEW_SHARE, NEW_ROWS = 0.005, 5  # of values that the model never saw

Level = Literal["too few", "stable", "some", "large"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A stability index with what chance alone would make of it."""

    value: float
    chance: float  # its mean where nothing has moved
    clear_above: float  # what chance reaches at most at the error asked for
    n: int
    m: int
    bins: int

    @property
    def beyond_chance(self) -> float:
        """The index without what chance adds to it on average."""
        return max(0.0, self.value - self.chance)

    @property
    def is_clear(self) -> bool:
        """Whether chance does not explain it."""
        return self.value > self.clear_above

    @property
    def level(self) -> Level:
        """How much it has moved: it must be clear, and large enough to matter."""
        if self.bins < 2:
            return "too few"
        if not self.is_clear or self.beyond_chance < SOME_MOVE:
            return "stable"
        return "large" if self.beyond_chance >= LARGE_MOVE else "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share then and now, and how surprising the difference is."""

    then: float
    now: float
    n: int
    p_value: float
    has_moved: bool


def error_of(*, features: int, segments: int) -> float:
    """Give the error that each single look may make.

    Examples
    --------
    >>> f"{error_of(features=20, segments=1):.1e}"
    '1.7e-07'
    """
    return RATE / (LOOKS_A_MONTH * (WAYS * features + 1) * segments)


def index_of(bins: Sequence[Bin], *, error: float) -> Index:
    """Compare two populations in bins that have enough rows in each.

    Where both are drawn from one population, the index times `n m / (n + m)` follows a
    chi-squared distribution of one degree less than there are bins: its mean and its quantile
    are those of chance.

    Source: B. Yurdakul and J. Naranjo, Statistical properties of the population stability index,
    Journal of Risk Model Validation 14 (2020) 89-100.

    Examples
    --------
    >>> bins = [Bin(values=(each,), then=500, now=now) for each, now in (("a", 60), ("b", 40))]
    >>> found = index_of(bins, error=0.05)
    >>> round(found.value, 4), round(found.clear_above, 4), found.level
    (0.0405, 0.0423, 'stable')
    """
    then, now = [each.then for each in bins], [each.now for each in bins]
    n, m = sum(now), sum(then)
    if len(bins) < 2 or n == 0 or m == 0:
        return Index(value=0.0, chance=0.0, clear_above=math.inf, n=n, m=m, bins=len(bins))
    unit = 1 / n + 1 / m
    return Index(
        value=drift.psi(then, now),
        chance=drift.chance(n, m, bins=len(bins)),
        clear_above=_quantile(len(bins) - 1, error) * unit,
        n=n,
        m=m,
        bins=len(bins),
    )


def missing_of(then: tuple[int, int], now: tuple[int, int], *, error: float) -> Rate:
    """Compare how often a value is missing, each side as (count, rows), by Fisher's exact test.

    Examples
    --------
    >>> missing_of((10, 1_000), (80, 200), error=1e-7).has_moved
    True
    """
    return _rate(then, now, error=error, least=MISSING_MOVE, either_way=True)


def new_of(then: tuple[int, int], now: tuple[int, int], *, error: float) -> Rate:
    """Say whether values that the model hardly ever saw come now, by Fisher's exact test.

    Examples
    --------
    >>> new_of((0, 1_000), (12, 200), error=1e-7).has_moved
    True
    >>> new_of((0, 1_000), (2, 200), error=1e-7).has_moved
    False
    """
    found = _rate(then, now, error=error, least=NEW_SHARE, either_way=False)
    if now[0] >= NEW_ROWS:
        return found
    return Rate(then=found.then, now=found.now, n=found.n, p_value=found.p_value, has_moved=False)


def _rate(
    then: tuple[int, int], now: tuple[int, int], *, error: float, least: float, either_way: bool
) -> Rate:
    share_then, share_now = (count / rows if rows else 0.0 for count, rows in (then, now))
    gap = share_now - share_then
    is_large = (abs(gap) if either_way else gap) >= least
    p_value = _fisher(then, now) if is_large and then[1] and now[1] else 1.0
    return Rate(
        then=share_then,
        now=share_now,
        n=now[1],
        p_value=p_value,
        has_moved=is_large and p_value < error,
    )


def _fisher(then: tuple[int, int], now: tuple[int, int]) -> float:
    # scipy takes a second to load, and only a gap that matters asks for it.
    from scoring.proportions import Share, fisher  # noqa: PLC0415

    return fisher(Share(count=now[0], n=now[1]), Share(count=then[0], n=then[1]))


def _quantile(degrees: int, error: float) -> float:
    # Of scipy this part alone loads at once; `scipy.stats` takes a second.
    from scipy.special import chdtri  # noqa: PLC0415

    return float(chdtri(degrees, error))
