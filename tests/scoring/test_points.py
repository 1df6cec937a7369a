import numpy as np
import pytest

from scoring.contract import Band, Scale
from scoring.points import band_of, points_of, to_pd, to_points, to_score

SCALES = [
    Scale(base_points=600, base_odds=50, points_to_double_odds=20),
    Scale(base_points=500, base_odds=1, points_to_double_odds=40),
]
BANDS = (Band(name="A", pd_below=0.08), Band(name="B", pd_below=0.16), Band(name="C", pd_below=1.0))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("pd", [1e-6, 0.02, 0.2143, 0.5, 0.99])
def test_points_and_pd_are_two_ways_to_say_one_thing(scale, pd):
    assert to_pd(to_points(pd, scale=scale), scale=scale) == pytest.approx(pd, rel=1e-9)
    assert points_of(np.array([pd]), scale=scale)[0] == pytest.approx(to_points(pd, scale=scale))


@pytest.mark.parametrize("scale", SCALES)
def test_twice_the_odds_are_worth_the_contracts_points(scale):
    gain = to_points(1 / 41, scale=scale) - to_points(1 / 21, scale=scale)

    assert gain == pytest.approx(scale.points_to_double_odds)


def test_base_odds_are_worth_base_points():
    assert to_points(0.5, scale=SCALES[1]) == pytest.approx(500)


def test_certainty_has_points_all_the_same():
    assert np.isfinite([to_points(0.0), to_points(1.0)]).all()
    assert to_pd(1e9) == pytest.approx(0, abs=1e-300)
    assert to_pd(-1e9) == 1


@pytest.mark.parametrize(
    ("points", "score"), [(560.49, 560), (560.5, 561), (561.5, 562), (-0.5, 0), (-0.51, -1)]
)
def test_a_half_goes_up(points, score):
    assert to_score(points) == score


@pytest.mark.parametrize(
    ("pd", "band"), [(0.0, "A"), (0.0799, "A"), (0.08, "B"), (0.16, "C"), (0.999, "C"), (1.0, "C")]
)
def test_a_band_ends_below_its_bound_and_the_last_takes_certainty(pd, band):
    assert band_of(pd, BANDS) == band
