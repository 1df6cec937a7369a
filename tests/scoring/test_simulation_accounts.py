"""What strategies would have earned on the same stream, with intervals."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from scoring.contract import Economics
from scoring.simulation.accounts import Strategy, Stream, accounts, counted, vintages

COST = Economics(loss_given_default=0.4, margin=0.1, review_cost=Decimal(150))
N = 2_000


@pytest.fixture
def stream():
    rng = np.random.default_rng(3)
    return Stream(bad=rng.random(N) < 0.3, amount=rng.uniform(1_000, 50_000, N))


def strategy(stream, name, approved):
    return Strategy(name=name, pd=np.where(stream.bad, 0.4, 0.1), approved=approved)


def test_profit_is_the_margin_of_goods_less_the_loss_of_bads(stream):
    everyone = strategy(stream, "all", np.ones(N, dtype=bool))

    (found,) = accounts(stream, [everyone], economics=COST, seed=0)

    goods, bads = stream.amount[~stream.bad].sum(), stream.amount[stream.bad].sum()
    assert found.profit == pytest.approx(0.1 * goods - 0.4 * bads)
    assert found.low < found.profit < found.high
    assert (found.approved, found.bads) == (N, int(stream.bad.sum()))
    assert found.auc == 1.0


def test_strategies_are_compared_on_the_same_draws(stream):
    everyone = strategy(stream, "all", np.ones(N, dtype=bool))
    same, wise = strategy(stream, "same", everyone.approved), strategy(stream, "wise", ~stream.bad)

    _, twin, better = accounts(stream, [everyone, same, wise], economics=COST, seed=0)

    assert (twin.difference, twin.difference_low, twin.difference_high) == (0, 0, 0)
    assert 0 < better.difference_low < better.difference < better.difference_high


def test_the_same_seed_gives_the_same_intervals(stream):
    everyone = [strategy(stream, "all", np.ones(N, dtype=bool))]

    assert accounts(stream, everyone, economics=COST, seed=7) == accounts(
        stream, everyone, economics=COST, seed=7
    )


def test_vintages_have_their_n_and_intervals():
    began = [date(2007, 1, 1)] * 50 + [date(2007, 4, 1)] * 50
    window = np.array([True] * 10 + [False] * 90)
    ever = np.array([True] * 10 + [False] * 80 + [True] * 10)

    first, second = vintages(began, np.full(100, 0.1), window, ever)

    assert (first["vintage"], second["vintage"]) == ("2007-Q1", "2007-Q2")
    assert first["window"]["bad_rate"] == 0.2
    assert first["window"]["low"] < 0.2 < first["window"]["high"]
    assert (second["window"]["bads"], second["ever"]["bads"]) == (0, 10)


def test_a_long_stream_is_told_by_year():
    began = [date(2003, 1, 1), date(2010, 1, 1)]
    nobody = np.zeros(2, dtype=bool)

    told = vintages(began, np.full(2, 0.1), nobody, nobody)

    assert [each["vintage"] for each in told] == ["2003", "2010"]


def test_nothing_lent_has_no_vintages():
    nobody = np.zeros(0, dtype=bool)

    assert vintages([], np.zeros(0), nobody, nobody) == []


def test_what_is_treated_differently_is_counted():
    approved = {"a": np.array([True, True, False]), "b": np.array([True, False, False])}

    assert counted(approved, "a", "b") == {"only_a": 1, "only_b": 0}
