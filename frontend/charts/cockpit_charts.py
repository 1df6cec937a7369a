"""What is drawn along the cut-off of approval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from frontend.charts.profit_curve import Tick, profit_curve
from scoring.results.through_the_door import STEPS, CurvePoint

EVERY = STEPS // 20  # a row of the table every five per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A share along the cut-off, in per cent of the plot."""

    kind: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Who is approved and referred, and who of the approved would be bad."""

    lines: tuple[Line, ...]
    along: tuple[Tick, ...]
    across: tuple[tuple[str, float], ...]
    tried: str  # place of the cut-off tried


def draw(points: Sequence[CurvePoint], *, approve: float, now: float) -> dict[str, Any]:
    """Lay out the charts, by the name their template knows them by."""
    tried, in_force = points[round(approve * STEPS)], points[round(now * STEPS)]
    curve = profit_curve(points, contract=in_force, best=tried)
    return {
        "curve": curve,
        "rates": _rates(points, approve, now, curve.along),
        "rows": points[::EVERY],
    }


def _rates(
    points: Sequence[CurvePoint], approve: float, now: float, along: tuple[Tick, ...]
) -> Rates:
    """Lay the shares out as wide as the profit above them."""
    everybody = next((each.cut_off for each in points if each.approved >= 1), 1.0)
    widest = max(everybody, approve, now, 1 / STEPS)
    shown = [each for each in points if each.cut_off <= widest]

    def x(value: float) -> float:
        return 100 * value / widest

    def line(kind: str, share: Callable[[CurvePoint], float | None]) -> Line:
        placed = ((x(each.cut_off), share(each)) for each in shown)
        drawn = (f"{at:.2f},{100 - 100 * value:.2f}" for at, value in placed if value is not None)
        return Line(kind=kind, points=" ".join(drawn))

    return Rates(
        lines=(
            line("approved", lambda each: each.approval_rate),
            line("dashed", lambda each: each.referral_rate),
            line("dotted", lambda each: each.bad_rate),
        ),
        along=along,
        across=tuple((f"{4 + 180 * (1 - share):.0f}", share) for share in (0, 0.25, 0.5, 0.75, 1)),
        tried=f"{x(approve):.2f}%",
    )
