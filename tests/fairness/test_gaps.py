"""A gap of mean score parts exactly among the features, with intervals that are others' too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from scoring.groups.gaps import decompose, sums_of

NAMES = ["income", "address", "term"]


def people(n, *, mean, seed):
    rng = np.random.default_rng(seed)
    contributions = rng.normal(mean, [8, 4, 1], size=(n, 3))
    return 520 + contributions.sum(axis=1), contributions


def gap_of(own, reference):
    return decompose(sums_of(*own), sums_of(*reference), NAMES)


@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 10_000))
def test_the_parts_are_the_gap_and_nothing_else(n, m, seed):
    own, reference = people(n, mean=-3, seed=seed), people(m, mean=2, seed=seed + 1)

    gap = gap_of(own, reference)

    assert gap.points == pytest.approx(own[0].mean() - reference[0].mean(), abs=1e-9)
    assert sum(part.points for part in gap.parts) == pytest.approx(gap.points, abs=1e-9)
    assert abs(gap.rounding) < 1e-9


def test_each_part_is_the_gap_of_the_features_own_mean():
    own, reference = people(80, mean=-3, seed=1), people(200, mean=2, seed=2)

    gap = gap_of(own, reference)

    expected = own[1].mean(axis=0) - reference[1].mean(axis=0)
    assert [part.points for part in gap.parts] == pytest.approx(expected)
    assert [part.share for part in gap.parts] == pytest.approx(expected / gap.points)


def test_intervals_are_welchs_as_scipy_has_them():
    own, reference = people(35, mean=-1, seed=3), people(400, mean=1, seed=4)

    gap = gap_of(own, reference)

    published = ttest_ind(own[0], reference[0], equal_var=False).confidence_interval(0.95)
    assert (gap.within.low, gap.within.high) == pytest.approx((published.low, published.high))
    of_income = ttest_ind(own[1][:, 0], reference[1][:, 0], equal_var=False).confidence_interval()
    assert gap.parts[0].within.low == pytest.approx(of_income.low)
    assert gap.parts[0].within.high == pytest.approx(of_income.high)


def test_sums_of_days_are_the_sums_of_the_month():
    scores, shares = people(50, mean=0, seed=5)
    whole = sums_of(scores, shares)

    together = sums_of(scores[:20], shares[:20]) + sums_of(scores[20:], shares[20:])

    assert together.n == whole.n
    assert together.means == pytest.approx(whole.means)
    assert together.variances == pytest.approx(whole.variances)


def test_the_standardised_difference_has_the_pooled_deviation():
    own, reference = people(40, mean=-2, seed=6), people(60, mean=1, seed=7)

    gap = gap_of(own, reference)

    pooled = (39 * own[0].var(ddof=1) + 59 * reference[0].var(ddof=1)) / 98
    assert gap.smd == pytest.approx(gap.points / pooled**0.5)
    assert gap.smd_within.low < gap.smd < gap.smd_within.high


def test_where_the_gap_is_not_shown_no_feature_has_a_share_of_it():
    gap = gap_of(people(30, mean=0, seed=8), people(30, mean=0, seed=9))

    assert not gap.is_shown
    assert {part.share for part in gap.parts} == {None}


def test_people_who_all_have_one_score_have_no_standardised_difference():
    alike = (np.full(5, 500.0), np.zeros((5, 3)))

    gap = gap_of(alike, alike)

    assert (gap.points, gap.smd, gap.smd_within) == (0.0, None, None)


def test_the_interval_of_a_gap_holds_what_it_says():
    rng = np.random.default_rng(10)
    held = 0
    for _ in range(400):
        own, other = rng.normal(-5, 20, 35), rng.normal(0, 12, 120)
        gap = decompose(
            sums_of(own, own[:, np.newaxis]), sums_of(other, other[:, np.newaxis]), ["income"]
        )
        held += gap.within.low <= -5 <= gap.within.high

    assert 0.92 <= held / 400 <= 0.98
