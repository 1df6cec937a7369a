"""What a candidate must show; each gate is shown to stop what it is for."""

from copy import deepcopy

import pytest

from scoring.contract import GateBounds
from scoring.training.gates import judge


@pytest.fixture
def figures(german):
    return deepcopy(german.manifest)


def gate(figures, name, *, latency=50e-6, **bounds):
    judged = judge(figures, latency=latency, bounds=GateBounds(**bounds))
    (found,) = [gate for gate in judged if gate.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "part", "changes"),
    [
        ("discrimination", "auc", {"low": 0.59}),
        ("calibration", "calibration_slope", {"mean": 0.7}),
        ("calibration", "calibration_slope", {"mean": 1.3}),
        ("calibration", "ece", {"mean": 0.06}),
        ("stability", "auc", {"sd": 0.2}),
    ],
)
def test_a_bad_figure_stops_the_candidate(figures, name, part, changes):
    assert gate(figures, name).passed

    figures["metrics"][part] |= changes

    found = gate(figures, name)
    assert not found.passed
    assert found.blocking


@pytest.mark.parametrize(
    ("name", "bounds", "words"),
    [
        ("discrimination", {"auc_at_least": 0.99}, "must be 0.99 or more"),
        ("calibration", {"slope_at_most": 1.0, "slope_at_least": 1.0}, "must be 1.0 to 1.0"),
        ("stability", {"spread_at_most": 0.001}, "may by 0.001 times that"),
        ("latency", {"latency_us_at_most": 1}, "should take 1 µs at most"),
    ],
)
def test_the_policy_says_what_is_asked(figures, name, bounds, words):
    assert gate(figures, name).passed

    found = gate(figures, name, **bounds)

    assert not found.passed
    assert words in found.detail


def test_a_calibration_error_that_chance_explains_passes(figures):
    figures["metrics"]["ece"] |= {"mean": 0.04, "by_chance": 0.05}

    assert gate(figures, "calibration").passed


def test_slow_answers_are_noted_and_stop_nothing(figures):
    found = gate(figures, "latency", latency=600e-6)

    assert not found.passed
    assert not found.blocking
    assert "600 µs" in found.detail


@pytest.mark.parametrize("gap", [0.05, None])
def test_a_poor_or_missing_scorecard_is_noted_and_stops_nothing(figures, gap):
    figures["scorecard"] |= {"auc_behind_model": gap}

    found = gate(figures, "fallback scorecard")
    assert not found.passed
    assert not found.blocking


def out_of_time(mean):
    auc = {"mean": mean, "low": mean - 0.05, "high": mean + 0.05, "n": 200}
    return {"n": 200, "bads": 60, "auc": auc}


@pytest.mark.parametrize(("fall", "passes"), [(-0.02, True), (0.099, True), (0.101, False)])
def test_a_fall_on_the_newest_loans_is_noted_and_stops_nothing(figures, fall, passes):
    figures["out_of_time"] = out_of_time(figures["metrics"]["auc"]["mean"] - fall)

    found = gate(figures, "out of time")
    assert found.passed is passes
    assert not found.blocking
    assert "200 newest loans (60 bad)" in found.detail


@pytest.mark.parametrize("said", [None, {"n": 20, "bads": 3, "not_measured": "too few"}])
def test_where_nothing_was_held_out_there_is_no_gate(figures, said):
    figures["out_of_time"] = said

    assert "out of time" not in {found.name for found in judge(figures, latency=50e-6)}


def test_every_gate_says_its_figures(figures):
    for found in judge(figures, latency=50e-6):
        assert any(character.isdigit() for character in found.detail)
