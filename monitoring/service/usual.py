"""How long a queue usually is at this hour, and whether it is longer: rules without a database.

Queues follow the clock, so an hour is compared with the same hour of earlier days. Days are alike
only roughly and there are few of them, so the bound is wide: above everything seen, and eight
robust standard deviations above the median. At six, one of sixty simulated quiet months had an
alarm, at eight none (Poisson lengths, days that differ by 15 %); the tests simulate them again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

DAYS: Final = 28  # looked back
LEAST: Final = 14  # of them needed to call anything usual
WIDTH: Final = 8.0  # standard deviations
# A normal distribution's standard deviation, of its median absolute deviation.
# Source: F. R. Hampel, JASA 69 (1974) 383-393.
NORMAL: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What the same hour came to on earlier days, and the length from which it is unusual."""

    days: int
    middle: float
    most: float
    bound: float


def usual(earlier: Sequence[float]) -> Usual | None:
    """Learn from the same hour of earlier days; None where there are too few.

    A length is a count: it varies by its square root at least (Poisson), however alike days were.
    """
    if len(earlier) < LEAST:
        return None
    middle = median(earlier)
    spread = NORMAL * median(abs(each - middle) for each in earlier)
    bound = middle + WIDTH * max(spread, math.sqrt(middle), 1.0)
    return Usual(days=len(earlier), middle=middle, most=max(earlier), bound=max(bound, *earlier))


def grows(now: float, than: Usual | None) -> bool:
    """Say whether a queue is longer than it ever is at this hour."""
    return than is not None and now > than.bound
