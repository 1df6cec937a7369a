"""Holm's step-down, beside tables worked out by hand and its promise."""

import numpy as np
import pytest
from scipy.stats import binom

from scoring.holm import holm


@pytest.mark.parametrize(
    ("p_values", "held"),
    [
        ([], []),
        ([0.05], [0]),
        ([0.051], []),
        ([0.01, 0.04, 0.03, 0.005], [3, 0]),  # 0.03 > 0.05 / 2
        ([0.0125, 0.0166, 0.025, 0.05], [0, 1, 2, 3]),
        ([0.0126, 0.0001, 0.9, 0.9], [1, 0]),
    ],
)
def test_each_step_has_one_comparison_less(p_values, held):
    assert holm(dict(enumerate(p_values)), level=0.05) == frozenset(held)


def test_of_many_comparisons_that_show_nothing_any_holds_as_seldom_as_stated():
    drawn = np.random.default_rng(7).uniform(size=(4000, 10))

    alarms = sum(bool(holm(dict(enumerate(row)), level=0.05)) for row in drawn)

    assert alarms <= binom.ppf(0.99, 4000, 0.05)
