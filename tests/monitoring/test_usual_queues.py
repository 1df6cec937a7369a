"""Whether a queue is longer than ever at this hour: hardly by chance, always when it grows."""

import numpy as np
import pytest

from monitoring.service.usual import DAYS, LEAST, grows, usual

RUNS, MONTH = 40, 30
BY_HOUR = 20 + 15 * np.sin(np.linspace(0, 2 * np.pi, 24, endpoint=False))


def test_nothing_is_usual_before_two_weeks():
    assert usual([5.0] * (LEAST - 1)) is None
    assert not grows(1000, None)


def test_the_bound_is_above_all_that_was_seen():
    found = usual([4.0] * 20 + [60.0])

    assert (found.days, found.middle, found.most) == (21, 4, 60)
    assert found.bound == 60
    assert not grows(60, found)
    assert grows(61, found)


@pytest.mark.parametrize("size", [0.05, 1, 20])
def test_quiet_months_raise_no_alarm(size):
    # 40 runs of a month after four weeks of learning: Poisson lengths around the hour's own, days
    # that differ by 15 % among themselves. Each hour of the month is looked at.
    random = np.random.default_rng(11)
    days = random.normal(1, 0.15, (RUNS, DAYS + MONTH, 1)).clip(0.5)
    lengths = random.poisson(BY_HOUR * size * days)

    alarms = sum(
        grows(float(run[day, hour]), usual(run[day - DAYS : day, hour].astype(float).tolist()))
        for run in lengths
        for day in range(DAYS, DAYS + MONTH, 3)
        for hour in range(0, 24, 6)
    )

    assert alarms == 0


@pytest.mark.parametrize(("length", "times"), [(20, 4), (400, 2)])
def test_a_queue_that_is_several_times_as_long_is_noticed(length, times):
    earlier = np.random.default_rng(3).poisson(length, DAYS).astype(float).tolist()

    assert grows(length * times, usual(earlier))
