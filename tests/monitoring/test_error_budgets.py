"""Error budgets: how they are promised, spent and burnt, and that chance alone raises no alarm."""

import tomllib
from datetime import timedelta
from math import comb
from pathlib import Path

import numpy as np
import pytest
from service_scene import requests

from monitoring.service import budgets, objectives
from monitoring.service.budgets import WINDOWS
from monitoring.service.counts import total
from monitoring.service.objectives import Objective, ObjectivesRefused, Tally
from monitoring.service.requests import Answers

SLO = Path(__file__).parents[2] / "loadtests" / "slo.toml"
MONTH = Objective(name="x", requests=(), share=0.999, within=None, days=30)
FAST, MIDDLE, SLOW = WINDOWS


def tally(n, bad):
    return Tally(n=n, bad=bad)


def burns(window, *, long, short=None):
    return budgets.burns(MONTH, window, long=long, short=short or long)


def test_the_windows_are_those_of_the_workbook():
    assert [window.fastest(MONTH) for window in WINDOWS] == pytest.approx([14.4, 6, 1])
    hours = [(each.long / timedelta(hours=1), each.short / timedelta(hours=1)) for each in WINDOWS]
    assert hours == [(1, pytest.approx(5 / 60)), (6, 0.5), (72, 6)]


def test_another_length_of_the_promise_scales_the_rates():
    fortnight = Objective(name="x", requests=(), share=0.999, within=None, days=15)

    assert FAST.fastest(fortnight) == pytest.approx(7.2)


def test_it_burns_where_both_windows_do():
    assert burns(FAST, long=tally(10_000, 200))
    assert not burns(FAST, long=tally(10_000, 100))
    assert not burns(FAST, long=tally(10_000, 200), short=tally(800, 2))
    assert not burns(FAST, long=tally(10_000, 200), short=tally(0, 0))


@pytest.mark.parametrize("n", [1, 3, 20])
def test_one_failure_of_few_requests_is_no_alarm(n):
    assert budgets.rate(MONTH, tally(n, 1)) > FAST.fastest(MONTH)
    assert not burns(FAST, long=tally(n, 1))


@pytest.mark.parametrize(("n", "bad", "share"), [(20, 3, 0.0144), (50, 1, 0.001), (7, 7, 0.2)])
def test_the_chance_is_the_binomial_distributions(n, bad, share):
    exact = sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(bad, n + 1))

    assert budgets.chance(tally(n, bad), share=share) == pytest.approx(exact)


@pytest.mark.parametrize("an_hour", [20, 500, 20_000])
def test_a_month_that_keeps_its_promise_raises_no_alarm(an_hour):
    # Half of what may fail does, at random: 20 months, each hour looked at in all three windows.
    failed = np.random.default_rng(1).binomial(an_hour, 0.0005, (20, 720))

    alarms = 0
    for hours, window in ((1, FAST), (6, MIDDLE), (72, SLOW)):
        sums = np.lib.stride_tricks.sliding_window_view(failed, hours, axis=1).sum(axis=2)
        for bad in np.unique(sums):
            alarms += burns(window, long=tally(an_hour * hours, int(bad))) * (sums == bad).sum()
    assert alarms == 0


def test_what_is_left_is_said_only_where_one_may_fail():
    assert budgets.left(MONTH, tally(10_000, 4)) == pytest.approx(0.6)
    assert budgets.left(MONTH, tally(10_000, 20)) == pytest.approx(-1)
    assert budgets.left(MONTH, tally(900, 0)) is None


def test_one_thing_that_goes_wrong_costs_one_budget():
    in_time = Objective(name="x", requests=(), share=0.99, within=0.4, days=30)
    found = Answers.of(total([requests(answered=90, faults=3), requests(answered=7, seconds=0.5)]))

    assert in_time.tally(found) == tally(97, 7)
    assert MONTH.tally(found) == tally(100, 3)


# --- the file -------------------------------------------------------------------------------------


def test_what_is_promised_in_operation_is_what_the_load_tests_hold(settings):
    steady = tomllib.loads(SLO.read_text())["steady"]["endpoints"]
    names = {
        "POST api/v1/decisions": "POST /api/v1/decisions",
        "GET ": "GET /",
        "GET applications/<str:decision_id>/": "GET /applications/{id}/",
        "POST applications/<str:decision_id>/": "POST /applications/{id}/",
    }
    timed = [each for each in objectives.objectives() if each.within is not None]

    assert {each.name for each in timed} == {"decisions_in_time", "pages_in_time"}
    for each in timed:
        assert each.share == 0.99
        for request in each.requests:
            assert steady[names[request]]["p99_ms"] == each.within * 1000


def test_every_request_that_is_promised_has_an_address(db):
    from django.urls import get_resolver  # noqa: PLC0415

    known = set(_patterns(get_resolver().url_patterns))
    for each in objectives.objectives():
        for request in each.requests:
            assert request.partition(" ")[2] in known


def _patterns(found, before=""):
    for each in found:
        here = before + str(each.pattern)
        yield here
        yield from _patterns(getattr(each, "url_patterns", []), here)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("]", "slo.toml"),
        ("[steady]", "objectives.days is missing"),
        ("[objectives]\ndays = 0.5", "objectives.days is missing"),
        ("[objectives]\ndays = 30\nx = 1", "objectives.x takes requests, share"),
        ("[objectives]\ndays = 30\n[objectives.x]\nshare = 0.9", "objectives.x takes requests"),
        (
            '[objectives]\ndays = 30\n[objectives.x]\nrequests = ["GET "]\nshare = 1.0',
            "share lies between",
        ),
        (
            "[objectives]\ndays = 30\n[objectives.x]\nrequests = []\nshare = 0.9\nwithin_ms = 3",
            "none of the bounds",
        ),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_by_field(text, said, tmp_path):
    path = tmp_path / "slo.toml"
    path.write_text(text)

    with pytest.raises(ObjectivesRefused, match=said):
        objectives.read(path)


def test_a_file_that_is_missing_is_refused_by_name(tmp_path):
    with pytest.raises(ObjectivesRefused, match=r"gone\.toml"):
        objectives.read(tmp_path / "gone.toml")
