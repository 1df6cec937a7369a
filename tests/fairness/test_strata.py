"""Groups compared within strata: figures that R and others published, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.groups.mean_difference import smd
from scoring.proportions import Share, ratio_interval, significance
from scoring.strata import Stratum, combine

# Admissions to Berkeley by department, men beside women: P. J. Bickel, E. A. Hammel and J. W.
# O'Connell, Science 187 (1975) 398-404; R's data set UCBAdmissions. (admitted, rejected)
BERKELEY = [
    ((512, 313), (89, 19)),
    ((353, 207), (17, 8)),
    ((120, 205), (202, 391)),
    ((138, 279), (131, 244)),
    ((53, 138), (94, 299)),
    ((22, 351), (24, 317)),
]


def share(counts):
    return Share(count=counts[0], n=sum(counts))


def berkeley():
    return [Stratum(share=share(men), reference=share(women)) for men, women in BERKELEY]


def test_the_test_and_the_odds_ratio_agree_with_what_r_prints_of_its_example():
    """`mantelhaen.test(UCBAdmissions)`: X-squared = 1.4269, p-value = 0.2323, OR 0.9046968."""
    found = combine(berkeley(), is_corrected=True)

    assert round(found.chi_squared, 4) == 1.4269
    assert round(found.p_value, 4) == 0.2323
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)


def test_what_looks_like_a_gap_as_a_whole_is_none_within_the_departments():
    men = Share(count=sum(m[0] for m, _ in BERKELEY), n=sum(sum(m) for m, _ in BERKELEY))
    women = Share(count=sum(w[0] for _, w in BERKELEY), n=sum(sum(w) for _, w in BERKELEY))

    assert significance(women, men).p_value < 1e-20
    assert combine(berkeley()).p_value > 0.2


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 39), st.integers(1, 39))
def test_one_stratum_gives_the_ratio_and_the_interval_of_katz(n, m, count, other):
    one, two = Share(count=min(count, n), n=n), Share(count=min(other, m), n=m)

    found = combine([Stratum(share=one, reference=two)])

    katz = ratio_interval(one, two)
    assert found.ratio == pytest.approx(one.value / two.value)
    assert found.difference == pytest.approx(one.value - two.value)
    if min(one.rest, two.rest) > 0:
        assert found.ratio_interval.low == pytest.approx(katz.low)
        assert found.ratio_interval.high == pytest.approx(katz.high)


def test_the_intervals_hold_the_truth_nineteen_times_in_twenty():
    """Strata of different rates and a common ratio of 0.8, drawn 2,000 times."""
    rng = np.random.default_rng(1)
    rates, n, m = np.array([0.3, 0.5, 0.8]), 120, 400
    own = rng.binomial(n, 0.8 * rates, size=(2_000, 3))
    other = rng.binomial(m, rates, size=(2_000, 3))

    found = [
        combine(
            [
                Stratum(share=Share(count=int(a), n=n), reference=Share(count=int(b), n=m))
                for a, b in zip(*pair, strict=True)
            ]
        )
        for pair in zip(own, other, strict=True)
    ]

    held = np.mean([f.ratio_interval.low <= 0.8 <= f.ratio_interval.high for f in found])
    assert 0.935 <= held <= 0.965
    gap = float((-0.2 * rates).mean())
    held = np.mean([f.difference_interval.low <= gap <= f.difference_interval.high for f in found])
    assert 0.935 <= held <= 0.965


def test_where_nobody_is_chosen_there_is_no_ratio():
    nobody = Stratum(share=Share(count=3, n=30), reference=Share(count=0, n=30))

    found = combine([nobody])

    assert found.ratio is None
    assert found.ratio_interval is None


def test_a_group_of_whom_nobody_is_chosen_has_an_interval_from_zero():
    none = Stratum(share=Share(count=0, n=30), reference=Share(count=15, n=30))

    found = combine([none])

    assert (found.ratio, found.ratio_interval.low) == (0.0, 0.0)
    assert 0 < found.ratio_interval.high < 1


def test_without_strata_there_is_nothing_to_combine():
    assert combine([]) is None


def test_scores_are_compared_in_pooled_standard_deviations():
    """By hand: means 2 and 4, variances 1 and 1."""
    found = smd(np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0, np.nan]))

    assert found.value == pytest.approx(-2.0)
    assert (found.n, found.reference_n) == (3, 3)
    assert found.interval.low < -2.0 < found.interval.high


@pytest.mark.parametrize("scores", [[], [1.0], [np.nan, 1.0]])
def test_fewer_than_two_scores_say_nothing(scores):
    assert smd(np.array(scores), np.array([1.0, 2.0])) is None


def test_scores_that_are_all_alike_say_nothing():
    assert smd(np.array([1.0, 1.0]), np.array([1.0, 1.0])) is None
