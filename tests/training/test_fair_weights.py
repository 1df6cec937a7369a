"""Weights that make up for a group, as those say who thought of them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from scoring.candidates.recipes import Way, Weighing
from scoring.training.fair_weights import weighed

PRODUCT = Path(__file__).parents[2] / "contracts" / "consumer-loan"


def test_reweighing_makes_group_and_outcome_independent():
    rng = np.random.default_rng(2)
    groups = np.where(rng.random(500) < 0.3, "b", "a")
    bad = (rng.random(500) < np.where(groups == "b", 0.5, 0.2)).astype(np.int8)

    labels, weights = weighed(
        Weighing(way=Way.REWEIGHING, attribute="origin", strength=1.0), bad, groups.tolist()
    )

    rates = [np.average(bad[groups == g], weights=weights[groups == g]) for g in ("a", "b")]
    assert (labels == bad).all()
    assert rates == pytest.approx([bad.mean()] * 2, abs=1e-6)
    assert weights.mean() == pytest.approx(1, abs=1e-6)


def test_reweighing_of_the_german_data_is_kamiran_and_calders_and_leaves_no_mean_difference():
    """AIF360, tutorial_credit_scoring.ipynb: the 700 rows of its split, age 25 and over.

    The mean difference is -0.169905 before and 0.0 after. Weights are those that the paper
    defines, by group and outcome: what would be expected over what there is.
    """
    with (PRODUCT / "loans.csv").open(newline="") as file:
        loans = list(csv.DictReader(file))
    chosen = np.random.RandomState(0).permutation(len(loans))[:700]
    bad = np.array([loans[at]["bad"] == "1" for at in chosen], dtype=np.int8)
    is_young = np.array([int(loans[at]["age"]) < 25 for at in chosen])

    labels, weights = weighed(
        Weighing(way=Way.REWEIGHING, attribute="age", strength=1.0),
        bad,
        np.where(is_young, "young", "older").tolist(),
    )

    def difference(by):
        good = [np.average(bad[who] == 0, weights=by[who]) for who in (is_young, ~is_young)]
        return good[0] - good[1]

    expected = {
        (of, outcome): (is_young == of).mean()
        * (bad == outcome).mean()
        / ((is_young == of) & (bad == outcome)).mean()
        for of in (True, False)
        for outcome in (0, 1)
    }
    own = [expected[of, outcome] for of, outcome in zip(is_young, bad, strict=True)]
    assert (labels == bad).all()
    assert difference(np.ones(700)) == pytest.approx(-0.169905, abs=5e-7)
    assert difference(weights) == pytest.approx(0, abs=1e-6)
    assert weights == pytest.approx(own, rel=1e-6)


def test_a_reduction_costs_each_loan_as_agarwal_et_al_do():
    rng = np.random.default_rng(3)
    groups, multiplier = np.where(rng.random(400) < 0.25, "b", "a"), 0.4
    bad = (rng.random(400) < 0.3).astype(np.int8)

    labels, weights = weighed(
        Weighing(way=Way.REDUCTION, attribute="origin", strength=multiplier, group="b"),
        bad,
        groups.tolist(),
    )

    is_b = groups == "b"
    cost = 1 - 2.0 * bad + multiplier * (is_b / is_b.mean() - 1)
    assert (labels == (cost <= 0)).all()
    assert weights == pytest.approx(np.abs(cost) / np.abs(cost).mean(), rel=1e-5)
    assert (labels[is_b] == 0).all()  # so strong that every loan of the group counts as good


def test_whose_group_is_not_known_weighs_as_their_outcome_does():
    bad = np.array([0, 0, 1, 1, 0, 1], dtype=np.int8)

    _, weights = weighed(
        Weighing(way=Way.REWEIGHING, attribute="origin", strength=1.0),
        bad,
        ["a", "a", "a", "b", None, None],
    )

    assert weights[4] == weights[5]
