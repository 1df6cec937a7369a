"""The table [fairness] of a law pack's file."""

from collections.abc import Iterator, Sequence

from scoring.contracts.tables import Table, each_of
from scoring.groups.screens import Figure, Screen, Use

HIGHEST = {
    Figure.AIR: 1.0,
    Figure.EFFECT: 100.0,  # percentage points
    Figure.SMD: 5.0,
    Figure.SIGNIFICANCE: 0.5,
}


def read_fairness(root: Table) -> tuple[str, tuple[Screen, ...]]:
    """Read what stands of the law in words, and its screens; a pack may have neither."""
    table = root.table("fairness", optional=True)
    note = table.maybe_text("note") or ""
    screens = each_of(table.tables("screens", optional=True), _screen)
    table.refuse_unknown()
    return note, screens


def problems_of(screens: Sequence[Screen]) -> Iterator[tuple[str, str]]:
    """Find bounds that are none, and a figure that one use has two bounds of."""
    for screen in screens:
        highest = HIGHEST[screen.figure]
        if screen.threshold > highest:
            yield "fairness.screens", f"{screen.name}: the threshold must be at most {highest:g}"
        if screen.figure is Figure.SMD and screen.use is Use.BLOCKS:  # a training has no scores
            yield "fairness.screens", f'{screen.name}: a difference of scores can only be "shown"'
    pairs = [(screen.figure, screen.use) for screen in screens]
    if len(set(pairs)) < len(pairs):
        yield "fairness.screens", "two are of one figure and one use"


def _screen(table: Table) -> Screen:
    return Screen(
        name=table.text("name"),
        figure=table.choice("figure", Figure),
        threshold=table.number("threshold", low=0, high=100),
        use=table.choice("use", Use),
        citation=table.text("citation"),
        is_reading=table.flag("reading"),
    )
