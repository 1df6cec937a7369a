"""What the officer mirror finds by a shorter way is what the plain way finds, on random inputs."""

import mirror_population
import numpy as np
import pytest
from mirror_population import Team

from scoring.officers import alarms, sequence, tables
from scoring.officers.rows import apart
from scoring.officers.tables import Spread

SEEDS = range(5)


def counted(random, *, rows=400, strata=6, odds=0.0):
    """Draw the decisions of somebody and count them."""
    exposed, stratum = random.random(rows) < 0.4, random.integers(0, strata, rows)
    leaning = stratum / strata - 0.5 + odds * exposed
    return tables.tables(exposed, random.random(rows) < 1 / (1 + np.exp(-leaning)), stratum)


def plain_spread(found, tilt):
    """Convolve the whole distribution of each stratum."""
    chances = np.ones(1)
    for at in range(found.n.size):
        one = tables.informative(
            **{name: getattr(found, name)[[at]] for name in ("both", "exposed", "true", "n")}
        )
        chances = np.convolve(chances, tables._by_stratum(one, tilt)[0])
    return Spread(
        first=int(np.maximum(0, found.exposed + found.true - found.n).sum()), chances=chances
    )


def plain_p_values(by_officer, *, tilt):
    """Hold each beside the convolution of everybody else, from end to end."""
    spreads = {who: plain_spread(each, tilt) for who, each in by_officer.items()}
    found = {}
    for who, own in spreads.items():
        chances, first, total = np.ones(1), 0, 0
        for other in set(spreads) - {who}:
            chances = np.convolve(chances, spreads[other].chances)
            first += spreads[other].first
            total += by_officer[other].total
        others = Spread(first=first, chances=chances)
        found[who] = tables.beside(own, by_officer[who].total, others, total)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_p_values_beside_peers_are_those_of_the_whole_convolutions(seed):
    random = np.random.default_rng(seed)
    team = {who: counted(random, odds=random.normal(-0.3, 0.4)) for who in range(6)}

    found = alarms.unlike_peers(team, asked=frozenset(team))(frozenset())

    assert found == pytest.approx(plain_p_values(team, tilt=-0.3), rel=1e-9)


def test_peers_are_compared_as_before_where_one_unlike_anybody_was_taken_out():
    random = np.random.default_rng(1)
    team = {who: counted(random, odds=0.2) for who in range(4)}
    unlike = counted(random, rows=200_000, odds=-4)

    ask = alarms.unlike_peers({**team, 9: unlike}, asked=frozenset({*team, 9}))

    assert ask(frozenset())[9] < 1e-30
    assert ask(frozenset({9})) == pytest.approx(plain_p_values(team, tilt=0.0), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tilt_makes_the_total_that_was_observed_the_mean_one(seed):
    found = counted(np.random.default_rng(seed), odds=1.5 - seed)

    law = plain_spread(found, tables.common(found))

    mean = law.first + (law.chances * np.arange(law.chances.size)).sum()
    assert mean == pytest.approx(found.total, abs=1e-3)


def test_the_tilt_ends_where_everything_exposed_came_true():
    exposed = np.arange(40) % 2 == 0

    assert tables.common(tables.tables(exposed, exposed, np.zeros(40, dtype=np.int64))) == 5


@pytest.mark.parametrize(("low", "high"), [(3, 9), (-4, 60), (0, 0), (90, 95)])
def test_a_part_of_a_sum_is_cut_from_the_whole_sum(low, high):
    random = np.random.default_rng(2)
    one, other = (Spread(first=first, chances=random.random(20)) for first in (1, 2))

    found = tables.sum_within(one, other, low=low, high=high)

    whole = dict(enumerate(np.convolve(one.chances, other.chances), start=3))
    assert found.first == low
    assert found.chances == pytest.approx([whole.get(at, 0) for at in range(low, high + 1)])


def test_what_is_left_out_of_a_sum_is_negligible():
    found = counted(np.random.default_rng(3), rows=20_000)

    short, whole = tables.spread(found), plain_spread(found, 0.0)

    begins = short.first - whole.first
    left_out = np.delete(whole.chances, np.arange(begins, begins + short.chances.size))
    assert left_out.size > short.chances.size
    assert left_out.sum() < 1e-50
    assert short.chances == pytest.approx(
        whole.chances[begins : begins + short.chances.size], rel=1e-9
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_of_each_are_those_of_their_rows_alone(seed):
    made, groups = mirror_population.decided(Team(officers=5, months=2), seed)
    young = np.array(groups["age_group"]) == "young"

    found = tables.tables_of_each(made.officer, young, made.approved, made.strata)

    for who, each in found.items():
        own = made.officer == who
        alone = tables.tables(young[own], made.approved[own], made.strata[own])
        assert str(each) == str(alone)
    assert list(found) == sorted(set(made.officer.tolist()))


def plain_shuffles(made):
    """Find each order by the numbers that were drawn."""
    codes = apart(made.officer, made.day // 30, made.strata)
    random, home = np.random.default_rng(7), np.argsort(codes, kind="stable")
    for _ in range(sequence.SHUFFLES):
        other = np.lexsort((random.random(made.n), codes))
        approved = np.empty(made.n, dtype=bool)
        approved[home] = made.approved[other]
        yield approved


@pytest.mark.parametrize("seed", SEEDS)
def test_decisions_in_other_orders_are_counted_as_one_by_one(seed):
    team = Team(officers=1 + seed, a_month=100, months=2, working_days=5)
    made, _ = mirror_population.decided(team, seed)
    strata = apart(made.officer, made.strata)

    found = sequence._shuffled(made, strata)

    for each, approved in zip(found, plain_shuffles(made), strict=True):
        plain = tables.tables(sequence.after_run(made, approved), approved, strata)
        assert str(each) == str(plain)


def test_codes_apart_are_in_the_order_of_the_combinations():
    random = np.random.default_rng(4)
    codes = [random.integers(-50, 50, 300) * 10**factor for factor in (0, 7, 12)]

    _, expected = np.unique(np.stack(codes), axis=1, return_inverse=True)

    assert apart(*codes).tolist() == expected.ravel().tolist()
