"""The bootstrap models take fewer and longer steps than the champion, and are as good for it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scoring.results import performance
from scoring.training.bootstrap import shortened
from scoring.training.calibrate import sigmoid
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.learners import LocalLearner

DRAWS = 6


@pytest.fixture(scope="module")
def learner(consumer_loan, german_loans):
    bad, encoding = german_loans.frame["bad"].cast(pl.Int8).to_numpy(), encoding_of(consumer_loan)
    return LocalLearner(matrix_from(encoding, german_loans.frame), bad, encoding)


@pytest.fixture(scope="module")
def draws(learner):
    rng = np.random.default_rng(7)
    drawn = rng.multinomial(learner.rows, np.full(learner.rows, 1 / learner.rows), size=DRAWS)
    return drawn.astype(np.float32)


@pytest.fixture(scope="module")
def margins(consumer_loan, learner, draws):
    """Of the models with the champion's steps, and of the short ones: (2, draws, rows)."""
    own = consumer_loan.training
    return np.array(
        [
            [learner.margins(learner.fit(None, training=each, weights=drawn)) for drawn in draws]
            for each in (own, shortened(own))
        ]
    )


@pytest.mark.parametrize(
    ("rounds", "rate", "short_rounds", "short_rate"),
    [
        (300, 0.05, 75, 0.15),
        (2_000, 0.01, 500, 0.03),
        (150, 0.05, 75, 0.05 * 5 / 3),  # there are no fewer
        (300, 0.1, 120, 0.2),  # no step is longer
        (75, 0.05, 75, 0.05),
        (50, 0.05, 50, 0.05),
        (300, 0.2, 300, 0.2),
        (300, 0.3, 300, 0.3),
    ],
)
def test_they_take_a_quarter_of_the_rounds_at_three_times_the_rate(
    consumer_loan, rounds, rate, short_rounds, short_rate
):
    asked = replace(consumer_loan.training, rounds=rounds, learning_rate=rate)

    short = shortened(asked)

    assert (short.rounds, short.learning_rate) == (short_rounds, pytest.approx(short_rate))
    assert replace(short, rounds=rounds, learning_rate=rate) == asked


def test_a_release_says_how_many_and_how_long(german, consumer_loan):
    short, said = shortened(consumer_loan.training), german.manifest["ensemble"]

    assert said["rounds"] == short.rounds < german.manifest["parameters"]["rounds"]
    assert said["learning_rate"] == pytest.approx(short.learning_rate, abs=1e-4)


def test_of_loans_that_none_has_seen_they_say_as_much(learner, draws, margins):
    def by_draw(measure, kind):
        found = zip(kind, draws == 0, strict=True)
        return np.array([measure(learner.bad[rows], sigmoid(of[rows])) for of, rows in found])

    losses = [by_draw(performance.log_loss, kind) for kind in margins]
    aucs = [by_draw(performance.auc, kind) for kind in margins]

    assert (losses[1] - losses[0]).mean() < 0.01  # of some 0.52
    assert (aucs[1] - aucs[0]).mean() > -0.01


def test_they_differ_from_each_other_as_much_and_about_the_same_loans(margins):
    full, short = margins.std(axis=1)

    assert 0.85 < np.median(short / full) < 1.15
    assert np.corrcoef(full, short)[0, 1] > 0.7


def test_a_model_is_the_same_whichever_was_fitted_before(consumer_loan, learner, draws):
    training = replace(consumer_loan.training, rounds=10)
    alone = LocalLearner(learner.matrix, learner.bad, learner.encoding)

    learner.fit(None, training=training, weights=draws[0])
    after = learner.fit(None, training=training, weights=draws[1])

    rows = np.arange(learner.rows)  # named one by one, they are sorted into bins anew
    for first in (
        alone.fit(None, training=training, weights=draws[1]),
        alone.fit(rows, training=training, weights=draws[1]),
    ):
        assert after.save_raw("json") == first.save_raw("json")
