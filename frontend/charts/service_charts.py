"""The service over time: how fast it answered, what failed, what waited, how busy it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from frontend import formats
from frontend.charts.plot import Axis, Dot, Pairs, Plot, Tick, keys, line, under_keys
from monitoring.service.queries import PeriodView, Span

if TYPE_CHECKING:
    from monitoring.service.requests import Between

MOST_TICKS = 6
Value = Callable[[PeriodView], float | None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot, its heading, and what it shows in a sentence."""

    title: str
    words: str
    plot: Plot


def draw(periods: Sequence[PeriodView], span: Span) -> list[Drawing]:
    """Lay out what there is; a line needs two periods."""
    if len(periods) < 2:
        return []
    return [
        _drawing(
            periods,
            span,
            title=gettext("How long decisions took"),
            unit=gettext("milliseconds"),
            lines={
                "main": (gettext("95 of 100 within"), _ms("p95")),
                "gap": (gettext("99 of 100 within"), _ms("p99")),
                "ideal": (gettext("50 of 100 within"), _ms("p50")),
            },
        ),
        _drawing(
            periods,
            span,
            title=gettext("Requests, and faults of ours"),
            unit=gettext("requests"),
            lines={
                "main": (gettext("answered or failed"), lambda one: one.answers.n),
                "gap": (gettext("faults of ours"), lambda one: one.answers.faults),
            },
        ),
        _drawing(
            periods,
            span,
            title=gettext("Applications that waited for an officer"),
            unit=gettext("applications"),
            lines={
                "main": (gettext("on average"), lambda one: one.waiting and one.waiting[0]),
                "gap": (gettext("at most"), lambda one: one.waiting and one.waiting[1]),
            },
        ),
        _drawing(
            periods,
            span,
            title=gettext("How busy the worker was"),
            unit=gettext("processes at work"),
            lines={"main": (gettext("on average"), lambda one: one.busy)},
        ),
    ]


def _ms(name: str) -> Value:
    def value(one: PeriodView) -> float | None:
        found: Between | None = getattr(one, name)
        return found.value * 1000 if found else None

    return value


def _drawing(
    periods: Sequence[PeriodView],
    span: Span,
    *,
    title: str,
    unit: str,
    lines: dict[str, tuple[str, Value]],
) -> Drawing:
    x = Axis(0, len(periods) - 1)
    found: dict[str, Pairs] = {
        kind: [(at, float(v)) for at, one in enumerate(periods) if (v := value(one)) is not None]
        for kind, (_, value) in lines.items()
    }
    highest = max((v for pairs in found.values() for _, v in pairs), default=0.0)
    y = Axis(0, under_keys(highest, len(lines)), is_across=True)
    plot = Plot(
        x_words=gettext("UTC"),
        y_words=unit,
        across=y.ticks(lambda value: formats.number(value, y.digits)),
        along=_moments(periods, span, x),
        lines=tuple(line(kind, pairs, x, y) for kind, pairs in found.items()),
        dots=_alone(list(found.values()), x, y),
        keys=keys([(kind, words) for kind, (words, _) in lines.items()]),
    )
    return Drawing(title, _words(title, unit, found["main"], max(1, y.digits)), plot)


def _alone(found: Sequence[Pairs], x: Axis, y: Axis) -> tuple[Dot, ...]:
    """Draw a dot where a line has one period only, of which nothing would be seen."""
    places = [
        (x.place(at), y.place(value)) for pairs in found if len(pairs) == 1 for at, value in pairs
    ]
    return tuple(Dot(at, value, value, value) for at, value in places)


def _moments(periods: Sequence[PeriodView], span: Span, x: Axis) -> tuple[Tick, ...]:
    every = -(-len(periods) // MOST_TICKS)
    return tuple(
        Tick(
            x.place(at),
            f"{one.starts_at:%H:%M}" if span.name == "hours" else f"{one.starts_at:%d.%m.}",
        )
        for at, one in enumerate(periods)
        if at % every == 0
    )


def _words(title: str, unit: str, pairs: Pairs, digits: int) -> str:
    values = [value for _, value in pairs]
    if not values:
        return gettext("{title}: nothing was counted.").format(title=title)
    return gettext(
        "{title}: from {low} to {high} {unit}, the last {last}; the table below has all."
    ).format(
        title=title,
        unit=unit,
        low=formats.number(min(values), digits),
        high=formats.number(max(values), digits),
        last=formats.number(values[-1], digits),
    )
