"""A write into the store that was killed leaves a file that nobody will ever name."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from credit import store, tasks
from credit.schedule import EVERY

NOW = datetime.now(UTC)


@pytest.fixture
def left(own_store):
    """Leave the half of a file, as a process does that is killed while it writes."""

    def left(*, ago):
        path = store.path_of(store.put(b"whole", ".zip"), ".zip").parent / f".coming-{ago.days}"
        path.write_bytes(b"hal")
        written = (NOW - ago).timestamp()
        os.utime(path, (written, written))
        return path

    return left


def test_what_is_older_than_a_day_is_swept(left):
    path = left(ago=timedelta(days=2))

    assert store.sweep(at=NOW) == 1

    assert not path.exists()
    assert store.get(store.sha256_of(b"whole"), ".zip") == b"whole"


def test_what_may_still_be_written_stays(left):
    path = left(ago=timedelta(hours=23))

    assert store.sweep(at=NOW) == 0

    assert path.exists()


def test_a_write_that_ends_at_this_moment_stops_nothing(left):
    path = left(ago=timedelta(days=2))
    path.with_name(".coming-and-gone").symlink_to("gone")

    assert store.sweep(at=NOW) == 1


def test_a_store_that_nobody_wrote_to_has_nothing_to_sweep(own_store):
    assert store.sweep(at=NOW) == 0


def test_the_worker_sweeps_daily(left):
    path = left(ago=timedelta(days=2))

    tasks.sweep_store()

    assert not path.exists()
    assert ("credit.sweep_store", 24 * 60 * 60) in EVERY.values()
