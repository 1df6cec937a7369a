"""PDs are calibrated on rows the model had not seen, by a rising line in the margin."""

import numpy as np
import pytest

from scoring.training.calibrate import (
    CalibrationRefused,
    calibrate,
    maximum_likelihood,
    sigmoid,
    with_ones,
)
from scoring.training.folds import folds_of
from scoring.training.quality import expected_sd_of_auc, metrics_of


def drawn(slope, intercept, *, rows=40_000):
    rng = np.random.default_rng(2)
    margins = rng.normal(size=rows)
    bad = (rng.random(rows) < sigmoid(slope * margins + intercept)).astype(np.int8)
    return margins, bad


def test_the_line_that_made_the_outcomes_is_found():
    line = calibrate(*drawn(0.7, -1.1))

    assert line.slope == pytest.approx(0.7, abs=0.05)
    assert line.intercept == pytest.approx(-1.1, abs=0.05)


def test_coefficients_and_errors_are_those_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an oracle

    margins, bad = drawn(0.7, -1.1, rows=2_000)
    fitted = maximum_likelihood(with_ones(margins), bad)

    oracle = LogisticRegression(C=np.inf, tol=1e-10).fit(margins[:, None], bad)

    assert fitted.coefficients == pytest.approx(
        [oracle.coef_[0, 0], oracle.intercept_[0]], abs=1e-5
    )
    assert fitted.errors == pytest.approx([0.06, 0.055], abs=0.01)


def test_a_model_that_orders_risk_the_wrong_way_is_refused():
    margins, bad = drawn(0.7, -1.1)

    with pytest.raises(CalibrationRefused, match="does not order risk"):
        calibrate(-margins, bad)


def test_margins_that_separate_the_outcomes_are_refused_as_a_leak():
    margins = np.linspace(-1, 1, 200)

    with pytest.raises(CalibrationRefused, match="leak"):
        calibrate(margins, (margins > 0).astype(np.int8))


def test_margins_that_are_all_the_same_are_refused():
    with pytest.raises(CalibrationRefused, match="nothing in the data"):
        calibrate(np.ones(200), (np.arange(200) % 2).astype(np.int8))


def test_log_odds_without_bound_become_probabilities_without_warning():
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_folds_are_those_of_the_reference_figures(consumer_loan, german_loans):
    from sklearn.model_selection import RepeatedStratifiedKFold  # noqa: PLC0415

    bad = german_loans.frame["bad"].to_numpy()

    folds = folds_of(bad, consumer_loan.training)

    splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=42)
    for fold, (_, tests) in zip(folds, splitter.split(bad[:, None], bad), strict=True):
        np.testing.assert_array_equal(fold.tests, tests)
    assert [fold.repeat for fold in folds] == [number // 5 for number in range(25)]


def test_hanley_and_mcneils_error_is_theirs():
    """Their worked example: 58 normal, 51 abnormal, area 0.893, standard error 0.032."""
    assert expected_sd_of_auc(0.893, 51, 58) == pytest.approx(0.032, abs=6e-4)


def test_the_calibration_error_of_a_true_model_is_what_chance_gives(make_out_of_fold):
    margins, bad = drawn(1.0, -1.0, rows=2_000)

    ece = metrics_of(make_out_of_fold(sigmoid(margins - 1.0), bad), bad, seed=1)["ece"]

    assert ece["mean"] < ece["by_chance"]
    assert ece["low"] < ece["mean"] < ece["high"]


def test_the_calibration_error_of_an_overconfident_model_is_above_chance(make_out_of_fold):
    margins, bad = drawn(1.0, -1.0, rows=2_000)

    found = metrics_of(make_out_of_fold(sigmoid(3 * margins - 3.0), bad), bad, seed=1)

    assert found["ece"]["mean"] > found["ece"]["by_chance"]
    assert found["calibration_slope"]["high"] < 0.8


@pytest.fixture
def make_out_of_fold(consumer_loan):
    from dataclasses import replace  # noqa: PLC0415

    from scoring.training.folds import OutOfFold  # noqa: PLC0415

    def make(pds, bad):
        folds = folds_of(bad, replace(consumer_loan.training, repeats=1))
        return OutOfFold(folds=folds, margins=pds[None], pds=pds[None], rounds=1)

    return make
