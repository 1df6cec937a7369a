"""Odds over strata and pooled figures of the officer mirror, against published ones."""

import math

import numpy as np
import pytest
from scipy.stats import fisher_exact, nchypergeom_fisher

from scoring.officers import tables
from scoring.officers.shrink import shrink
from scoring.officers.tables import Estimate, Tables

Z = 1.959963984540054
# Berkeley's admissions of 1973 by department: men admitted, rejected; women admitted, rejected.
# R: mantelhaen.test(UCBAdmissions).
BERKELEY = [
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
]
# Penicillin in rabbits by dose: at once cured, died; later cured, died.
# R: example(mantelhaen.test).
RABBITS = [(3, 3, 0, 6), (6, 0, 2, 4), (5, 1, 6, 0)]


def tables_of(cells):
    a, b, c, d = (np.array(each) for each in zip(*cells, strict=True))
    return Tables(both=a, exposed=a + b, true=a + c, n=a + b + c + d)


def test_the_common_odds_ratio_is_that_of_mantel_and_haenszel():
    found = tables.odds_ratio(tables_of(BERKELEY))
    half = Z * math.sqrt(found.variance)

    assert math.exp(found.value) == pytest.approx(0.9046968, abs=5e-8)
    assert math.exp(found.value - half) == pytest.approx(0.7719074, abs=5e-8)
    assert math.exp(found.value + half) == pytest.approx(1.0603298, abs=5e-8)


def test_the_exact_test_over_strata_is_that_of_r():
    assert tables.cmh(tables_of(RABBITS)) == pytest.approx(0.03994, abs=5e-6)


def test_of_one_stratum_the_exact_test_is_fishers():
    cells = (8, 2, 3, 9)

    found = tables.cmh(tables_of([cells]))

    assert found == pytest.approx(fisher_exact([cells[:2], cells[2:]]).pvalue)


def test_a_tilted_spread_is_fishers_noncentral_distribution():
    table = tables_of([(4, 6, 3, 9)])

    found = tables.spread(table, tilt=0.7)

    law = nchypergeom_fisher(22, 7, 10, math.exp(0.7))
    assert found.chances == pytest.approx(law.pmf(found.first + np.arange(found.chances.size)))


@pytest.mark.parametrize("tilt", [-1.0, 0.0, 2.0])
def test_the_test_beside_peers_counts_every_way_there_is(tilt):
    own, others = [(2, 18, 9, 11)], [(12, 8, 10, 10), (5, 5, 3, 7)]
    spreads = [tables.spread(tables_of(each), tilt=tilt) for each in (own, others)]

    found = tables.beside(spreads[0], 2, spreads[1], 17)

    ways = {
        t: math.comb(20, t) * math.comb(20, 11 - t) * sum(_ways(x, 19 - t - x) for x in range(21))
        for t in range(12)
    }
    expected = sum(each for each in ways.values() if each <= ways[2]) / sum(ways.values())
    assert found == pytest.approx(expected)


def _ways(x, y):
    if not 0 <= y <= 8:
        return 0
    first = math.comb(20, x) * math.comb(20, 22 - x) if x <= 20 else 0
    return first * math.comb(10, y) * math.comb(10, 8 - y)


def test_an_officer_with_an_empty_cell_still_has_an_estimate():
    found = tables.odds_ratio(tables_of([(0, 10, 6, 4)]))

    assert math.isfinite(found.value)
    assert found.value < 0


def test_nothing_to_compare_gives_no_estimate_and_no_surprise():
    nothing = tables.tables([True, True], [True, False], [0, 0])

    assert tables.odds_ratio(nothing) is None
    assert tables.cmh(nothing) == 1


def test_figures_of_few_move_far_to_the_others_and_those_of_many_hardly():
    few, many = Estimate(value=2.0, variance=1.0), Estimate(value=2.0, variance=0.01)

    found = shrink([few, many, *[Estimate(value=0.0, variance=0.01)] * 6])

    assert found[0].value < 1.2
    assert found[1].value > 1.9
    assert found[0].low < 2.0 < found[0].high


def test_people_who_do_not_differ_beyond_chance_are_told_the_same_figure():
    found = shrink([Estimate(value=value, variance=1.0) for value in (-0.1, 0.0, 0.1)])

    assert [each.value for each in found] == pytest.approx([0, 0, 0])
    assert {each.own_share for each in found} == {0}


def test_shrunk_figures_are_nearer_to_the_truth_than_plain_ones():
    random = np.random.default_rng(3)
    truth, errors = random.normal(0, 0.5, (200, 8)), random.choice([0.2, 1.0], (200, 8))
    plain = truth + random.normal(size=truth.shape) * errors

    pooled = np.array(
        [
            [
                each.value
                for each in shrink(
                    [Estimate(value=v, variance=e * e) for v, e in zip(row, spread, strict=True)]
                )
            ]
            for row, spread in zip(plain, errors, strict=True)
        ]
    )

    assert ((pooled - truth) ** 2).mean() < 0.5 * ((plain - truth) ** 2).mean()
