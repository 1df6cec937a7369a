"""Quantiles of times from counts in bins: near the true ones, with an interval that holds."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import binom

from scoring.results.durations import RATIO, bin_of, quantile, top_of


def counted(hours):
    return Counter(bin_of(float(each)) for each in hours)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_quantile_is_known_to_within_a_bin_and_never_told_too_short(share):
    hours = np.random.default_rng(1).lognormal(3, 1.2, 5_000)

    found = quantile(counted(hours), share)

    truth = float(np.quantile(hours, share))
    assert truth * 0.99 <= found.value <= truth * RATIO * 1.01
    assert found.n == 5_000


def test_its_interval_holds_the_true_median_about_as_often_as_it_says():
    rng = np.random.default_rng(2)

    held = 0
    for _ in range(400):
        found = quantile(counted(rng.lognormal(3, 1.2, 60)), 0.5)
        held += found.interval.low / RATIO <= np.exp(3) <= found.interval.high

    assert held / 400 >= 0.93


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("n", [1, 2, 7, 40, 333])
def test_its_interval_lies_between_two_ranks_of_the_binomial_distribution(n, share):
    one_a_bin = dict.fromkeys(range(n), 1)
    ranks = (binom.ppf(0.025, n, share), binom.ppf(0.975, n, share) + 1)

    found = quantile(one_a_bin, share).interval

    low, high = (top_of(min(max(int(rank), 1), n) - 1) for rank in ranks)
    assert (found.low, found.high) == (low, high)


def test_of_nothing_nothing_is_said():
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None
