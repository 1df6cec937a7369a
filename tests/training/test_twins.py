"""A loan that stands twice is never asked about by a model that has seen it under its other id."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from scoring.training import out_of_time
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.folds import folds_of, out_of_fold
from scoring.training.learners import LocalLearner
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train
from scoring.training.twins import among, twins_of

RECIPE = Recipe(numbers=4, categories=1, rounds=10, max_depth=2, folds=3)
LOANS, AGAIN = 400, 150


@pytest.fixture(scope="module")
def contract():
    return contract_of(RECIPE)


@pytest.fixture(scope="module")
def frame(contract):
    """Loans of a file, and some of them decided again under other ids."""
    loans = loans_of(contract, rows=LOANS, seed=4)
    again = loans.head(AGAIN).with_columns(("decision:" + pl.col("row")).alias("row"))
    return pl.concat([loans, again])


def silence(what, share):
    """Tell nobody."""


def test_each_row_names_the_first_that_has_its_details(contract, frame):
    found = twins_of(contract, frame)

    assert found.tolist() == [*range(LOANS), *range(AGAIN)]


def test_a_detail_that_is_missing_in_both_is_the_same(contract, frame):
    name = contract.feature_names[0]
    missing = frame.with_columns(pl.lit(None, frame.schema[name]).alias(name))

    assert twins_of(contract, missing).tolist() == [*range(LOANS), *range(AGAIN)]


def test_where_all_differ_there_are_none(contract, frame):
    loans = frame.head(LOANS)

    assert twins_of(contract, loans) is None


def test_where_most_are_alike_by_chance_it_says_nothing(contract, frame):
    alike = pl.concat([frame.head(60)] * 6)

    assert twins_of(contract, alike) is None


def test_both_are_tested_in_one_fold_and_every_row_once_a_repeat(contract, frame):
    bad, twins = frame["bad"].to_numpy(), twins_of(contract, frame)
    training = replace(contract.training, repeats=2)

    folds = folds_of(bad, training, twins)

    assert len(folds) == 6
    for fold in folds:
        assert not set(twins[fold.learns]) & set(twins[fold.tests])
        assert sorted([*fold.learns, *fold.tests]) == list(range(len(bad)))
    for repeat in range(2):
        tested = [fold.tests for fold in folds if fold.repeat == repeat]
        assert sorted(np.concatenate(tested)) == list(range(len(bad)))


def test_the_first_of_a_pair_stays_where_it_would_be(contract, frame):
    bad = frame["bad"].to_numpy()

    apart = folds_of(bad, contract.training)
    kept = folds_of(bad, contract.training, twins_of(contract, frame))

    assert any(set(one.tests) != set(other.tests) for one, other in zip(apart, kept, strict=True))
    first = set(apart[0].tests) & set(range(LOANS))
    assert set(kept[0].tests) & set(range(LOANS)) == first


def test_a_model_that_remembers_is_flattered_no_more(contract):
    """Outcomes by chance alone can only be known by remembering them."""
    loans = loans_of(contract, rows=300, seed=1)
    chance = pl.Series("bad", np.random.default_rng(2).integers(2, size=300), dtype=pl.Int8)
    frame = pl.concat([loans.with_columns(chance)] * 2)
    bad, encoding = frame["bad"].to_numpy(), encoding_of(contract)
    learner = LocalLearner(matrix_from(encoding, frame), bad, encoding)
    training = replace(
        contract.training, rounds=60, max_depth=6, learning_rate=0.3, min_child_weight=0, repeats=1
    )

    flattered, honest = (
        auc_of(out_of_fold(learner, bad, training=training, progress=silence, twins=twins), bad)
        for twins in (None, twins_of(contract, frame))
    )

    assert flattered > 0.75
    assert honest < 0.6


def auc_of(out, bad):
    good, worse = out.margins[0][bad == 0], out.margins[0][bad == 1]
    return float((worse[:, None] > good[None, :]).mean())


def test_what_stops_early_has_not_been_learned_from_either(contract, frame):
    bad, twins = frame["bad"].to_numpy(), twins_of(contract, frame)
    seen = []

    class Noting(LocalLearner):
        def fit(self, rows, *, stop_on=None, **more):
            seen.append((rows, stop_on))
            return super().fit(rows, stop_on=stop_on, **more)

    encoding = encoding_of(contract)
    learner = Noting(matrix_from(encoding, frame), bad, encoding)
    training = replace(contract.training, early_stopping_rounds=5, repeats=1)

    out_of_fold(learner, bad, training=training, progress=silence, twins=twins)

    for grows, stops in seen:
        assert len(stops) > 0
        assert not set(twins[grows]) & set(twins[stops])


def test_one_that_is_among_the_older_loans_is_not_tested_on_as_new(contract, frame):
    days = [date(2020, 1, 1) + timedelta(days=at) for at in range(frame.height)]
    twins = twins_of(contract, frame)

    split = out_of_time.split_of(pl.Series(days), share=0.5, twins=twins)

    assert len(split.older) == frame.height // 2
    assert not set(twins[split.older]) & set(twins[split.newest])
    assert len(split.newest) == LOANS - frame.height // 2


def test_some_rows_name_their_twins_by_their_places_among_them():
    twins = np.array([0, 1, 2, 0, 2, 5])

    assert among(twins, np.array([2, 3, 4, 5])).tolist() == [0, 1, 0, 3]
    assert among(None, np.array([2, 3])) is None


def test_a_training_keeps_them_together_and_says_in_which_fold(contract, frame):
    made = train(contract=contract, frame=frame, snapshot_sha256="0" * 64, progress=silence)

    found = made.validation["fold"].to_list()
    assert set(found) == {0, 1, 2}
    assert found[LOANS:] == found[:AGAIN]
