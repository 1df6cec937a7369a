"""A change of unit is told from a change of people."""

from collections import Counter

import numpy as np
import pytest

from scoring.populations import drift_cells, drift_units

RNG = np.random.default_rng(3)
THEN = drift_cells.number_cells(RNG.lognormal(8, 0.8, 2_000))


def now(n=200, *, times=1.0, mean=8, sd=0.8, seed=4):
    values = np.random.default_rng(seed).lognormal(mean, sd, n) * times
    return drift_cells.number_cells(values)


@pytest.mark.parametrize("factor", [1_000, 100, 12, 10])
def test_what_is_so_many_times_smaller_or_larger_is_found(factor):
    smaller = drift_units.changed(THEN, now(times=1 / factor), error=1e-7)
    larger = drift_units.changed(THEN, now(times=factor), error=1e-7)

    assert smaller.times == larger.times
    assert smaller.times in ({factor} if factor > 12 else {10, 12})
    assert (smaller.is_smaller, larger.is_smaller) == (True, False)


def test_twelve_is_told_from_ten_where_values_do_not_vary_much():
    then = drift_cells.number_cells(RNG.lognormal(8, 0.2, 2_000))

    assert drift_units.changed(then, now(times=1 / 12, sd=0.2), error=1e-7).times == 12
    assert drift_units.changed(then, now(times=1 / 10, sd=0.2), error=1e-7).times == 10


@pytest.mark.parametrize(
    "counts",
    [
        now(),
        now(29, times=0.001),  # too few
        now(mean=8.7),  # twice as much: other people, not another unit
        now(times=0.2),  # much less, and not by a factor that a unit has
        dict(Counter(now()) + Counter(now(times=0.001))),  # half of them
        now(times=1 / 3_000),
        {},
        {"": 500},
    ],
)
def test_other_changes_are_none_of_the_unit(counts):
    assert drift_units.changed(THEN, counts, error=1e-7) is None


def test_small_whole_numbers_of_few_values_have_no_unit_that_could_change():
    then = drift_cells.number_cells([1.0] * 800 + [2.0] * 200)

    assert drift_units.changed(then, drift_cells.number_cells([2.0] * 300), error=1e-7) is None


def test_nothing_is_found_in_many_stable_draws():
    found = [drift_units.changed(THEN, now(30, seed=seed), error=1e-5) for seed in range(2_000)]

    assert not any(found)


def test_the_first_day_of_the_other_unit_is_found():
    usual, other, nothing = now(20), now(20, times=0.001), {}

    days = [usual, other, usual, usual, other, nothing, other]

    assert drift_units.since(THEN, days, 1_000.0) == 4
    assert drift_units.since(THEN, [usual], 1_000.0) is None
    assert drift_units.since({}, days, 1_000.0) is None


def test_a_median_is_read_from_counts():
    values = RNG.lognormal(8, 0.8, 1_001)

    found = drift_units.median(drift_cells.number_cells(values))

    assert found == pytest.approx(np.median(values), rel=0.12)
    assert drift_units.median({}) is None
