"""Targets against figures: every check can fail."""

from pathlib import Path

import pytest
import runs
import slo
import verdicts
from attempts import Attempt, Event, Outcome, Tally, recovered_after, unexplained
from profiles import PROFILES
from standing import Reckoning

ENDPOINT = "POST /api/v1/decisions"
RIGHT = Reckoning(acknowledged=1, lost=(), doubled=(), invented=())
RECOVERY = slo.RecoveryTargets(seconds=10, run=3, answered_within=1)


def targets(**changes):
    values = {
        "run": slo.RunTargets(seconds=10, rate=10, minimum_share=0.9, generator_lag_p95_ms=50),
        "endpoints": {
            ENDPOINT: slo.EndpointTargets(
                p50_ms=10, p95_ms=20, p99_ms=30, error_rate=0.01, per_second=9
            )
        },
    }
    return slo.Targets(**values | changes)


def attempts(times=(5.0,) * 100, outcomes=()):
    """Make requests that were due ten a second."""
    for number, time in enumerate(times):
        outcome = outcomes[number] if number < len(outcomes) else Outcome.GOOD
        due = number / 10
        yield Attempt(ENDPOINT, due, due, due + time / 1000, outcome)


def run(*, lags=(1.0,) * 100, due=100, rate=10, profile="steady", made=None, **found):
    tally = Tally(attempts=list(attempts() if made is None else made), lags_ms=list(lags))
    return runs.Run(profile=PROFILES[profile], rate=rate, seconds=10, due=due, tally=tally, **found)


def missed(measured, wanted=None):
    checks = verdicts.evaluate(wanted or targets(), measured)
    return {check.figure for check in checks if not check.passed}


FAILED, REFUSED, BROKEN = Outcome.FAILED, Outcome.REFUSED, Outcome.BROKEN


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (run(), set()),
        (run(made=attempts((10.0,) * 100)), set()),
        (run(made=attempts((11.0,) * 51 + (1.0,) * 49)), {"p50 ms"}),
        (run(made=attempts((1.0,) * 94 + (21.0,) * 6)), {"p95 ms"}),
        (run(made=attempts((1.0,) * 98 + (31.0,) * 2)), {"p99 ms"}),
        (run(made=attempts(outcomes=(FAILED,))), set()),
        (run(made=attempts(outcomes=(FAILED, FAILED))), {"error rate"}),
        (run(made=attempts(outcomes=(FAILED, REFUSED))), {"error rate"}),
        (run(made=attempts(outcomes=(REFUSED, BROKEN))), {"error rate"}),
        (run(made=attempts((1.0,) * 89)), {"good answers/s"}),
        (run(rate=20), {"good answers/s"}),
        (run(due=112), {"made of those due"}),
        (run(lags=(1.0,) * 94 + (51.0,) * 6), {"lag p95 ms"}),
        (run(stored={"decisions": RIGHT}), set()),
        (run(statements={"the audit trail verifies": ["seal 3"]}), {"contradicted by"}),
        (
            run(made=(), lags=(), due=0),
            {
                *("made of those due", "lag p95 ms", "p50 ms", "p95 ms", "p99 ms"),
                *("error rate", "good answers/s"),
            },
        ),
    ],
)
def test_a_check_is_missed_exactly_where_its_figure_is(measured, expected):
    assert missed(measured) == expected


@pytest.mark.parametrize("fault", ["lost", "doubled", "invented"])
def test_what_is_not_stored_exactly_once_is_missed(fault):
    found = {"acknowledged": 1, "lost": (), "doubled": (), "invented": (), fault: ("01J",)}

    assert missed(run(stored={"decisions": Reckoning(**found)})) == {"stored exactly once"}


def test_an_endpoint_without_targets_must_answer():
    other = Attempt("GET /else", 0, 0, 9, FAILED)

    assert missed(run(made=[*attempts(), other])) == {"error rate"}


def test_slack_lets_times_be_longer_and_nothing_else():
    slow, wrong = attempts((90.0,) * 100), attempts((90.0,) * 100, (FAILED,) * 3)

    assert missed(run(made=slow), targets().loosened(10)) == set()
    assert missed(run(made=wrong), targets().loosened(10)) == {"error rate"}


def test_while_faults_are_made_only_answers_of_another_kind_are_errors():
    fault = Event(name="killed", at=0.0, is_fault=True, breaks_connections=True)
    faulty = targets(recovery=RECOVERY)

    fine = run(made=attempts(outcomes=(REFUSED, REFUSED, BROKEN)), events=[fault])
    wrong = run(made=attempts(outcomes=(FAILED, FAILED)), events=[fault])

    assert missed(fine, faulty) == set()
    assert missed(wrong, faulty) == {"other answers"}


def after(at, outcomes, took=0.1):
    """Make requests that were sent every second from a moment on."""
    return [
        Attempt(ENDPOINT, at + n, at + n, at + n + took, outcome)
        for n, outcome in enumerate(outcomes)
    ]


GOOD = Outcome.GOOD


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (after(5, [GOOD] * 3), 0.1),
        (after(5, [REFUSED, REFUSED, GOOD, GOOD, GOOD]), 2.1),
        (after(5, [GOOD, GOOD, REFUSED, GOOD, GOOD, GOOD]), 3.1),
        (after(5, [GOOD, GOOD]), None),
        (after(5, [GOOD] * 3, took=1.5), None),
        (after(2, [GOOD] * 3), None),  # sent before the fault
        ([], None),
    ],
)
def test_steady_is_the_first_of_so_many_good_answers_sent_after_the_fault(made, expected):
    fault = Event(name="killed", at=5.0, is_fault=True)

    found = recovered_after(made, fault, endpoint=ENDPOINT, run=3, within=1)

    assert found == (None if expected is None else pytest.approx(expected))


def test_a_fault_that_is_not_recovered_from_is_missed():
    late = run(
        made=after(0, [REFUSED] * 11 + [GOOD] * 3),
        events=[Event(name="killed", at=0.0, is_fault=True)],
    )

    assert "steady again after s" in missed(late, targets(recovery=RECOVERY))


def test_a_connection_breaks_only_with_a_process_that_was_killed():
    made = after(5, [BROKEN] * 3)
    killed = Event(name="web", at=5.0, is_fault=True, breaks_connections=True)
    paused = Event(name="database", at=5.0, is_fault=True)

    assert unexplained(made, [killed], seconds=3) == []
    assert unexplained(made, [killed], seconds=0.5) == made[1:]
    assert unexplained(made, [paused], seconds=3) == made


def test_a_climbing_rate_is_held_up_to_the_first_step_that_is_too_slow():
    steps = [(5.0,) * 15, (5.0,) * 14, (500.0,) * 14]
    stress = run(profile="stress", made=attempts(sum(steps, ())))

    held = verdicts.held_per_second(stress, targets())

    assert held == 15  # 1.5 times 10
    assert "held/s within targets" in missed(stress, targets(holds_per_second=16))
    assert "held/s within targets" not in missed(stress, targets(holds_per_second=15))


def test_beyond_what_is_held_only_what_is_stored_counts():
    slow = run(
        profile="stress", made=attempts((9000.0,) * 100, (FAILED,) * 50), stored={"all": RIGHT}
    )
    wrong = run(profile="stress", statements={"the audit trail verifies": ["seal 3"]})

    assert missed(slow) == {"held/s within targets"}
    assert missed(wrong) == {"contradicted by"}


def test_the_table_names_what_was_missed():
    wrong = run(made=attempts(outcomes=(FAILED,) * 50))

    lines = verdicts.table(verdicts.evaluate(targets(), wrong)).splitlines()

    (line,) = [line for line in lines if "error rate" in line]
    assert line.split("  ")[0] == ENDPOINT
    assert "at most 1.00%" in line
    assert "50.00%" in line
    assert line.endswith("MISSED")


START = "[steady]\nseconds = 5\nrate = 5\nminimum_share = 1\n"
RUN = f"{START}generator_lag_p95_ms = 5\n"
BELOW = RUN.replace("rate = 5", "rate = -5")
X = '[steady.endpoints.x]\np50_ms = 1\np95_ms = 1\np99_ms = 1\nerror_rate = 0\nper_second = "1"'
GOOD_X = X.replace('"', "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("]", "slo.toml"),
        ("[soak]", "slo.toml: steady is missing"),
        ("steady = 5", "slo.toml, steady is no table"),
        ("[steady]", "slo.toml, steady: there is no endpoint"),
        (f"{RUN}[steady.endpoints]\nx = 5", 'steady.endpoints."x" is no table'),
        (f"{START}[steady.endpoints.x]", "slo.toml, steady: generator_lag_p95_ms is missing"),
        (f"{RUN}b = 1\n[steady.endpoints.x]", "slo.toml, steady: b is not known"),
        (f"{RUN}{X}", r'endpoints\."x"\.per_second is no number'),
        (f"{BELOW}{X}", "steady.rate is below 0"),
        (f"{RUN}holds_per_second = true\n{X}", "steady.holds_per_second is no number"),
        (
            f"{RUN}{GOOD_X}\n[steady.recovery]\nrun = 3",
            "steady.recovery: answered_within, seconds is missing",
        ),
    ],
)
def test_a_file_of_targets_that_lacks_something_is_refused_by_name(tmp_path, text, said):
    path = tmp_path / "slo.toml"
    path.write_text(text)

    with pytest.raises(slo.TargetsRefused, match=said):
        slo.Targets.load(path, "steady")


def test_a_missing_file_of_targets_is_refused(tmp_path):
    with pytest.raises(slo.TargetsRefused, match="none"):
        slo.Targets.load(tmp_path / "none.toml", "steady")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_shipped_targets_hold_each_profile_to_something(profile):
    found = slo.Targets.load(Path(slo.__file__).parent / "slo.toml", profile)

    assert ENDPOINT in found.endpoints
    assert all(each.p50_ms <= each.p95_ms for each in found.endpoints.values())
    assert (found.recovery is not None) is (profile == "brownout")
    assert (found.holds_per_second is not None) is PROFILES[profile].climbs
