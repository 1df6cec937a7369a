"""How fast and how well requests were answered, from counts within bounds."""

import numpy as np
import pytest
from service_scene import DECIDING, requests

from monitoring.service import counts
from monitoring.service.requests import Answers, routes


def test_what_a_caller_did_wrong_counts_for_the_caller_alone():
    found = Answers.of(requests(answered=8, faults=2, callers=5), [DECIDING])

    assert (found.n, found.faults, found.callers, found.answered) == (10, 2, 5, 8)
    assert found.asked == 15  # so no kind of fault is ever more than the requests


def test_routes_that_are_not_asked_for_are_left_out():
    both = counts.total([requests(answered=8), requests(answered=3, route="GET ")])

    assert Answers.of(both, [DECIDING]).n == 8
    assert Answers.of(both).n == 11
    assert routes(both) == ["GET ", DECIDING]


def test_nothing_asked_for_is_nothing_said():
    found = Answers.of({}, [DECIDING])

    assert (found.n, found.quantile(0.95)) == (0, None)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_quantile_lies_between_the_bounds_that_are_told(share):
    times = np.random.default_rng(7).lognormal(-3.5, 1.0, 5000)
    within = [float((times <= bound).sum()) for bound in counts.BOUNDS]

    found = Answers.of({"requests": {f"{DECIDING} 2xx": [times.sum(), *within]}}).quantile(share)

    assert found.low <= np.quantile(times, share) <= found.high
    assert found.low <= found.value <= found.high


def test_a_time_beyond_the_last_bound_has_no_upper_one():
    found = Answers.of(requests(answered=3, seconds=99.0)).quantile(0.5)

    assert (found.low, found.high) == (10, float("inf"))


def test_those_in_time_are_counted_at_a_bound():
    slow_and_fast = counts.total([requests(answered=8), requests(answered=2, seconds=2.0)])

    assert Answers.of(slow_and_fast).in_time(0.4) == 8
