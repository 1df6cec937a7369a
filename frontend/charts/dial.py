"""How a part stands, as an instrument shows it: a needle over three zones, or a tank."""

import math
from dataclasses import dataclass

from monitoring.gauges import Gauge

MIDDLE, LENGTH = 60, 36  # of the drawing
ANGLES = {"good": 150, "watch": 90, "bad": 30}  # degrees; good is to the left


@dataclass(frozen=True, slots=True)
class Dial:
    """What the template draws. It repeats words that stand beside it."""

    state: str
    x: float | None  # of the needle's point; none where nothing is known
    y: float | None
    filled: float | None  # of a tank, 0 to 100


def dial(gauge: Gauge) -> Dial:
    """Lay a gauge out."""
    if gauge.level is not None and gauge.state != "unknown":
        return Dial(gauge.state, None, None, round(100 * min(1.0, max(0.0, gauge.level)), 1))
    if gauge.state not in ANGLES:
        return Dial(gauge.state, None, None, None)
    angle = math.radians(ANGLES[gauge.state])
    return Dial(
        gauge.state,
        round(MIDDLE + LENGTH * math.cos(angle), 1),
        round(MIDDLE - LENGTH * math.sin(angle), 1),
        None,
    )
