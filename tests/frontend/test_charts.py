from dataclasses import dataclass

import pytest

from frontend.charts.dots import dots
from frontend.charts.matrix import matrix
from frontend.charts.plot import Axis, bars, keys, line, under_keys
from frontend.charts.profit_curve import profit_curve
from frontend.charts.score_scale import score_scale
from frontend.charts.waterfall import waterfall
from scoring.points import to_points


@dataclass
class Reason:
    text: str
    points: float


@dataclass
class Band:
    name: str
    pd_below: float
    is_this: bool = False


BANDS = [Band("A", 0.08), Band("B", 0.16), Band("C", 0.28, is_this=True), Band("D", 1.0)]


def share(text: str) -> float:
    return float(text.removesuffix("%"))


def drawn(pd: float = 0.2):
    points = to_points(pd)
    return score_scale(
        bands=BANDS,
        approve_pd_at_most=0.16,
        decline_pd_at_least=0.4,
        points=points,
        score=round(points),
        to_points=to_points,
    )


def test_a_waterfall_runs_from_the_average_to_the_score():
    rows = waterfall([Reason("low", -20), Reason("high", 5)], base_points=560, points=545)

    assert [(row.kind, row.points) for row in rows] == [
        ("start", 560),
        ("took", -20),
        ("gave", 5),
        ("sum", 545),
    ]
    assert [row.join for row in rows[1:-1]] == [rows[1].x, rows[-1].join]


def test_what_would_read_as_no_points_at_all_has_no_row_of_its_own():
    reasons = [Reason("low", -20), Reason("nothing", 0.0), Reason("next to nothing", 0.04)]

    rows = waterfall(reasons, base_points=560, points=540)

    assert [row.text for row in rows[1:-1]] == ["low", "2 smaller reasons together"]


def test_small_reasons_become_one_row_between_the_bad_and_the_good():
    reasons = [Reason(f"bad {n}", -float(n)) for n in range(2, 9)]
    reasons += [Reason("good", 3.0), Reason("tiny", 0.1), Reason("tinier", -0.2)]

    rows = waterfall(reasons, base_points=560, points=528, most=8)

    assert [row.kind for row in rows] == ["start", *["took"] * 7, "rest", "gave", "sum"]
    assert rows[8].text == "2 smaller reasons together"
    assert rows[8].points == pytest.approx(-0.1)
    assert sum(row.points for row in rows[:-1]) == pytest.approx(560 - 35 + 3 - 0.1)


@pytest.mark.parametrize("points", [[-1000.0, 5.0], [0.0], [], [1e-9, -1e-9], [40.0] * 20])
def test_no_bar_leaves_the_drawing(points):
    reasons = [Reason("because", each) for each in points]

    rows = waterfall(reasons, base_points=500, points=500 + sum(points))

    assert all(0 <= share(row.x) <= 100 for row in rows)
    assert all(share(row.x) + share(row.width) <= 100.5 for row in rows)


def test_the_scale_puts_risk_on_the_left_and_leaves_no_gap():
    scale = drawn()

    by_place = sorted(scale.bands, key=lambda band: share(band.x))
    assert [band.name for band in by_place] == ["D", "C", "B", "A"]
    ends = [share(band.x) + share(band.width) for band in by_place]
    assert ends == pytest.approx([*[share(band.x) for band in by_place[1:]], 100], abs=0.05)
    assert share(scale.decline.x) < share(scale.marker) < share(scale.approve.x)


def test_the_marker_stands_in_its_own_band():
    scale = drawn(0.2)

    (own,) = [band for band in scale.bands if band.is_this]
    assert share(own.x) <= share(scale.marker) <= share(own.x) + share(own.width)


@pytest.mark.parametrize("pd", [1e-9, 0.001, 0.5, 0.999, 1 - 1e-9])
def test_the_most_extreme_score_is_still_on_the_scale(pd):
    assert 0 <= share(drawn(pd).marker) <= 100


def test_words_at_an_edge_turn_inwards():
    assert (drawn(0.2).decline.anchor, drawn(0.2).approve.anchor) == ("end", "start")
    assert drawn(1e-9).decline.anchor == "start"
    assert drawn(1 - 1e-9).approve.anchor == "end"


@pytest.mark.parametrize(("share_of_bads", "filled"), [(0.0, 0), (0.2143, 21), (1.0, 100)])
def test_a_hundred_dots_show_the_share(share_of_bads, filled):
    drawn_dots = dots(share_of_bads)

    assert len({(dot.x, dot.y) for dot in drawn_dots}) == 100
    assert sum(dot.is_filled for dot in drawn_dots) == filled


@dataclass
class CutOff:
    cut_off: float
    approved: float
    profit: float

    @property
    def low(self):
        return self.profit - 0.01

    @property
    def high(self):
        return self.profit + 0.01


def curve_of(*profits, everybody_at=0.5, contract=0.2, best=0.1):
    last = len(profits) - 1
    points = [
        CutOff(at / last, min(1.0, at / last / everybody_at), each)
        for at, each in enumerate(profits)
    ]
    return profit_curve(points, contract=CutOff(contract, 0.4, 0.01), best=CutOff(best, 0.2, 0.02))


def pairs(points: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in points.split()]


def test_the_curve_ends_where_everybody_is_approved():
    drawing = curve_of(0.0, 0.02, 0.01, -0.1, -0.1)

    assert [x for x, _ in pairs(drawing.curve)] == pytest.approx([0, 50, 100])
    assert [round(tick.value, 2) for tick in drawing.along] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_a_cut_off_beyond_everybody_is_still_on_the_drawing():
    drawing = curve_of(0.0, 0.02, 0.01, -0.1, -0.1, contract=0.75)

    assert share(drawing.contract.x) == 100
    assert drawing.contract.anchor == "end"


@pytest.mark.parametrize(
    "profits", [[0.0] * 5, [0.0, 1e-6, 2e-6], [-5.0, -9.0, -12.0], [0.3] * 101]
)
def test_no_curve_leaves_the_drawing(profits):
    drawing = curve_of(*profits)

    for x, y in (*pairs(drawing.curve), *pairs(drawing.interval)):
        assert -0.01 <= x <= 100.01
        assert -0.01 <= y <= 100.01
    assert 1 <= len(drawing.across) <= 7
    assert any(tick.value == 0 for tick in drawing.across)


@pytest.mark.parametrize(("depth", "digits"), [(-0.5, 0), (-0.03, 0), (-0.004, 1)])
def test_values_across_have_the_digits_that_tell_them_apart(depth, digits):
    drawing = curve_of(0.0, depth, depth)

    assert drawing.digits == digits
    assert len({f"{100 * tick.value:.{digits}f}" for tick in drawing.across}) == len(drawing.across)


# --- drawings of a dossier ------------------------------------------------------------------------


def test_an_axis_runs_from_one_end_to_the_other():
    along, up = Axis(0, 2), Axis(0, 2, is_across=True)

    assert along.place(0) < along.place(1) < along.place(2)
    assert up.place(0) > up.place(1) > up.place(2)
    assert [tick.words for tick in along.ticks(str)] == ["0.0", "0.5", "1.0", "1.5", "2.0"]


def test_an_axis_of_one_value_still_has_a_place_for_it():
    assert Axis(3, 3).place(3) == Axis(0, 1).place(0)


def test_a_line_goes_through_its_points_in_order():
    x, y = Axis(0, 1), Axis(0, 1, is_across=True)

    points = [pair.split(",") for pair in line("main", [(0, 0), (1, 1)], x, y).points.split()]

    assert [float(across) for across, _ in points] == [x.place(0), x.place(1)]
    assert [float(up) for _, up in points] == [y.place(0), y.place(1)]


def test_bars_of_two_kinds_stand_beside_each_other_and_none_for_nobody():
    y = Axis(0, 1, is_across=True)
    (first,) = bars("good", [0.5, 0], y, half=0)
    (second,) = bars("bad", [0.5, 0], y, half=1)

    assert first.x + first.width <= second.x
    assert first.y == y.place(0.5)


def test_fields_are_deeper_the_more_people_are_in_them():
    drawing = matrix([[8, 1], [0, 4]], [["8", "1"], ["0", "4"]], ["a", "b"], down="x", across="y")

    assert [field.depth for field in drawing.fields] == [4, 1, 0, 3]
    assert [field.is_same for field in drawing.fields] == [True, False, False, True]


@pytest.mark.parametrize("several", [1, 2, 3])
def test_the_highest_value_lies_below_what_the_keys_say(several):
    said = keys([("main", str(at)) for at in range(several)])

    axis = Axis(0, under_keys(40.0, several), is_across=True)

    assert axis.place(40.0) > said[-1].y + 6  # half of its words' height


@pytest.mark.parametrize(
    ("high", "digits"), [(400.0, 0), (5.0, 0), (4.9, 0), (1.0, 1), (0.45, 1), (0.02, 3)]
)
def test_ticks_have_the_digits_in_which_they_differ(high, digits):
    axis = Axis(0, high)

    words = [tick.words for tick in axis.ticks(lambda value: f"{value:.{axis.digits}f}")]

    assert axis.digits == digits
    assert len(set(words)) == len(words) > 3
