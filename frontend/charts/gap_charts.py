"""What is drawn of gaps between groups: shares by feature, ratios along the cut-off, trends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from frontend import formats
from frontend.charts import plot
from frontend.charts.plot import Axis, Dot, Plot, Tick
from frontend.charts.spans import Span, spans

Said = Mapping[str, Any]
ROOM = 1.06  # above the highest value
MOST_WORDS = 6  # labels along an axis


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """What one feature adds to a gap, and what it says of the group by itself."""

    part: Said
    sign: Said | None
    span: Span
    is_suspect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A plot and its words for who does not see it."""

    plot: Plot
    words: str


class Ratio(Protocol):
    """A ratio with its interval, or none."""

    @property
    def air(self) -> float | None: ...  # noqa: D102
    @property
    def low(self) -> float | None: ...  # noqa: D102
    @property
    def high(self) -> float | None: ...  # noqa: D102


def feature_rows(group: Said) -> list[FeatureRow]:
    """Lay a gap's features out on one scale, the largest first."""
    parts = group["gap"]["parts"]
    signs = {sign["feature"]: sign for sign in group.get("signs", ())}
    suspects = set(group.get("suspects", ()))
    laid_out = spans(
        [
            {"low": each["points_low"], "high": each["points_high"], "profit": each["points"]}
            for each in parts
        ]
    )
    return [
        FeatureRow(
            part=part,
            sign=signs.get(part["feature"]),
            span=span,
            is_suspect=part["feature"] in suspects,
        )
        for part, span in zip(parts, laid_out, strict=True)
    ]


def along(points: Sequence[Said], *, now: float, bound: float, words: str) -> Drawing:
    """Draw the ratio with its interval over the cut-off; the one in force is marked."""
    told = [each for each in _before_everybody(points) if each["air"] is not None]
    most = max([1.0, bound, *(min(each["air_high"], 2.0) for each in told)]) * ROOM
    x, y = Axis(0, _widest(points, now)), Axis(0, most, is_across=True)
    return Drawing(
        plot=Plot(
            x_words=_("approved up to a PD of"),
            y_words=_("approval beside the reference\u2019s (AIR)"),
            across=y.ticks(lambda value: formats.number(value, 1)),
            along=x.ticks(_percent),
            lines=(
                plot.line("ideal", [(0, bound), (x.high, bound)], x, y),
                plot.line("main", [(each["cut_off"], each["air"]) for each in told], x, y),
            ),
            dots=tuple(
                _dot(x.place(each["cut_off"]), each["air"], each["air_low"], each["air_high"], y)
                for each in told
            ),
            marks=(Tick(x.place(now), _("in force")),),
        ),
        words=words,
    )


def shares(points: Sequence[Said], *, now: float, words: str) -> Drawing:
    """Draw who is approved, and how many of those would be bad, over the cut-off."""
    x, y = Axis(0, _widest(points, now)), Axis(0, 1, is_across=True)
    drawn = _before_everybody(points)
    approved = [(each["cut_off"], each["approved"]) for each in drawn]
    bad = [(each["cut_off"], each["bad_rate"]) for each in drawn if each["bad_rate"] is not None]
    return Drawing(
        plot=Plot(
            x_words=_("approved up to a PD of"),
            y_words=_("share"),
            across=y.ticks(_percent),
            along=x.ticks(_percent),
            lines=(plot.line("main", approved, x, y), plot.line("gap", bad, x, y)),
            keys=plot.keys([("main", _("approved")), ("gap", _("bad among the approved"))]),
            marks=(Tick(x.place(now), ""),),
        ),
        words=words,
    )


def trend(
    points: Sequence[Ratio],
    labels: Sequence[str],
    *,
    marks: Sequence[tuple[float, str]],
    bound: float,
    words: str,
) -> Drawing | None:
    """Draw a ratio over months or versions, if there is one; what happened meanwhile is marked."""
    last = max(len(points) - 1, 1)
    told = [
        (at, each.air, each.low, each.high)
        for at, each in enumerate(points)
        if each.air is not None and each.low is not None and each.high is not None
    ]
    if not told:
        return None
    most = max([1.0, bound, *(min(high, 2.0) for _at, _air, _low, high in told)]) * ROOM
    x, y = Axis(-0.3, last + 0.3), Axis(0, most, is_across=True)
    every = -(-len(labels) // MOST_WORDS) or 1
    return Drawing(
        plot=Plot(
            x_words="",
            y_words=_("approval beside the reference\u2019s (AIR)"),
            across=y.ticks(lambda value: formats.number(value, 1)),
            along=tuple(
                Tick(x.place(at), label) for at, label in enumerate(labels) if at % every == 0
            ),
            lines=(
                plot.line("ideal", [(x.low, bound), (x.high, bound)], x, y),
                plot.line("main", [(at, air) for at, air, _low, _high in told], x, y),
            ),
            dots=tuple(_dot(x.place(at), air, low, high, y) for at, air, low, high in told),
            marks=tuple(Tick(x.place(at), said) for at, said in marks),
        ),
        words=words,
    )


def _dot(x: float, air: float, low: float, high: float, y: Axis) -> Dot:
    """Place a ratio; what reaches above the drawing ends at its edge."""
    return Dot(x, y.place(min(air, y.high)), y.place(low), y.place(min(high, y.high)))


def _before_everybody(points: Sequence[Said]) -> list[Said]:
    """Leave out the cut-off that approves everybody: it is no choice, and far to the right."""
    return [each for each in points if each["cut_off"] < 1]


def _widest(points: Sequence[Said], now: float) -> float:
    told = [float(each["cut_off"]) for each in _before_everybody(points)]
    return max([now * 1.25, 0.05, *told])


def _percent(share: float) -> str:
    return formats.percentage(share, 0)
