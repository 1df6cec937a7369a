"""Charts of a run as SVG of our own: no script, no style, nothing fetched. Pure."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from attempts import Attempt, Event, Outcome
from runs import percentile

WIDTH, HEIGHT = 960, 220
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 14, 26
COLOURS = {
    Outcome.GOOD: "#2f7d5b",
    Outcome.REFUSED: "#d39a2a",
    Outcome.BROKEN: "#7a5ea8",
    Outcome.FAILED: "#b3362c",
}
LINES = {"p50": (0.50, "#2f7d5b"), "p99": (0.99, "#1f4e79")}
MOST_BARS = 240


def answers(attempts: Sequence[Attempt], events: Sequence[Event], *, seconds: float) -> str:
    """Draw how many answers came in each moment, stacked by what they were."""
    width = bucket_of(seconds)
    counts = [dict.fromkeys(COLOURS, 0) for _ in range(math.ceil(seconds / width) or 1)]
    for each in attempts:
        counts[min(len(counts) - 1, max(0, int(each.done / width)))][each.outcome] += 1
    top = max(1.0, *(sum(count.values()) / width for count in counts))
    bars = (
        bar for at, count in enumerate(counts) for bar in _stack(at, count, width, seconds, top)
    )
    return _svg("Answers a second", [*_axes(seconds, top), *bars, *_marks(events, seconds)])


def times(attempts: Sequence[Attempt], events: Sequence[Event], *, seconds: float) -> str:
    """Draw the percentiles of time from when requests were due, on a logarithmic scale."""
    width = bucket_of(seconds)
    buckets: list[list[float]] = [[] for _ in range(math.ceil(seconds / width) or 1)]
    for each in attempts:
        buckets[min(len(buckets) - 1, max(0, int(each.due / width)))].append(max(1, each.took_ms))
    top = max([10.0, *(time for bucket in buckets for time in bucket)])
    lines = [
        _line(
            [
                (_x((at + 0.5) * width, seconds), _log(percentile(bucket, share), top))
                for at, bucket in enumerate(buckets)
                if bucket
            ],
            colour,
        )
        for share, colour in LINES.values()
    ]
    return _svg("Milliseconds", [*_log_axes(seconds, top), *lines, *_marks(events, seconds)])


def bucket_of(seconds: float) -> float:
    """Give the width of a bar in seconds: whole ones, and no more bars than can be seen."""
    return max(1.0, math.ceil(seconds / MOST_BARS))


def _stack(
    at: int, count: dict[Outcome, int], width: float, seconds: float, top: float
) -> Iterator[str]:
    x, base = _x(at * width, seconds), 0.0
    wide = max(1.0, _x((at + 1) * width, seconds) - x - 1)
    for outcome, number in count.items():
        if number:
            tall = number / width
            y = _y(base + tall, top)
            yield (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}"'
                f' height="{_y(base, top) - y:.1f}" fill="{COLOURS[outcome]}"/>'
            )
            base += tall


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _marks(events: Sequence[Event], seconds: float) -> Iterator[str]:
    for number, event in enumerate(events, start=1):
        x = _x(min(event.at, seconds), seconds)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"'
            ' stroke="currentColor" stroke-dasharray="3 3"/>'
            f'<text x="{x + 3:.1f}" y="{TOP + 10}" fill="currentColor">{number}'
            f"<title>{escape(event.name)}</title></text>"
        )


def _axes(seconds: float, top: float) -> Iterator[str]:
    for share in (0, 0.5, 1):
        yield _label(_y(share * top, top), f"{share * top:,.0f}")
    yield from _clock(seconds)


def _log_axes(seconds: float, top: float) -> Iterator[str]:
    for power in range(math.ceil(math.log10(top)) + 1):
        if 10**power <= top:
            yield _label(_log(10**power, top), f"{10**power:,}")
    yield from _clock(seconds)


def _label(y: float, text: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor"'
        ' stroke-opacity="0.15"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="currentColor">{text}</text>'
    )


def _clock(seconds: float) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 1):
        anchor = "end" if share == 1 else "middle"
        yield (
            f'<text x="{_x(share * seconds, seconds):.1f}" y="{HEIGHT - 8}" fill="currentColor"'
            f' text-anchor="{anchor}">{share * seconds:,.0f} s</text>'
        )


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}"'
        f' font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _x(at: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * at / seconds


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _log(value: float, top: float) -> float:
    return _y(math.log10(max(1.0, value)), math.log10(top))
