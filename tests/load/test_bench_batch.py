"""The bench of whole files: what it counts as stored, and what it says of the figures."""

import subprocess
import sys
from pathlib import Path

import bench_batch
import pytest
from django.db import connection
from waiting import LONG

from credit.actions import batch_runs
from tests import factories

CHECKOUT = Path(__file__).parents[2]
FOUND = {
    "rows": 1_000,
    "file_bytes": 150_000,
    "sending_seconds": 0.1,
    "seconds": 1.0,
    "rows_per_second": 3_000.0,
    "cpu_us_per_row": {"worker": 330.0, "postgres": 90.0},
    "worker_bytes": 1 << 30,
    "stored_once": True,
}


def told(**changes):
    return "\n".join(bench_batch._told({**FOUND, **changes}))


def test_rows_are_counted_that_are_scored_with_reasons(champion):
    batch = factories.batch(
        factories.ndjson(
            factories.body(reference="A-1"),
            factories.body(reference="A-2"),
            factories.body(reference=""),
        )
    )
    batch_runs.work(clock=lambda: factories.AT)

    with connection.cursor() as cursor:
        cursor.execute(bench_batch._HELD, [batch.pk])
        assert cursor.fetchone() == (2, 2, 2)


def test_figures_are_held_to_their_targets():
    assert "MISSED" not in told()
    assert "found 2,999 MISSED" in told(rows_per_second=2_999.0)
    assert "MISSED" in told(worker_bytes=(1 << 30) + 1)


def test_what_is_not_stored_as_it_was_sent_is_told():
    assert "exactly once" in told()
    assert "WRONG" in told(stored_once=False)


@pytest.mark.parametrize(
    ("value", "cell"), [(True, "true"), (12, 12), (None, None), ("own", "own")]
)
def test_values_are_written_as_the_guide_says(value, cell):
    assert bench_batch._cell(value) == cell


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("load nonsense", "invalid choice"),
        ("load --seconds 0", "is not above 0"),
        ("bench-api --rounds x", "invalid int"),
        ("bench-batch --rows 0", "is not 1 to 1,000,000"),
    ],
)
def test_wrong_arguments_are_refused_before_a_stack_is_brought_up(command, wrong):
    done = subprocess.run(
        [sys.executable, "-m", "services", *command.split()],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )

    assert done.returncode == 2
    assert wrong in done.stderr
    assert "Starting" not in done.stderr
