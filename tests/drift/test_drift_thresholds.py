"""Chance alone passes a threshold as seldom as is said, whatever the numbers of rows and bins."""

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2

from scoring import drift
from scoring.populations import drift_bins, drift_tests
from scoring.populations.drift_bins import Bin

DRAWS = 40_000
EVEN = [1.0] * 10
SKEWED = [30, 20, 14, 10, 8, 6, 4, 3, 3, 2]


def psi_each(then, now):
    """Compute many indices at once; the product computes one."""
    p, q = (
        np.where(side == 0, 0.5, side) / side.sum(axis=1, keepdims=True) for side in (then, now)
    )
    return ((q - p) * np.log(q / p)).sum(axis=1)


def drawn(n, m, shares, *, draws=DRAWS, seed=1):
    rng = np.random.default_rng(seed)
    weights = np.asarray(shares, dtype=float) / np.sum(shares)
    return rng.multinomial(m, weights, size=draws), rng.multinomial(n, weights, size=draws)


def test_many_indices_at_once_are_those_of_one_at_a_time():
    then, now = drawn(300, 1_000, SKEWED, draws=20)

    assert psi_each(then, now) == pytest.approx(
        [drift.psi(*pair) for pair in zip(then, now, strict=True)]
    )


def test_the_threshold_is_the_quantile_of_chi_squared_over_both_samples():
    bins = [Bin(values=(str(at),), then=100, now=20) for at in range(10)]

    found = drift_tests.index_of(bins, error=1e-6)

    assert found.clear_above == pytest.approx(chi2.isf(1e-6, 9) * (1 / 200 + 1 / 1_000))
    assert found.chance == pytest.approx(9 * (1 / 200 + 1 / 1_000))


@pytest.mark.parametrize("error", [0.05, 0.01, 0.001])
@pytest.mark.parametrize(
    ("n", "m", "shares"),
    [
        (100, 1_000, EVEN[:4]),  # as few rows as are looked at, in as many bins as they fill
        (250, 1_000, EVEN),
        (1_000, 1_000, EVEN),
        (20_000, 500, EVEN),
        (20_000, 100_000, EVEN),
        (1_300, 1_300, SKEWED),
    ],
)
def test_chance_passes_the_threshold_as_seldom_as_is_said(n, m, shares, error):
    then, now = drawn(n, m, shares)
    threshold = chi2.isf(error, len(shares) - 1) * (1 / n + 1 / m)

    alarms = int((psi_each(then, now) > threshold).sum())

    # The chi-squared distribution is a limit: with 25 rows a bin it is a little off.
    assert alarms <= binom.isf(1e-4, DRAWS, 1.5 * error)


@pytest.mark.parametrize("n", [40, 100, 300, 2_000])
@pytest.mark.parametrize("m", [150, 1_000, 20_000])
def test_few_rows_in_many_bins_are_joined_until_they_say_something(n, m):
    rng = np.random.default_rng(n + m)
    weights = rng.dirichlet(np.ones(60))
    then, now = drawn(n, m, weights, draws=400, seed=n * m)
    found = [
        drift_tests.index_of(drift_bins.of_numbers(*_cells(*pair)), error=0.001)
        for pair in zip(then, now, strict=True)
    ]

    assert sum(each.is_clear for each in found) <= binom.isf(1e-4, 400, 0.0015)
    assert all(each.bins <= 11 for each in found)
    assert all(each.bins < 2 for each in found) == (min(n, m) < 50)


def _cells(*sides):
    return [{str(at): int(n) for at, n in enumerate(side) if n} for side in sides]


def test_rare_values_stand_together():
    then = {"rent": 600, "own": 300, "free": 60, "boat": 30, "tent": 10}

    bins = drift_bins.of_values(then, {"rent": 150, "own": 75, "boat": 25}, order=tuple(then))

    assert [each.values for each in bins] == [("rent",), ("own",), ("free", "boat", "tent")]
    assert bins[-1].is_rest


def test_a_large_change_of_many_rows_is_found():
    then, now = {"1": 500, "2": 500}, {"1": 200, "2": 800}

    found = drift_tests.index_of(drift_bins.of_numbers(then, now), error=1e-7)

    assert found.level == "large"
    assert found.beyond_chance == pytest.approx(found.value - found.chance)


def test_a_clear_change_may_be_too_small_to_matter():
    then, now = {"1": 50_000, "2": 50_000}, {"1": 48_000, "2": 52_000}

    found = drift_tests.index_of(drift_bins.of_numbers(then, now), error=1e-7)

    assert found.is_clear
    assert found.level == "stable"


def test_a_change_as_large_in_few_rows_may_be_chance():
    then, now = {"1": 500, "2": 500}, {"1": 15, "2": 35}

    found = drift_tests.index_of(drift_bins.of_numbers(then, now), error=1e-7)

    assert found.beyond_chance > drift_tests.SOME_MOVE
    assert found.level == "stable"


def test_one_bin_is_nothing_to_compare():
    found = drift_tests.index_of(drift_bins.of_numbers({"1": 500}, {"1": 90}), error=0.05)

    assert found.level == "too few"
    assert math.isinf(found.clear_above)


def test_what_is_missing_is_a_bin_where_enough_of_it_is_expected():
    then, now = {"1": 500, "2": 400, "": 100}, {"1": 300, "2": 200, "": 200}

    assert [each.is_missing for each in drift_bins.of_numbers(then, now)] == [False, False, True]
    assert not any(each.is_missing for each in drift_bins.of_numbers({"1": 500, "": 2}, now))


@pytest.mark.parametrize(
    ("then", "now", "has_moved"),
    [
        ((10, 1_000), (80, 200), True),
        ((80, 200), (10, 1_000), True),
        ((10, 1_000), (12, 200), False),  # a sixth more: no more than chance
        ((0, 1_000), (4, 100), False),
        ((100, 100_000), (4_000, 100_000), False),  # clear, and less than five in a hundred
        ((0, 0), (5, 10), False),
    ],
)
def test_a_missing_rate_moves_by_enough_and_not_by_chance(then, now, has_moved):
    assert drift_tests.missing_of(then, now, error=1e-7).has_moved is has_moved


@pytest.mark.parametrize(
    ("now", "has_moved"), [((12, 200), True), ((4, 10), False), ((20, 100_000), False)]
)
def test_a_value_that_the_model_never_saw_counts_once_it_is_no_slip(now, has_moved):
    assert drift_tests.new_of((0, 1_000), now, error=1e-7).has_moved is has_moved


def test_the_error_of_a_month_is_divided_among_all_that_is_looked_at():
    each = drift_tests.error_of(features=20, segments=6)

    assert each * drift_tests.LOOKS_A_MONTH * 81 * 6 == pytest.approx(drift_tests.RATE)
