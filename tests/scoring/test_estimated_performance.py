"""Performance estimated before outcomes are known: right where the PDs are, and only there."""

import numpy as np
import pytest

from scoring.results import binned_ranking
from scoring.results.binned_ranking import BINS
from scoring.results.estimated_performance import (
    estimated_auc,
    estimated_bad_rate,
    estimated_confusion,
)


def drawn(n, *, seed):
    pd = np.random.default_rng(seed).beta(1.6, 9.0, n)
    place = np.array([binned_ranking.bin_of(float(each)) for each in pd])
    return pd, place, np.bincount(place, minlength=BINS), np.bincount(place, pd, minlength=BINS)


def outcomes(pd, place, rng, *, times=1.0):
    bad = rng.random(len(pd)) < np.minimum(pd * times, 1)
    return np.bincount(place[~bad], minlength=BINS), np.bincount(place[bad], minlength=BINS)


def test_it_is_the_roc_of_the_expected_confusion_at_every_threshold():
    """As NannyML describes it, row by row: expected rates at each cut-off, and the area below."""
    pd, _, n, by_bin = drawn(300, seed=1)
    cuts = np.sort(pd)[::-1]
    tpr = [0.0, *(pd[pd >= cut].sum() / pd.sum() for cut in cuts)]
    fpr = [0.0, *((1 - pd[pd >= cut]).sum() / (1 - pd).sum() for cut in cuts)]

    assert estimated_auc(n, by_bin).value == pytest.approx(np.trapezoid(tpr, fpr), abs=0.002)


def test_where_the_pds_are_true_outcomes_fall_into_its_interval():
    pd, place, n, by_bin = drawn(1_500, seed=2)
    estimated = estimated_auc(n, by_bin)
    rng = np.random.default_rng(3)

    found = [binned_ranking.auc(*outcomes(pd, place, rng)) for _ in range(400)]

    inside = [estimated.interval.low <= each <= estimated.interval.high for each in found]
    assert np.mean(found) == pytest.approx(estimated.value, abs=0.005)
    assert np.mean(inside) >= 0.93


def test_the_share_of_bads_falls_into_its_interval_as_often_as_it_says():
    pd, place, _, _ = drawn(800, seed=4)
    estimated = estimated_bad_rate(len(pd), pd.sum(), (pd**2).sum())
    rng = np.random.default_rng(5)

    found = [outcomes(pd, place, rng)[1].sum() / len(pd) for _ in range(1_000)]

    inside = [estimated.interval.low <= each <= estimated.interval.high for each in found]
    assert 0.93 <= np.mean(inside) <= 0.97


def test_where_loans_fail_for_another_cause_it_does_not_see_it():
    """What it cannot know, which is why what turned out is drawn beside it."""
    pd, place, _, _ = drawn(3_000, seed=6)
    estimated = estimated_bad_rate(len(pd), pd.sum(), (pd**2).sum())

    _, bads = outcomes(pd, place, np.random.default_rng(7), times=2.0)

    assert bads.sum() / len(pd) > estimated.interval.high


def test_of_too_few_nothing_is_estimated():
    assert estimated_auc([20], [1.0]) is None
    assert estimated_bad_rate(0, 0.0, 0.0) is None


def test_the_expected_confusion_counts_everybody_once():
    found = estimated_confusion(approved=90, approved_pd=9.0, declined=30, declined_pd=15.0)

    total = found.approved_good + found.approved_bad + found.declined_good + found.declined_bad
    assert total == 120
