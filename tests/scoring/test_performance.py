import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, roc_curve

from scoring.results import performance
from scoring.results.performance import NotMeasurable

RANDOM = np.random.default_rng(42)


def sample(n=2_000, *, digits=None):
    pd = RANDOM.beta(2, 5, n)
    bad = (RANDOM.random(n) < pd).astype(int)
    return bad, pd if digits is None else pd.round(digits)


@pytest.mark.parametrize("digits", [None, 2, 1])
def test_figures_agree_with_scikit_learn(digits):
    bad, pd = sample(digits=digits)
    false_rate, true_rate, _ = roc_curve(bad, pd, drop_intermediate=False)

    assert performance.auc(bad, pd) == pytest.approx(roc_auc_score(bad, pd), abs=1e-12)
    assert performance.gini(bad, pd) == pytest.approx(2 * roc_auc_score(bad, pd) - 1, abs=1e-12)
    assert performance.ks(bad, pd) == pytest.approx((true_rate - false_rate).max(), abs=1e-12)
    assert performance.brier(bad, pd) == pytest.approx(brier_score_loss(bad, pd), abs=1e-12)
    assert performance.log_loss(bad, pd) == pytest.approx(log_loss(bad, pd), abs=1e-9)


@pytest.mark.parametrize(
    ("bad", "pd", "auc", "ks"),
    [
        ([0, 1], [0.1, 0.9], 1.0, 1.0),
        ([0, 1], [0.9, 0.1], 0.0, 1.0),
        ([0, 1], [0.5, 0.5], 0.5, 0.0),
        ([0, 0, 1, 1], [0.1, 0.5, 0.5, 0.9], 0.875, 0.5),
    ],
)
def test_small_cases_by_hand(bad, pd, auc, ks):
    assert performance.auc(bad, pd) == auc
    assert performance.ks(bad, pd) == ks


def test_booleans_are_outcomes_too():
    assert performance.auc(np.array([False, True]), [0.1, 0.9]) == 1


def test_calibration_bins_hold_every_row_once():
    bad, pd = sample(digits=2)

    bins = performance.calibration(bad, pd)

    assert sum(item.n for item in bins) == 2_000
    assert sum(item.n * item.bad_rate for item in bins) == pytest.approx(bad.sum())
    assert [item.mean_pd for item in bins] == sorted(item.mean_pd for item in bins)


def test_one_pd_for_all_is_one_bin():
    (only,) = performance.calibration([0, 1, 1, 0], [0.3] * 4)

    assert (only.n, only.bad_rate) == (4, 0.5)
    assert performance.ece([0, 1, 1, 0], [0.3] * 4) == pytest.approx(0.2)


def test_true_probabilities_have_a_small_calibration_error():
    bad, pd = sample(100_000)

    assert performance.ece(bad, pd) < 0.01
    assert performance.ece(bad, pd / 2) > 0.1


@pytest.mark.parametrize("figure", ["auc", "gini", "ks"])
@pytest.mark.parametrize("bad", [[0, 0], [1, 1]])
def test_ranking_needs_both_outcomes(figure, bad):
    with pytest.raises(NotMeasurable, match="both classes"):
        getattr(performance, figure)(bad, [0.1, 0.2])


@pytest.mark.parametrize("figure", ["auc", "ks", "brier", "log_loss", "ece", "calibration"])
@pytest.mark.parametrize(
    ("bad", "pd", "says"),
    [
        ([], [], "no rows"),
        ([0, 1], [0.1], "do not pair"),
        ([0, 2], [0.1, 0.2], "0 or 1"),
        ([0, 1], [0.1, float("nan")], "finite"),
    ],
)
def test_what_cannot_be_measured_is_refused(figure, bad, pd, says):
    with pytest.raises(NotMeasurable, match=says):
        getattr(performance, figure)(bad, pd)
