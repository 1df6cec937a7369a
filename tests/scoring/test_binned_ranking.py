"""Ranking from counts in bins: as good as from rows, and honest about how far it can be off."""

import numpy as np
import pytest

from scoring.results import binned_ranking, performance
from scoring.results.binned_ranking import BINS, NotMeasurable
from scoring.results.vintages import Cell, counted, from_json, to_json


def loans(n, *, seed, a=1.6, b=9.0):
    """Draw loans whose PDs are true."""
    rng = np.random.default_rng(seed)
    pd = rng.beta(a, b, n)
    return pd, rng.random(n) < pd


def binned(pd, bad):
    place = np.array([binned_ranking.bin_of(float(each)) for each in pd])
    return (
        np.bincount(place[~bad], minlength=BINS).astype(float),
        np.bincount(place[bad], minlength=BINS).astype(float),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_auc_of_bins_is_that_of_the_rows_within_what_it_says(seed):
    pd, bad = loans(4_000, seed=seed)
    goods, bads = binned(pd, bad)

    error = binned_ranking.auc_error(goods, bads)

    assert abs(binned_ranking.auc(goods, bads) - performance.auc(bad, pd)) <= error
    assert error < 0.01


def test_the_ks_of_bins_is_near_that_of_the_rows_and_never_above_it():
    pd, bad = loans(4_000, seed=1)

    found = binned_ranking.ks(*binned(pd, bad))

    assert performance.ks(bad, pd) - 0.01 < found <= performance.ks(bad, pd)


def test_the_spread_is_delongs_computed_pair_by_pair():
    pd, bad = loans(400, seed=3)
    goods, bads = binned(pd, bad)
    place = np.array([binned_ranking.bin_of(float(each)) for each in pd])
    wins = (place[bad][:, None] > place[~bad]) + 0.5 * (place[bad][:, None] == place[~bad])

    by_pair = (
        wins.mean(axis=1).var(ddof=1) / bad.sum() + wins.mean(axis=0).var(ddof=1) / (~bad).sum()
    )

    assert binned_ranking.sd_of_bins(goods, bads) == pytest.approx(by_pair**0.5, rel=1e-9)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    truth = performance.auc(*reversed(loans(400_000, seed=99)))
    for seed in range(300):
        goods, bads = binned(*loans(600, seed=seed))
        interval = binned_ranking.auc_interval(goods, bads)
        held += interval.low <= truth <= interval.high

    assert 0.92 <= held / 300 <= 0.98


def test_classes_that_are_wholly_apart_do_not_make_it_certain():
    interval = binned_ranking.auc_interval([20, 0, 0], [0, 0, 20])

    assert interval.low < 0.97
    assert interval.high == 1.0


def test_the_interval_of_a_ks_is_around_it_and_repeats():
    goods, bads = binned(*loans(1_000, seed=4))

    interval = binned_ranking.ks_interval(goods, bads)

    assert interval.low <= binned_ranking.ks(goods, bads) <= interval.high
    assert interval == binned_ranking.ks_interval(goods, bads)


@pytest.mark.parametrize(
    ("goods", "bads", "why"),
    [([1, 1], [0, 0], "both classes"), ([0, 0], [1, 1], "both classes"), ([1], [1, 1], "bins")],
)
def test_what_cannot_be_measured_is_refused(goods, bads, why):
    with pytest.raises(NotMeasurable, match=why):
        binned_ranking.auc(goods, bads)


def test_a_vintage_is_written_and_read_without_a_loss_and_months_add_up():
    cells = [
        Cell(100, "A", "approved", "good", 30, 1.5, 0.1, 9e4, 3e8),
        Cell(100, "A", "approved", "unknown", 5, 0.3, 0.02, 1e4, 3e7),
        Cell(200, "B", "approved", "bad", 4, 1.2, 0.4, 1e4, 3e7),
        Cell(300, "E", "declined", "unknown", 7, 5.0, 4.0, 2e4, 6e7),
        Cell(150, "A", "open", "unknown", 2, 0.2, 0.02, 1e3, 3e6),
    ]

    twice = from_json(to_json(counted(cells))) + counted(cells)

    assert (twice.count("n"), twice.count("matured"), twice.count("bads")) == (78, 68, 8)
    assert (twice.declined, twice.open) == (14, 4)
    assert twice.sum("matured_pd") == pytest.approx(5.4)
    assert twice.bands["A"].matured == 60
    assert twice.money.tolist() == [18e4, 6e8, 2e4, 6e7]
