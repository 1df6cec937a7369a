"""The drawings of a dossier, from what was measured."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from frontend.charts import plot
from frontend.charts.matrix import Matrix, matrix
from frontend.charts.plot import Axis, Dot, Plot
from frontend.dossiers.say import Said, count, percent

ROOM = 1.05  # above the highest value


def parting(said: Said) -> Plot:
    """Draw the curve of an AUC, and where KS is."""
    x, y = Axis(0, 1), Axis(0, 1, is_across=True)
    goods, bads = said["ks_point"]
    return Plot(
        x_words=_("share of good loans at or above a PD"),
        y_words=_("share of bad loans"),
        across=y.ticks(_whole),
        along=x.ticks(_whole),
        lines=(
            plot.line("ideal", [(0, 0), (1, 1)], x, y),
            plot.line("gap", [(goods, goods), (goods, bads)], x, y),
            plot.line("main", [(each["goods"], each["bads"]) for each in said["curve"]], x, y),
        ),
        keys=(),
    )


def calibration(bins: Sequence[Said]) -> Plot:
    """Draw what was predicted against what happened, each bin with its interval."""
    most = max(max(each["mean_pd"], each["high"]) for each in bins) * ROOM
    x, y = Axis(0, most), Axis(0, most, is_across=True)
    return Plot(
        x_words=_("predicted share of bad loans"),
        y_words=_("realised"),
        across=y.ticks(_short),
        along=x.ticks(_short),
        lines=(plot.line("ideal", [(0, 0), (most, most)], x, y),),
        dots=tuple(
            Dot(
                x.place(each["mean_pd"]),
                y.place(each["bad_rate"]),
                y.place(each["low"]),
                y.place(each["high"]),
            )
            for each in bins
        ),
    )


def distribution(bars: Sequence[Said]) -> Plot:
    """Draw how good and bad loans spread over the score, each as shares of their own number."""
    goods, bads = _shares(bars, "goods"), _shares(bars, "bads")
    x = Axis(bars[0]["low"], bars[-1]["high"])
    y = Axis(0, max(*goods, *bads) * ROOM, is_across=True)
    return Plot(
        x_words=_("score, points"),
        y_words=_("share of its kind"),
        across=y.ticks(_short),
        along=x.ticks(lambda value: count(round(value))),
        bars=(*plot.bars("good", goods, y, half=0), *plot.bars("bad", bads, y, half=1)),
        keys=plot.keys([("good", _("good loans")), ("bad", _("bad loans"))]),
    )


def swaps(counts: list[list[int]], *, champion: str, candidate: str) -> Matrix:
    """Draw who is recommended what by either."""
    return matrix(
        counts,
        [[count(each) for each in row] for row in counts],
        [_("approve"), _("refer"), _("decline")],
        down=champion,
        across=candidate,
    )


def _shares(bars: Sequence[Said], kind: str) -> list[float]:
    total = sum(each[kind] for each in bars) or 1
    return [each[kind] / total for each in bars]


def _whole(share: float) -> str:
    return percent(share, 0)


def _short(share: float) -> str:
    return percent(share, 0 if round(share * 100, 6).is_integer() else 1)
