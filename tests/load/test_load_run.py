"""The load test as people run it: a process, an exit code, a table and a file of figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

CHECKOUT = Path(__file__).parents[2]
KEY = "a-key-of-the-load-test"
EASY = """
[{profile}]
seconds = 1
rate = 60
minimum_share = 0.9
generator_lag_p95_ms = 2000

[{profile}.endpoints."POST /api/v1/decisions"]
p50_ms = {longest}
p95_ms = {longest}
p99_ms = {longest}
error_rate = 0.0
per_second = 5

[{profile}.endpoints."GET /api/v1/decisions/{{id}}"]
p50_ms = 5000
p95_ms = 5000
p99_ms = 5000
error_rate = 0.0
per_second = 0.1
"""


@pytest.fixture
def run(tmp_path):
    def run_load(url, *options, profile="steady", longest=5000, key=KEY, **environment):
        slo = tmp_path / "slo.toml"
        slo.write_text(EASY.format(profile=profile, longest=longest))
        return subprocess.run(
            [
                sys.executable,
                "loadtests/run_load.py",
                *(profile, f"--base-url={url}", f"--slo={slo}", f"--results={tmp_path}"),
                *("--roles=single",) * (not environment),
                *options,
            ],
            cwd=CHECKOUT,
            env={**os.environ, "EVENHAND_LOAD_KEY": key, **environment},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    return run_load


@pytest.fixture
def figures(tmp_path):
    return lambda: json.loads((tmp_path / "steady.json").read_text())


@pytest.mark.long
def test_reached_targets_pass_with_real_applications(run, api, figures):
    done = run(api.url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "MISSED" not in done.stdout
    found = figures()
    assert found["passed"] is True
    assert found["workload"] == "open"
    assert found["endpoints"]["POST /api/v1/decisions"]["requests"] > 40
    assert found["endpoints"]["GET /api/v1/decisions/{id}"]["requests"] > 1
    first = api.bodies[0]
    assert first["product"] == "consumer-loan"
    assert first["requested"] == {"amount": "1169.00", "term_months": 6}
    assert first["features"]["checking_status"] == "below_0"
    assert first["features"]["has_telephone"] is True
    assert first["monitoring"] == {"age_group": "62_and_over"}
    assert "age" not in first["features"]
    references = [body["reference"] for body in api.bodies]
    assert len(set(references)) == len(references)


@pytest.mark.long
def test_the_product_itself_keeps_what_it_acknowledges_under_load(run, stack):
    done = run(stack["base_url"], "--seconds=3", "--rate=20", key=stack["key"])

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_an_impossible_target_fails(run, api, figures):
    done = run(api.url, longest=0.0001)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "p50 ms" in done.stdout
    assert "MISSED" in done.stdout
    assert figures()["passed"] is False


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("forgets", "acknowledged decisions"),
        ("differs", "another answer"),
        ("fails", "500: "),
    ],
)
def test_a_server_that_misbehaves_fails_however_fast_it_is(run, api, fault, said):
    api.faults.add(fault)

    done = run(api.url)

    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9", "no answer from http://127.0.0.1:9"),
        ("http://192.0.2.1:8000", "is another machine"),
        ("http://loan.example.org", "is another machine"),
        ("ftp://127.0.0.1", "is no address like"),
        ("nonsense", "is no address like"),
    ],
)
def test_what_cannot_or_may_not_be_measured_is_exit_code_2(run, url, said):
    done = run(url)

    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refused_key_cannot_be_measured(run, api):
    done = run(api.url, key="wrong")

    assert done.returncode == 2
    assert "answered with 401" in done.stderr


def test_without_a_key_nothing_is_sent(run, api):
    done = run(api.url, key="")

    assert done.returncode == 2
    assert "EVENHAND_LOAD_KEY" in done.stderr
    assert not api.bodies


def test_missing_rows_are_named(run, api, tmp_path):
    done = run(api.url, f"--loans={tmp_path / 'none.csv'}")

    assert done.returncode == 2
    assert "none.csv" in done.stderr


@pytest.mark.parametrize("option", ["--rate=0", "--seconds=-1", "--rate=many"])
def test_a_workload_of_nothing_is_refused(run, api, option):
    assert run(api.url, option).returncode == 2
