"""What a candidate says beyond its folds: out of time, by band and quarter, and what it earns."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from credit.queries.evidence import Trial, evidence_of
from scoring.contract import Economics
from scoring.results import profit
from scoring.results.profit import profit_curve, summary
from scoring.training import out_of_time, realised, search
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.folds import out_of_fold
from scoring.training.learners import LocalLearner
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

COST = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(5))
QUICK = Recipe(numbers=4, categories=1, rounds=20, max_depth=2, folds=3)


def silence(what, share):
    """Tell nobody."""


@pytest.fixture(scope="module")
def dated():
    contract = contract_of(QUICK)
    loans = loans_of(contract, rows=1_500, seed=4)
    days = [date(2020, 1, 1) + timedelta(days=at // 2) for at in range(len(loans))]
    return contract, loans.with_columns(pl.Series("applied_on", days))


@pytest.fixture(scope="module")
def trained(dated):
    contract, loans = dated
    return train(contract=contract, frame=loans, snapshot_sha256="x", progress=silence)


@pytest.fixture(scope="module")
def learner(dated):
    contract, loans = dated
    encoding = encoding_of(contract)
    return LocalLearner(matrix_from(encoding, loans), loans["bad"].to_numpy(), encoding)


def test_the_newest_fifth_is_tested_on_what_was_learned_from_the_rest(trained):
    said = trained.manifest["out_of_time"]

    assert said["n"] + said["trained_on"] == 1_500
    assert 0.18 < said["n"] / 1_500 < 0.22
    assert said["from"] == "2021-08-23"
    assert said["auc"]["low"] < said["auc"]["mean"] < said["auc"]["high"]
    assert said["score_psi"] < 0.1


def test_without_dates_nothing_is_said_of_time(german):
    assert german.manifest["out_of_time"] is None
    assert german.manifest["calibration_over_time"] is None


def test_a_day_is_never_on_both_sides():
    days = pl.Series([date(2020, 1, 1)] * 6 + [date(2020, 1, 2)] * 4)

    split = out_of_time.split_of(days, share=0.2)

    assert (len(split.older), len(split.newest)) == (6, 4)


@pytest.mark.parametrize(
    ("days", "share"),
    [
        (None, 0.2),
        ([date(2020, 1, 1)] * 5, 0.2),
        ([date(2020, 1, 1), None], 0.2),
        ([date(2020, 1, 1), date(2020, 1, 2)], 0.0),
    ],
)
def test_where_time_cannot_be_split_there_is_no_split(days, share):
    assert out_of_time.split_of(days and pl.Series(days), share=share) is None


def test_too_few_bads_on_one_side_are_said_and_not_measured(dated, learner):
    contract, loans = dated
    bad = loans["bad"].to_numpy().copy()
    split = out_of_time.split_of(loans["applied_on"], share=0.2)
    bad[split.newest] = 0

    said = out_of_time.measure(contract.training, learner, bad, np.zeros(1_500), split)

    assert "fewer than 30 bads" in said["not_measured"]


def test_bands_and_quarters_say_what_was_predicted_and_what_happened(dated, trained):
    contract, loans = dated

    by_band = trained.manifest["calibration_by_band"]
    by_quarter = trained.manifest["calibration_over_time"]

    assert [item["band"] for item in by_band] == [band.name for band in contract.bands]
    assert sum(item["n"] for item in by_band) == 1_500
    assert sum(item["bads"] for item in by_quarter) == loans["bad"].sum()
    assert by_quarter[0]["quarter"] == "2020-Q1"
    assert all(item["low"] <= item["bad_rate"] <= item["high"] for item in by_quarter)


def test_an_empty_band_has_no_rate(dated):
    contract, _ = dated

    said = realised.by_band(contract, np.array([0.9]), np.array([1], dtype=np.int8))

    assert said[0] == {
        "band": "A",
        "n": 0,
        "bads": 0,
        **dict.fromkeys(("mean_pd", "bad_rate", "low", "high")),
    }


def test_profit_is_what_the_approved_earned():
    bad, pd, amounts = [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [100, 200, 300, 400]

    curve = profit_curve(bad, pd, economics=COST, amounts=amounts)

    assert curve.approved[[9, 10, 20, 40]].tolist() == [0, 0.25, 0.5, 1]
    assert curve.profit[10] == pytest.approx(0.1 * 100 / 1_000)
    assert curve.profit[40] == pytest.approx((0.1 * 400 - 0.5 * 600) / 1_000)
    assert curve.cut_offs[curve.best] == pytest.approx(0.1)
    assert (curve.low <= curve.profit + 1e-12).all()


def test_the_best_cut_off_of_a_true_model_is_where_it_breaks_even(monkeypatch):
    monkeypatch.setattr(profit, "RESAMPLES", 2)  # of the interval, which is not looked at
    rng = np.random.default_rng(1)
    pd = rng.beta(1, 4, 200_000)
    bad = rng.random(200_000) < pd

    curve = profit_curve(bad, pd, economics=COST)

    assert curve.cut_offs[curve.best] == pytest.approx(COST.break_even_pd, abs=0.03)


def test_a_cut_off_that_approves_nobody_has_no_bad_rate():
    said = summary(profit_curve([0, 1], [0.5, 0.9], economics=COST), at={"approve": 0.2})

    assert said["at"]["approve"]["bad_rate"] is None
    assert said["at"]["approve"]["profit"] == 0


def test_the_curve_is_stored_with_its_release(trained):
    profit = trained.manifest["profit"]

    assert len(profit["profit"]) == len(profit["cut_offs"]) == 101
    assert set(profit["at"]) == {"approve", "decline", "break_even"}
    assert not profit["weighed_by_amount"]


def test_a_search_tries_the_contracts_settings_first_and_is_the_same_twice(dated, learner):
    contract, loans = dated
    training = replace(contract.training, search_trials=4)
    bad = loans["bad"].to_numpy()

    first, second = (
        search.search(learner, bad, training=training, columns=10, progress=silence)
        for _ in range(2)
    )

    assert first.said == second.said
    assert len(first.said["tried"]) == 5
    assert first.said["tried"][0]["max_depth"] == contract.training.max_depth
    chosen = next(
        item
        for item in first.said["tried"]
        if all(item[name] == value for name, value in first.said["chosen"].items())
    )
    assert chosen["log_loss"] <= first.said["tried"][0]["log_loss"]


def test_a_search_stops_when_its_box_of_work_is_full(dated, learner):
    contract, loans = dated
    training = replace(contract.training, search_trials=50, search_minutes=0.0)

    found = search.search(
        learner, loans["bad"].to_numpy(), training=training, columns=10, progress=silence
    )

    assert len(found.said["tried"]) == 1
    assert found.training == training


def test_early_stopping_ends_each_fold_and_the_whole_with_their_median(dated, learner):
    contract, loans = dated
    training = replace(contract.training, rounds=400, learning_rate=0.3, early_stopping_rounds=5)

    out = out_of_fold(learner, loans["bad"].to_numpy(), training=training, progress=silence)

    assert 1 <= out.rounds < 400
    assert np.isfinite(out.margins).all()


def test_the_console_reads_what_training_writes(trained):
    evidence = evidence_of(trained.manifest)

    assert evidence.profit.best.profit == max(one.profit for one in evidence.profit.curve)
    assert evidence.out_of_time.auc > 0.6
    assert sum(one.n for one in evidence.by_band) == sum(one.n for one in evidence.by_quarter)
    assert evidence.ensemble.models > 1
    assert evidence.familiarity.rows == 1_500
    assert not evidence.fallback.is_far_behind
    assert {each.name for each in fields(Trial)} == {*search.NAMES, "log_loss", "is_chosen"}
