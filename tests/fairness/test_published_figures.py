"""Figures that others published, recomputed from their counts."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from scoring import fairness
from scoring.groups.compare import compare
from scoring.proportions import (
    Interval,
    Share,
    difference_interval,
    exact,
    fisher,
    ratio_interval,
    significance,
    wilson,
)

PRODUCT = Path(__file__).parents[2] / "contracts" / "consumer-loan"

# SolasAI, solas-ai-disparity, examples/02_solas-ai-disparity-calculations.ipynb (commit 6599bcd):
# favourable outcomes of a sample of HMDA applications, printed with three decimals. The p-values
# with more digits are the recomputation of Fisher's test kept with the oracles.
WHITE, NON_HISPANIC, MALE = (
    Share(count=1854, n=3623),
    Share(count=2072, n=3808),
    Share(count=808, n=1622),
)
SOLASAI = [  # group, counts, ratio, p-value, odds ratio
    ("Black", Share(count=141, n=340), WHITE, 0.8103988, 0.0006543, 0.6760583),
    ("Asian", Share(count=243, n=327), WHITE, 1.4521689, 0.0, 2.7602288),
    ("Native American", Share(count=9, n=20), WHITE, 0.8793689, 0.657054, 0.7806708),
    ("Hispanic", Share(count=167, n=508), NON_HISPANIC, 0.6041711, 0.0, 0.4103194),
    ("Female", Share(count=414, n=1034), MALE, 0.8037469, 9e-07, 0.6727004),
]


@pytest.mark.parametrize(
    ("group", "share", "reference", "air", "p_value", "odds"),
    SOLASAI,
    ids=[row[0] for row in SOLASAI],
)
def test_adverse_impact_ratio_fisher_and_odds_ratio_agree_with_solasai(
    group, share, reference, air, p_value, odds
):
    found = compare(share, reference)

    assert found.air == pytest.approx(air, abs=5e-8)
    assert found.odds_ratio == pytest.approx(odds, abs=5e-8)
    assert fisher(share, reference) == pytest.approx(p_value, abs=5e-8)


def test_how_many_people_would_close_the_gap_agrees_with_solasai():
    """Printed as 109.4, recomputed as 109.4117647: what is short of the reference group's rate."""
    found = compare(Share(count=167, n=508), NON_HISPANIC)

    assert found.shortfall == pytest.approx(109.4117647, abs=5e-8)


def test_the_z_test_is_the_chi_squared_test_that_solasai_prints_beside_fishers():
    found = significance(Share(count=141, n=340), WHITE)

    assert found.test == "z test"
    assert round(found.p_value, 4) == 0.0006


# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_agrees_with_newcombe(count, n, low, high):
    interval = wilson(Share(count=count, n=n))

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize("n", [1, 7, 30, 415, 5_000])
def test_intervals_of_a_share_are_those_of_scipy(n):
    for count in {0, 1, n // 3, n - 1, n}:
        share, asked = Share(count=count, n=n), binomtest(count, n)

        by_scipy = asked.proportion_ci(0.99, method="wilson")
        assert wilson(share, confidence=0.99) == Interval(low=by_scipy.low, high=by_scipy.high)
        by_scipy = asked.proportion_ci(0.95, method="exact")
        found = exact(share)
        assert (found.low, found.high) == pytest.approx((by_scipy.low, by_scipy.high), abs=1e-9)


# Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_the_interval_of_a_difference_agrees_with_newcombe(one, other, low, high):
    interval = difference_interval(Share(count=one[0], n=one[1]), Share(count=other[0], n=other[1]))

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2"), [(27, 122, 44, 487), (141, 340, 1854, 3623)])
def test_katzs_interval_agrees_with_scipy(x1, n1, x2, n2):
    published = relative_risk(x1, n1, x2, n2).confidence_interval(0.95)

    interval = ratio_interval(Share(count=x1, n=n1), Share(count=x2, n=n2))

    assert interval.low == pytest.approx(published.low, rel=1e-12)
    assert interval.high == pytest.approx(published.high, rel=1e-12)


def test_the_mean_difference_of_the_german_data_agrees_with_aif360():
    """AIF360, tutorial_credit_scoring.ipynb: the 700 rows of its split, age 25 and over."""
    with (PRODUCT / "loans.csv").open(newline="") as file:
        loans = list(csv.DictReader(file))
    chosen = np.random.RandomState(0).permutation(len(loans))[:700]

    found = fairness.report(
        selected=[loans[at]["bad"] == "0" for at in chosen],
        bad=None,
        groups=["young" if int(loans[at]["age"]) < 25 else "older" for at in chosen],
        reference="older",
        minimum_group=30,
        minimum_air=0.8,
    )

    assert found.groups[1].comparison.marginal_effect == pytest.approx(-16.99055, abs=1e-5)


def test_katzs_interval_of_the_ratio_is_what_a_bootstrap_of_people_gives():
    """Whole people drawn again 20,000 times, by group; a rate of 41 % and one of 51 %."""
    rng = np.random.default_rng(7)
    black, white = Share(count=141, n=340), WHITE
    ratios = (rng.binomial(black.n, black.value, 20_000) / black.n) / (
        rng.binomial(white.n, white.value, 20_000) / white.n
    )

    interval = compare(black, white).air_interval

    low, high = np.quantile(ratios, [0.025, 0.975])
    assert interval.low == pytest.approx(low, abs=0.01)
    assert interval.high == pytest.approx(high, abs=0.01)


def test_good_rates_of_the_german_data_by_age_agree_with_the_oracle():
    with (PRODUCT / "loans.csv").open(newline="") as file:
        loans = list(csv.DictReader(file))

    found = fairness.report(
        selected=[loan["bad"] == "0" for loan in loans],
        bad=None,
        groups=["young" if int(loan["age"]) < 25 else "older" for loan in loans],
        reference="older",
        minimum_group=30,
        minimum_air=0.8,
    )

    older, young = found.groups
    assert older.approval.value == pytest.approx(0.719154, abs=5e-7)
    assert young.approval.value == pytest.approx(0.590604, abs=5e-7)
    assert young.comparison.air == pytest.approx(0.821248, abs=5e-7)
    assert young.comparison.marginal_effect == pytest.approx(-12.855, abs=5e-4)
    # 0.82 looks well above 0.80, but 149 people cannot show it: no report may call that within.
    assert young.verdict is fairness.Verdict.INSUFFICIENT
