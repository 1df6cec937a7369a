"""Counts in fixed cells add up, and lose nothing that is asked of them later."""

import numpy as np
import pytest

from scoring.populations import drift_cells
from scoring.populations.drift_cells import EDGES, ZERO, Counted


def test_edges_rise_and_stand_on_the_powers_of_ten():
    assert list(EDGES) == sorted(set(EDGES))
    assert {0.0001, 1.0, 1_000.0, -1_000.0} <= set(EDGES)


@pytest.mark.parametrize("value", [0.01, 1.0, 10.0, 999.0, 1_000.0, 123_456.0])
def test_the_middle_of_a_cell_is_near_what_is_in_it(value):
    (cell,) = drift_cells.number_cells([value])

    assert 10 ** drift_cells.position(int(cell)) == pytest.approx(value, rel=0.06)


def test_zero_and_either_side_of_it_are_apart():
    cells = [next(iter(drift_cells.number_cells([value]))) for value in (-5.0, 0.0, 5.0)]

    assert int(cells[1]) == ZERO
    assert int(cells[0]) < ZERO < int(cells[2])


def test_no_number_is_too_large_or_too_small_to_be_counted():
    cells = drift_cells.number_cells([-1e300, 1e300, float("inf"), 0.0])

    assert sum(cells.values()) == 4


def test_days_add_up_and_a_part_can_be_taken_away():
    day = Counted(n=2, features={"a": {"1": 2}}, scores={"7": {"80": 2}})
    other = Counted(n=3, features={"a": {"1": 1, "2": 2}, "b": {"x": 3}}, scores={"8": {"80": 3}})

    both = drift_cells.added([day, other])

    assert both.n == 5
    assert both.features == {"a": {"1": 3, "2": 2}, "b": {"x": 3}}
    assert both.scores == {"7": {"80": 2}, "8": {"80": 3}}
    assert both.without(day).features == {"a": {"1": 1, "2": 2}, "b": {"x": 3}}
    assert Counted.read(both.stored) == both


def test_of_nothing_there_is_nothing():
    assert drift_cells.added([]) == Counted()
    assert drift_cells.number_cells([]) == {}
    assert drift_cells.value_cells([None, None]) == {"": 2}
    assert drift_cells.number_cells([np.nan]) == {"": 1}
