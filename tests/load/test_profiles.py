"""When requests arrive, and when faults are made."""

import itertools
import tomllib
from pathlib import Path

import bodies
import faults
import profiles
import pytest
from profiles import PROFILES, SINGLE, arrivals

CONTRACT = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml"


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("role", profiles.ROLES)
def test_arrivals_keep_to_their_time_and_to_their_order(name, role):
    due = arrivals(PROFILES[name], role, rate=50, seconds=30)

    assert due[0] == 0
    assert due[-1] < 30
    assert all(early < late for early, late in itertools.pairwise(due))


@pytest.mark.parametrize("name", PROFILES)
def test_as_many_arrive_as_the_course_of_the_rate_says(name):
    profile = PROFILES[name]

    due = arrivals(profile, SINGLE, rate=50, seconds=30)

    expected = sum(phase.share * phase.factor for phase in profile.phases) * 50 * 30
    assert len(due) == pytest.approx(expected, abs=1)


def test_a_constant_rate_is_constant():
    due = arrivals(PROFILES["steady"], SINGLE, rate=8, seconds=4)

    assert [round(late - early, 9) for early, late in itertools.pairwise(due)] == [0.125] * 31


def test_a_spike_is_a_spike():
    due = arrivals(PROFILES["spike"], SINGLE, rate=10, seconds=50)

    within = sum(20 <= each < 30 for each in due)
    assert within == pytest.approx(4 * 10 * 10, abs=1)
    assert sum(each < 20 for each in due) == pytest.approx(10 * 20, abs=1)


def test_shares_of_time_make_a_whole():
    for profile in PROFILES.values():
        assert sum(phase.share for phase in profile.phases) == pytest.approx(1)


def test_every_fault_has_its_turn_and_time_to_come_back_from():
    found = faults.timetable(list(faults.FAULTS), seconds=125)

    times = [at for at, _ in found]
    assert [fault for _, fault in found] == list(faults.FAULTS.values())
    assert times[0] == faults.STEADY_BEFORE
    gaps = {late - early for early, late in itertools.pairwise([*times, 125.0])}
    assert gaps == {20.0}


def test_the_stricter_contract_differs_in_its_cut_off_alone():
    shipped = tomllib.loads(CONTRACT.read_text())

    changed = tomllib.loads(bodies.stricter(CONTRACT.read_text()))

    policy, stricter = shipped.pop("policy"), changed.pop("policy")
    assert stricter["approve_pd_at_most"] < policy["approve_pd_at_most"]
    assert changed == shipped
    assert stricter | {"approve_pd_at_most": 0} == policy | {"approve_pd_at_most": 0}


def test_without_its_steps_a_contract_is_else_the_same():
    shipped = tomllib.loads(CONTRACT.read_text())

    changed = tomllib.loads(bodies.without_steps(CONTRACT.read_text()))

    assert shipped["policy"].pop("promotion")
    assert changed == shipped
    assert bodies.without_steps("[policy]\n") == "[policy]\n"
