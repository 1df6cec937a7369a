"""Points from where everybody starts to this applicant's score, one row a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from django.utils.translation import ngettext

MOST_ROWS = 10
LEAST = 0.05  # points; less would read as 0.0
MARGIN = 0.04  # of the width, so that no bar touches the edge


class Reason(Protocol):
    """What is drawn of a reason."""

    @property
    def points(self) -> float: ...  # noqa: D102 - points given (+) or taken (-)
    @property
    def text(self) -> str: ...  # noqa: D102 - the reason in plain words


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its words, its points, and its bar in per cent of the width."""

    kind: str  # "start", "took", "gave", "rest" or "sum"
    text: str
    points: float
    x: str
    width: str
    join: str  # where the line to the next row stands
    cuts: tuple[str, ...] = ()  # where the cut-offs stand, as far as they are in sight


def waterfall(
    reasons: Sequence[Reason],
    *,
    base_points: float,
    points: float,
    cuts: Sequence[float] = (),
    most: int = MOST_ROWS,
) -> list[Row]:
    """Lay out the largest reasons, worst first; the small ones in between become one row.

    Cut-offs (in points) are drawn where they lie among the bars: none is worth a longer scale.
    """
    steps = _steps(reasons, most=most)
    ends = [base_points]
    for _, _, given in steps:
        ends.append(ends[-1] + given)
    low, high = min(*ends, points), max(*ends, points)
    margin = max((high - low) * MARGIN, 1.0)

    def place(value: float) -> float:
        return 100 * (value - low + margin) / (high - low + 2 * margin)

    rows = [_bar("start", "", base_points, 0.0, place(base_points))]
    for (kind, text, given), begin in zip(steps, ends, strict=False):
        rows.append(_bar(kind, text, given, place(begin), place(begin + given)))
    rows.append(_bar("sum", "", points, 0.0, place(points)))
    marks = tuple(f"{place(cut):.2f}%" for cut in cuts if 0 < place(cut) < 100)
    return [replace(row, cuts=marks) for row in rows]


def _steps(reasons: Sequence[Reason], *, most: int) -> list[tuple[str, str, float]]:
    largest = sorted(reasons, key=lambda reason: -abs(reason.points))
    shown = [reason for reason in largest[:most] if abs(reason.points) >= LEAST]
    small = largest[len(shown) :]
    steps = [
        ("took" if reason.points < 0 else "gave", reason.text, reason.points)
        for reason in sorted(shown, key=lambda reason: reason.points)
    ]
    if small:
        place = sum(given < 0 for _, _, given in steps)
        rest = sum(reason.points for reason in small)
        steps.insert(place, ("rest", _together(len(small)), rest))
    return steps


def _together(number: int) -> str:
    words = ngettext("1 smaller reason", "{n} smaller reasons together", number)
    return words.format(n=number)


def _bar(kind: str, text: str, points: float, begin: float, end: float) -> Row:
    left, width = min(begin, end), max(abs(end - begin), 0.3)
    return Row(kind, text, points, f"{left:.2f}%", f"{width:.2f}%", f"{end:.2f}%")
