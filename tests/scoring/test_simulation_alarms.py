"""When somebody must look at a model, and when there is too little to say."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from scoring.contract import Contract
from scoring.features import example
from scoring.simulation import alarms
from scoring.simulation.alarms import Aged

CONTRACT = Contract.load(
    Path(__file__).parents[2] / "contracts" / "small-business-loan" / "contract.toml"
)
BEGAN = date(2000, 1, 1)


def side(n, *, mean, seed=0, **features):
    rng = np.random.default_rng(seed)
    columns = {name: [value] * n for name, value in (example(CONTRACT) | features).items()}
    return np.clip(rng.normal(mean, 0.02, n), 0.001, 0.999), columns


def test_the_same_population_raises_no_alarm():
    found = alarms.population(CONTRACT, then=side(2_000, mean=0.1), now=side(300, mean=0.1, seed=1))

    assert not found.is_alarm
    assert found.n == 300


def test_other_scores_raise_one_and_name_the_features_that_moved():
    now = side(300, mean=0.2, state="ca")

    found = alarms.population(CONTRACT, then=side(2_000, mean=0.1), now=now)

    assert found.is_alarm
    assert "State of the firm" in found.said


@pytest.mark.parametrize(
    "found",
    [
        alarms.population(CONTRACT, then=side(500, mean=0.1), now=side(99, mean=0.9)),
        alarms.early_losses([], []),
        alarms.calibration([0.9] * 99, [0] * 99),
    ],
)
def test_too_few_are_no_evidence(found):
    assert not found.is_alarm
    assert "fewer than 100" in found.said


def aged(n, *, failed_after=(), began=BEGAN):
    days = [*failed_after, *[None] * (n - len(failed_after))]
    return [
        Aged(began=began, failed=None if day is None else began + timedelta(days=day))
        for day in days
    ]


def test_twice_as_many_early_losses_raise_an_alarm():
    found = alarms.early_losses(
        aged(2_000, failed_after=[300] * 40), aged(1_000, failed_after=[300] * 60)
    )

    assert found.is_alarm
    assert "6.0% of 1,000 loans failed within two years" in found.said


def test_losses_after_two_years_are_not_early():
    found = alarms.early_losses(aged(2_000), aged(1_000, failed_after=[800] * 60))

    assert not found.is_alarm


def test_a_handful_of_early_losses_is_no_alarm():
    found = alarms.early_losses(aged(5_000), aged(200, failed_after=[300] * 5))

    assert not found.is_alarm


@pytest.mark.parametrize(
    ("predicted", "bads", "is_alarm"),
    [(0.10, 100, False), (0.10, 115, False), (0.10, 200, True), (0.10, 50, True)],
)
def test_predictions_far_from_what_came_true_raise_an_alarm(predicted, bads, is_alarm):
    found = alarms.calibration([predicted] * 1_000, [1] * bads + [0] * (1_000 - bads))

    assert found.is_alarm is is_alarm
