"""The card on later loans, on cut-offs and on the scorecard, whatever could be measured."""

from copy import deepcopy

import pytest

from scoring.contract import Contract
from scoring.training.card import card


@pytest.fixture
def figures(german):
    return deepcopy(german.manifest)


@pytest.fixture
def written(consumer_loan, figures):
    return lambda **changes: card(consumer_loan, figures | changes)


def out_of_time(mean):
    return {
        "from": "2021-08-23",
        "to": "2022-01-19",
        "n": 300,
        "bads": 117,
        "trained_on": 1200,
        "auc": {"mean": mean, "low": mean - 0.05, "high": mean + 0.05, "n": 300},
        "mean_pd": 0.415,
        "bad_rate": 0.39,
        "bad_rate_before": 0.409,
        "score_psi": 0.06,
    }


def quarter(name, predicted, realised):
    bounds = {"low": realised - 0.05, "high": realised + 0.05}
    return {"quarter": name, "n": 90, "mean_pd": predicted, "bad_rate": realised, **bounds}


def test_without_dates_nothing_is_said_of_later_loans(written):
    assert "Not known: the loans have no dates, or none were held out." in written()


def test_the_newest_loans_are_told_beside_the_folds(written):
    text = written(out_of_time=out_of_time(0.773))

    assert "AUC 0.773 (95 % interval 0.723 to 0.823)" in text
    assert "the 300 newest (2021-08-23 to 2022-01-19, 117 bad)" in text
    assert "41.5% predicted to be bad, 39.0% were" in text
    assert "ranks newer loans clearly worse" not in text


def test_a_large_fall_is_said_in_words(written):
    text = written(out_of_time=out_of_time(0.6))

    assert "more than 0.10 below the cross-validated one, so it ranks newer" in text


def test_the_bound_of_a_fall_is_the_products_own(consumer_loan, figures):
    source = f"{consumer_loan.text}\n[policy.gates]\nauc_fall_at_most = 0.25\n"

    text = card(Contract.parse(source.encode()), figures | {"out_of_time": out_of_time(0.6)})

    assert "no more than 0.25 below the cross-validated one." in text
    assert "`auc_fall_at_most` in its contract's `[policy.gates]`" in text


def test_another_label_policy_stands_beside_the_default(written):
    said = out_of_time(0.7) | {"labels": "parcelling", "default": out_of_time(0.72)}

    text = written(out_of_time=said)

    assert "Labels: parcelling; what was guessed was guessed without the newest loans." in text
    assert "real outcomes only gives an AUC of 0.720 (0.670 to 0.770) there" in text


def test_too_few_newest_loans_are_not_measured_and_the_card_says_so(written):
    said = out_of_time(0.7)
    del said["auc"]

    text = written(out_of_time=said | {"not_measured": "fewer than 30 bads or goods on one side"})

    assert "fewer than 30 bads or goods on one side." in text


def test_calibration_over_time_is_one_line_with_the_worst_quarter(written):
    quarters = [quarter("2020-Q1", 0.2, 0.21), quarter("2020-Q2", 0.2, 0.3)]

    text = written(calibration_over_time=quarters)

    assert "in 1 of 2 the predicted share" in text
    assert "furthest off is 2020-Q2 (20.0% predicted, 30.0% realised, 90 loans)" in text


def test_cut_offs_are_listed_with_what_they_would_have_earned(figures, written):
    best = figures["profit"]["best"]

    text = written()

    assert "| the contract approves up to | 16% |" in text
    assert f"| the best on these loans | {best['cut_off']:.0%} |" in text
    assert f"{best['profit']:+.2%}" in text


@pytest.mark.parametrize(("gap", "is_said"), [(0.019, False), (0.021, True)])
def test_a_scorecard_far_behind_is_said_in_words(figures, written, gap, is_said):
    text = written(scorecard=figures["scorecard"] | {"auc_behind_model": gap})

    assert ("That is more than 0.02 behind" in text) is is_said
