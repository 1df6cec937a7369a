"""Targets against figures: every check can fail."""

from pathlib import Path

import pytest

from loadtests import slo

ENDPOINT = "POST /api/v1/decisions"
TARGETS = slo.Targets(
    arrivals=slo.ArrivalTargets(rate=50, minimum_share=0.9, generator_lag_p95_ms=50),
    endpoints={
        ENDPOINT: slo.EndpointTargets(
            p50_ms=10, p95_ms=20, p99_ms=30, error_rate=0.01, minimum_requests=100
        )
    },
)


def run(*, times=(5.0,) * 100, failures=0, due=100, lags=(1.0,) * 100, looked_up=50, lost=()):
    return slo.Run(
        due=due,
        lags_ms=lags,
        endpoints={ENDPOINT: slo.Measured(times_ms=times, failures=failures)},
        looked_up=looked_up,
        lost=lost,
    )


def missed(measured):
    return {check.figure for check in slo.evaluate(TARGETS, measured) if not check.passed}


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (run(), set()),
        (run(times=(10.0,) * 100), set()),
        (run(times=(11.0,) * 51 + (1.0,) * 49), {"p50 ms"}),
        (run(times=(1.0,) * 94 + (21.0,) * 6), {"p95 ms"}),
        (run(times=(1.0,) * 98 + (31.0,) * 2), {"p99 ms"}),
        (run(times=(1.0,) * 99 + (9999.0,)), set()),
        (run(failures=1), set()),
        (run(failures=2), {"error rate"}),
        (run(times=(1.0,) * 99), {"requests"}),
        (run(times=(1.0,) * 100, due=112), {"made of those due"}),
        (run(lags=(1.0,) * 94 + (51.0,) * 6), {"lag p95 ms"}),
        (run(lags=()), {"lag p95 ms"}),
        (run(lost=("01J",)), {"found again"}),
        (run(looked_up=0), {"found again"}),
        (
            run(times=(), due=0),
            {"made of those due", "requests", "p50 ms", "p95 ms", "p99 ms", "error rate"},
        ),
    ],
)
def test_a_check_is_missed_exactly_where_its_figure_is(measured, expected):
    assert missed(measured) == expected


def test_an_endpoint_that_nobody_asked_is_missed():
    nobody = slo.Run(
        due=10,
        lags_ms=(1.0,),
        endpoints={"GET /else": slo.Measured(times_ms=(1.0,) * 10, failures=0)},
        looked_up=1,
        lost=(),
    )

    assert "requests" in missed(nobody)


def test_the_table_names_what_was_missed():
    lines = slo.table(slo.evaluate(TARGETS, run(failures=50))).splitlines()

    (line,) = [line for line in lines if "MISSED" in line]
    assert line.split("  ")[0] == ENDPOINT
    assert "at most 1.00%" in line
    assert "50.00%" in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[endpoints]", "no endpoint"),
        ("]", "slo.toml"),
        (
            '[arrivals]\nrate = 5\nminimum_share = 1\n[endpoints."x"]',
            "generator_lag_p95_ms is missing",
        ),
        (
            "[arrivals]\nrate = 5\nminimum_share = 1\ngenerator_lag_p95_ms = 5\nb=1\n[endpoints.x]",
            "b is not known",
        ),
        (
            '[arrivals]\nrate = 5\nminimum_share = "1"\ngenerator_lag_p95_ms = 5\n[endpoints.x]',
            "minimum_share is no number",
        ),
    ],
)
def test_a_file_of_targets_that_lacks_something_is_refused(tmp_path, text, said):
    path = tmp_path / "slo.toml"
    path.write_text(text)

    with pytest.raises(slo.TargetsRefused, match=said):
        slo.Targets.load(path)


def test_a_missing_file_of_targets_is_refused(tmp_path):
    with pytest.raises(slo.TargetsRefused, match="none"):
        slo.Targets.load(tmp_path / "none.toml")


def test_the_shipped_targets_hold_both_endpoints_to_something():
    targets = slo.Targets.load(Path(slo.__file__).parent / "slo.toml")

    assert set(targets.endpoints) == {ENDPOINT, "GET /api/v1/decisions/{id}"}
    assert all(each.p50_ms < each.p95_ms < each.p99_ms for each in targets.endpoints.values())
