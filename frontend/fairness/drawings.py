"""The drawing of a fairness report: ratios with their intervals, beside the bound."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from frontend.charts import plot
from frontend.charts.plot import Axis, Dot, Plot, Tick
from frontend.dossiers.say import figure
from monitoring.fairness.views import GroupView

HIGHEST, ROOM = 2.0, 1.1  # an interval that goes beyond is cut off
LONGEST = 16  # characters of a name on the axis


def ratios(groups: Sequence[GroupView], *, bound: float) -> Plot:
    """Draw each group's ratio, one beside the other."""
    most = min(HIGHEST, max([1.0, *(each.air_high or 0.0 for each in groups)])) * ROOM
    x, y = Axis(0, len(groups)), Axis(0, most, is_across=True)
    return Plot(
        x_words="",
        y_words="AIR",
        across=y.ticks(lambda value: figure(value, 1)),
        along=tuple(Tick(x.place(at + 0.5), _name(each.label)) for at, each in enumerate(groups)),
        lines=(
            plot.line("gap", [(0, 1), (len(groups), 1)], x, y),
            plot.line("ideal", [(0, bound), (len(groups), bound)], x, y),
        ),
        dots=tuple(
            Dot(
                x.place(at + 0.5),
                y.place(min(each.air or 0.0, most)),
                y.place(min(each.air_low or 0.0, most)),
                y.place(min(each.air_high or 0.0, most)),
            )
            for at, each in enumerate(groups)
        ),
    )


def _name(label: str) -> str:
    return label if len(label) <= LONGEST else _("{start}…").format(start=label[: LONGEST - 1])
